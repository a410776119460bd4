"""The one reader of environment variables. Each is described in docs/operating.md (a test compares them)."""

import os


def text(name: str, default: str = "") -> str:
    """Return the variable ``GRIDWORK_<name>`` or, for the standard names, the bare one."""
    return os.environ.get(f"GRIDWORK_{name}", default)


def flag(name: str, *, default: bool = False) -> bool:
    """Return whether ``GRIDWORK_<name>`` says yes (1, true, yes, on)."""
    value = text(name)
    return value.lower() in {"1", "true", "yes", "on"} if value else default


def words(name: str) -> list[str]:
    """Return ``GRIDWORK_<name>`` split at commas, empty parts dropped."""
    return [part.strip() for part in text(name).split(",") if part.strip()]


def database_url() -> str:
    """Return ``DATABASE_URL``: ``postgis://user:password@host:port/name``; empty when unset."""
    return os.environ.get("DATABASE_URL", "")
