"""A process that starts publishers of one plan, each in a fork of its own, and kills them: the loop of kills.

    python -m tests.services.plans.publisher PLAN_ID VERSION APPROVER

Each line of its input starts one: ``statement 7`` kills itself before the eighth statement of the act, ``after 0.2`` is
killed after so many seconds, ``whole 0`` is left alone. It answers with the exit code, negative for a signal.
"""

import os
import signal
import sys
import time
import uuid
from typing import Any

import django


def publish(plan_id: str, version: int, approver: str, last: int | None) -> None:
    """Approve the plan; be killed before statement number `last`."""
    from django.db import connection

    from gis.models import User
    from gis.services.plans.deciding import approve_plan

    by = User.objects.get(username=approver)
    made = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal made
        if made == last:
            os.kill(os.getpid(), signal.SIGKILL)
        made += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        approve_plan(plan_id=uuid.UUID(plan_id), version=version, by=by)


def main() -> None:
    plan_id, version, approver = sys.argv[1:]
    django.setup()
    import gis.services.plans.deciding  # noqa: F401 - before the forks, so that none of them has to load it

    for line in sys.stdin:
        way, value = line.split()
        child = os.fork()
        if not child:
            try:
                publish(plan_id, int(version), approver, int(value) if way == "statement" else None)
            except BaseException as error:
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
                sys.stderr.flush()
                os._exit(1)
            os._exit(0)
        if way == "after":
            time.sleep(float(value))
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
