"""Finished tiles on disk: found again by what they show, bounded in size, shared by all processes of the machine.

A tile is kept under a digest of everything that decides its bytes, so it is never out of date, only out of use. Files
lie in 256 buckets, each with an equal share of the room; a bucket that has outgrown its share drops what was not used
for the longest time. A file appears whole or not at all, and may vanish at any moment: whoever misses it draws again.
"""

import logging
import os
import random
import tempfile
import time
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

from django.conf import settings

log = logging.getLogger("gridwork.tiles")

BUCKETS = 256
LOOKED_AT = 1 / 16
"""Share of the tiles kept after which their bucket is measured: looking each time would cost more than drawing."""

USED_AGAIN_S = 3600
"""A tile in use is marked so at most once an hour."""


class TileStore:
    """Finished tiles in one folder.

    Parameters
    ----------
    folder : where they lie; made when missing.
    room_bytes : how much they may take together, about; 0 keeps nothing.
    """

    def __init__(self, folder: Path, room_bytes: int) -> None:
        self.folder = folder
        self.room_bytes = room_bytes

    def find(self, *parts: object) -> bytes | None:
        """Return what was kept under these parts, None when nothing (any more)."""
        if not self.room_bytes:
            return None
        path = self._path(parts)
        try:
            body = path.read_bytes()
            if time.time() - path.stat().st_mtime > USED_AGAIN_S:
                os.utime(path)
        except OSError:
            return None
        return body

    def keep(self, body: bytes, *parts: object) -> None:
        """Keep a tile. A disk that is full or not ours is no reason not to answer: it is logged, nothing is kept."""
        if not self.room_bytes:
            return
        path = self._path(parts)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=".new")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(body)
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            if random.random() < LOOKED_AT:  # noqa: S311 - no secret
                self.shrink(path.parent)
        except OSError as error:
            log.warning("a finished tile could not be kept: %s", error)

    def shrink(self, bucket: Path) -> None:
        """Drop the longest unused tiles of a bucket until it keeps to its share."""
        found = []
        with os.scandir(bucket) as entries:
            for entry in entries:
                with suppress(FileNotFoundError):
                    known = entry.stat()
                    found.append((known.st_mtime, known.st_blocks * 512, entry.path))
        taken = sum(size for _used, size, _path in found)
        for _used, size, path in sorted(found):
            if taken <= self.room_bytes / BUCKETS:
                return
            Path(path).unlink(missing_ok=True)
            taken -= size

    def _path(self, parts: tuple[object, ...]) -> Path:
        digest = blake2b("/".join(map(str, parts)).encode(), digest_size=16).hexdigest()
        return self.folder / digest[:2] / digest[2:]


def store() -> TileStore:
    """Return the store of the settings."""
    return TileStore(Path(settings.TILE_STORE_DIR), settings.TILE_STORE_BYTES)
