"""A process that puts one plan into force: what the loop of kills starts and kills.

    python -m tests.services.plans.publisher PLAN_ID VERSION APPROVER [STATEMENT]

With a number it stops itself with SIGKILL before that statement of the transaction, so that every step is tried.
"""

import os
import signal
import sys
import uuid
from typing import Any

import django


def main() -> None:
    plan_id, version, approver, *point = sys.argv[1:]
    django.setup()
    from django.db import connection

    from gis.models import User
    from gis.services.plans.deciding import approve_plan

    by = User.objects.get(username=approver)
    last = int(point[0]) if point else None
    made = 0

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal made
        if made == last:
            os.kill(os.getpid(), signal.SIGKILL)
        made += 1
        return execute(sql, params, many, context)

    sys.stdout.write("begun\n")
    sys.stdout.flush()
    with connection.execute_wrapper(count):
        approve_plan(plan_id=uuid.UUID(plan_id), version=int(version), by=by)
    sys.stdout.write(f"{made}\n")


if __name__ == "__main__":
    main()
