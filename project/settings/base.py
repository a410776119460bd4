"""Settings shared by every way of running; what differs stands in dev, test and prod.

Every variable of the environment that is read here is described in docs/operating.md.
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from project import base_maps, env
from project.libraries import GDAL_LIBRARY_PATH, GEOS_LIBRARY_PATH  # noqa: F401 - contrib.gis reads them here
from project.settings.language import *  # noqa: F403

BASE_DIR = Path(__file__).resolve().parents[2]
VAR_DIR = Path(env.text("VAR_DIR", str(BASE_DIR / "var")))

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "axes",
    "csp",
    "rest_framework",
    "rest_framework_gis",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "gis",
]

MIDDLEWARE = [
    "project.middleware.TrustedProxy",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "project.middleware.Compressed",
    "project.middleware.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "project.problems.SignInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "gis.web.refusals.RefusalPages",
    "project.problems.Problems",
]

ROOT_URLCONF = "project.urls"
WSGI_APPLICATION = "project.wsgi.application"
ASGI_APPLICATION = "project.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gis.web.menu.menu",
            ],
            "libraries": {"shown": "gis.web.shown", "modules": "gis.web.modules"},
        },
    }
]


DATABASE_SCHEMES = {"postgis", "postgres", "postgresql"}


def _private_database() -> str:
    """Return the address that the set-up noted for this checkout's own cluster, empty when there is none."""
    noted = BASE_DIR / "var" / "database.url"
    return noted.read_text() if os.access(noted, os.R_OK) else ""


def database(url: str) -> dict[str, object]:
    """Return Django's settings for a ``postgis://`` address; connections are pooled (10-20x on small requests)."""
    parts = urlsplit(url)
    if parts.scheme not in DATABASE_SCHEMES or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "DATABASE_URL 应形如 postgis://用户:口令@主机:5432/库名 · DATABASE_URL must look like postgis://user:password@host/name"
        )
    return {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "OPTIONS": {"pool": {"min_size": 1, "max_size": 8, "timeout": 10}},
    }


DATABASES = {
    "default": database(env.database_url() or _private_database() or "postgis://gridwork@127.0.0.1:54329/gridwork")
}

AUTH_USER_MODEL = "gridwork.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "project.passwords.MixedKinds"},
]
# Lock-out (MLPS): five wrong passwords from one address for one name close that pair for a quarter of an hour.
# The pair, because a name alone would let anybody lock a colleague out. Sign-ins themselves are in the journal.
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_LOCKOUT_TEMPLATE = "429.html"
LOGIN_URL = "sign_in"
LOGIN_REDIRECT_URL = "overview"
LOGOUT_REDIRECT_URL = "sign_in"
ADMIN_PATH = env.text("ADMIN_PATH", "admin").strip("/")

# Idle log-out: the time starts anew with every request (project.middleware.Sessions).
SESSION_COOKIE_AGE = 60 * env.number("IDLE_MINUTES", 30)
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# Scripts, styles, pictures and requests come from this site only, and no other site may frame a page of it.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "worker-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Ground maps of the map page. The plain one needs nothing and nobody; Tianditu (天地图) joins with a key, and only then
# does the content policy let pictures come from its servers.
BASE_MAPS: list[dict[str, object]] = base_maps.offered(env.text("TIANDITU_KEY"))
CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"] += base_maps.hosts(BASE_MAPS)

# Printed on every picture of the map; 内部使用 where there is none.
MAP_REVIEW_NUMBER = env.text("MAP_REVIEW_NUMBER")

# The programming interface: JSON both ways, the session of the sign-in page, every refusal a problem document.
REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["gis.api.renderers.Json"],
    "DEFAULT_PARSER_CLASSES": ["gis.api.parsers.JsonIn"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["gis.api.access.SessionOfSignIn"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env.text("API_RATE", "1200/min")},
    "DEFAULT_SCHEMA_CLASS": "gis.api.description.Description",
    "EXCEPTION_HANDLER": "project.problems.answer",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Gridwork",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        word: f"gis.terms.{word}.choices"
        for word in (
            *("LayerKind", "GridKind", "CompoundKind", "Management", "StationKind", "RoadRank", "Fit", "GridFit"),
            *("Clarity", "FindingKind", "CaseState", "Novelty", "RunKind", "RunState"),
            *("PlanState", "PlanFollows", "ProposalKind", "ProposalState", "Proof", "HandOverWay"),
        )
    },
}

BEHIND_PROXY = env.flag("BEHIND_PROXY")

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
MEDIA_ROOT = VAR_DIR / "media"
# Finished map tiles, kept until the room is needed; 0 keeps none.
TILE_STORE_DIR = VAR_DIR / "tiles"
TILE_STORE_BYTES = env.number("TILE_STORE_MB", 512) * 1024 * 1024
# Uploads to be imported lie under MEDIA_ROOT, which nothing serves. A file geodatabase is a folder of many files.
IMPORT_UPLOAD_BYTES = env.number("UPLOAD_MB", 480) * 1024 * 1024
IMPORT_DRAFT_DAYS = env.number("DRAFT_DAYS", 7)
DATA_UPLOAD_MAX_NUMBER_FILES = 500
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
