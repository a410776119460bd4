"""Work that is done in the background: jobs in PostgreSQL, taken by ``manage.py procrastinate worker``."""

from gis.tasks import audits, imports, nightly, plans_proposals, tiles

__all__ = ["audits", "imports", "nightly", "plans_proposals", "tiles"]
