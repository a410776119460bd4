"""The one reader of environment variables. Each is described in docs/operating.md (a test compares them)."""

import os

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """Return the variable ``GRIDWORK_<name>`` or, for the standard names, the bare one."""
    return os.environ.get(f"GRIDWORK_{name}", default)


def flag(name: str, *, default: bool = False) -> bool:
    """Return whether ``GRIDWORK_<name>`` says yes (1, true, yes, on)."""
    value = text(name)
    return value.lower() in {"1", "true", "yes", "on"} if value else default


def number(name: str, default: int) -> int:
    """Return ``GRIDWORK_<name>`` as a whole number; refuse to start when it is none."""
    value = text(name) or str(default)
    if not value.isdecimal():
        raise ImproperlyConfigured(f"GRIDWORK_{name} 必须是整数，现为“{value}” · it must be a whole number")
    return int(value)


def required(name: str, meaning: str) -> str:
    """Return ``GRIDWORK_<name>``; refuse to start without it, saying what it is for."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"缺少环境变量 GRIDWORK_{name}（{meaning}），见 docs/operating.md · it is required")
    return value


def words(name: str) -> list[str]:
    """Return ``GRIDWORK_<name>`` split at commas, empty parts dropped."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def required_database_url() -> str:
    """Return ``DATABASE_URL``; refuse to start without it."""
    url = database_url()
    if not url:
        raise ImproperlyConfigured("缺少环境变量 DATABASE_URL，见 docs/operating.md · DATABASE_URL is required")
    return url


def database_url() -> str:
    """Return ``DATABASE_URL``: ``postgis://user:password@host:port/name``; empty when unset."""
    return os.environ.get("DATABASE_URL", "")
