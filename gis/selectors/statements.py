"""Statements that PostgreSQL plans once a connection: planning a tile takes longer than drawing a small one.

The same text with other values runs by the plan at hand. Behind a connection pooler in transaction mode that would name
statements which another connection knows, so there (DISABLE_SERVER_SIDE_CURSORS) each is planned anew.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from psycopg import Cursor


def fetch_rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a query.

    Parameters
    ----------
    statement : the query; its values as ``%(name)s`` with their type: ``%(west)s::float8``.
    """
    with connection.cursor() as cursor:
        if connection.settings_dict.get("DISABLE_SERVER_SIDE_CURSORS"):
            cursor.execute(statement, values)
            return list(cursor.fetchall())
        client = cursor.connection
    client.prepare_threshold = 0  # Django's own statements are put together by the client and never prepared
    with connection.wrap_database_errors, Cursor(client) as cursor:
        cursor.execute(statement.encode(), values, binary=True)
        return list(cursor.fetchall())


def fetch_row(statement: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the one row of a query; see `fetch_rows`."""
    (row,) = fetch_rows(statement, values)
    return row
