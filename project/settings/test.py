"""For the tests: fast password hashing, no pool (a pool would hold the test database open)."""

from project import env
from project.settings.base import *  # noqa: F403
from project.settings.base import DATABASES

DEBUG = False
SECRET_KEY = "tests-only"  # noqa: S105 - signs nothing outside a test run
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False  # test clients sign in without a request; the tests of the lock-out switch it on
# A test database may be lost with the machine: it need not wait for the disk.
DATABASES["default"]["OPTIONS"] = {"options": "-c synchronous_commit=off"}
# The private cluster's template carries the extensions that only a superuser may create.
DATABASES["default"]["TEST"] = {"TEMPLATE": env.text("TEST_TEMPLATE") or None}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Static files straight from the apps: the tests collect nothing.
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
# No test finds a tile that another one drew; those of the store make their own.
TILE_STORE_BYTES = 0
