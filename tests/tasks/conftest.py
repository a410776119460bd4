"""A real worker in the test's process, on the test's database."""

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from procrastinate.contrib.django import app


@pytest.fixture
def no_jobs(transactional_db: None) -> Iterator[None]:
    """Empty the queue before and after: its tables are not Django's, so Django does not."""

    def empty() -> None:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")

    empty()
    yield
    empty()


@pytest.fixture
def work(no_jobs: None) -> Callable[[], None]:
    """Return what lets a worker do all jobs that are due, then stops it."""

    def run() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
            worker_app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)

    return run


@pytest.fixture
def jobs(no_jobs: None) -> Callable[[], list[tuple[str, str, int]]]:
    """Return what tells the jobs of audits (the clock adds its own): task, status, attempts."""

    def listed() -> list[tuple[str, str, int]]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT task_name, status::text, attempts FROM procrastinate_jobs ORDER BY id")
            return [row for row in cursor.fetchall() if row[0].startswith("gis.audits.")]

    return listed
