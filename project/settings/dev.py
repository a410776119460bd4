"""On a developer's machine and for the demonstration: this computer only."""

from project import env
from project.settings.base import *  # noqa: F403

DEBUG = env.flag("DEBUG")
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
SECRET_KEY = env.text("SECRET_KEY") or "only-for-this-computer"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
