"""In service: every secret from the environment, no start without it; HTTPS only; one JSON line a log entry to stdout.

Network logs are to be kept for at least six months (Cyber-security Law, art. 21): see "Logs" in docs/operating.md.
"""

from project import env
from project.settings.base import *  # noqa: F403
from project.settings.base import DATABASES, MIDDLEWARE, database

DEBUG = False
SECRET_KEY = env.required("SECRET_KEY", "签名密钥，至少 50 个随机字符")
ALLOWED_HOSTS = [env.required("HOST", "对外的域名"), "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [f"https://{ALLOWED_HOSTS[0]}", *env.words("TRUSTED_ORIGINS")]
DATABASES["default"] = database(env.required_database_url())

SECURE_SSL_REDIRECT = True
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]  # asked by the machine itself, without TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("BEHIND_PROXY") else None
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 0)
# Whether a city's other hosts speak HTTPS only is not for this one to say (includeSubDomains, preload).
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True

MIDDLEWARE = [*MIDDLEWARE[:1], "project.middleware.NetworkLog", *MIDDLEWARE[1:]]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": "project.logs.JsonLines"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "lines"}},
    "root": {"handlers": ["stdout"], "level": "INFO"},
    "loggers": {"django.server": {"handlers": [], "propagate": True}},
}
