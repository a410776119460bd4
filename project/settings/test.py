"""For the tests: fast password hashing, no pool (a pool would hold the test database open)."""

from project.settings.base import *  # noqa: F403
from project.settings.base import DATABASES

DEBUG = False
SECRET_KEY = "tests-only"  # noqa: S105 - signs nothing outside a test run
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["OPTIONS"] = {}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
