"""What the house's own tests read: tracked files, documents, the lock files."""

import re
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ("README.md", "docs/operating.md", "docs/dependencies.md", "docs/privacy.md")


@cache
def tracked() -> tuple[Path, ...]:
    """Return the files that git tracks and that are there."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, check=True).stdout
    paths = (ROOT / name for name in listed.decode().split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def tracked_texts() -> list[tuple[Path, str]]:
    """Return every tracked text file with its text."""
    texts = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" not in content:
            texts.append((path, content.decode("utf-8", "replace")))
    return texts


def name_of(path: Path) -> str:
    """Return a file's name as a reader would write it: from the checkout on."""
    return path.relative_to(ROOT).as_posix()


def table_rows(text: str) -> list[list[str]]:
    """Return the rows of every Markdown table in a text, as stripped cells; rules and headings included."""
    rows = (line.strip().strip("|").split("|") for line in text.splitlines() if line.lstrip().startswith("|"))
    return [[cell.strip() for cell in row] for row in rows]


def in_backticks(cell: str) -> list[str]:
    """Return the words that stand in backticks."""
    return re.findall(r"`([^`]+)`", cell)
