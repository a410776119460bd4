"""The two commands of the README, and their small brothers: ``python3 -m project demo | test | bench | manage``.

Only the standard library is used here and in `project.bootstrap`: these run before anything is installed.
This file alone must be readable by an old Python, which is told what is missing instead of failing on the grammar.
"""

import sys

OLDEST_PYTHON = (3, 11)


def main():
    """Check the interpreter, then hand over to the command named first."""
    if sys.version_info < OLDEST_PYTHON:
        found = "%d.%d" % sys.version_info[:2]  # noqa: UP031 - an old Python must read this line
        sys.exit(
            "需要 Python 3.11 或更新的版本，当前是 " + found + "。请安装后用它运行，例如：python3.12 -m project demo\n"
            "Python 3.11 or newer is needed; this is " + found + ". Install one, then: python3.12 -m project demo"
        )
    from project.bootstrap.commands import run_command

    return run_command(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
