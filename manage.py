#!/usr/bin/env python3
"""Django's command line, for people's hands; `python3 -m project` is the two README commands."""

import os
import sys

FILE_COMMANDS = ("audit_files", "redraw_files")
"""Commands that work on files alone; they start in a fraction of the time under settings of their own."""

WORKER = ["procrastinate", "worker"]


def main() -> None:
    """Run the command that the person or the service asks for."""
    if sys.argv[1:2] and sys.argv[1] in FILE_COMMANDS:
        os.environ["DJANGO_SETTINGS_MODULE"] = "project.settings.files"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.dev")
    from django.core import management

    if sys.argv[1:3] == WORKER:
        from project import ready

        ready.load_in_background()
    management.execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
