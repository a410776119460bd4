"""On a developer's machine and for the demonstration: this computer only."""

from project import base_maps, env
from project.settings.base import *  # noqa: F403
from project.settings.base import BASE_MAPS, CONTENT_SECURITY_POLICY

DEBUG = env.flag("DEBUG")
if DEBUG:  # for development only: its use in the office would need an approval of its own
    BASE_MAPS.append(base_maps.OPEN_STREET_MAP)
    CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"] += base_maps.hosts([base_maps.OPEN_STREET_MAP])
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
SECRET_KEY = env.text("SECRET_KEY") or "only-for-this-computer"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
