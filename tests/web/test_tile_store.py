"""Finished tiles on disk."""

import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from gis.web import tile_store
from gis.web.tile_store import BUCKETS, TileStore

MEGABYTE = 1024 * 1024


def fill(folder: Path, start: int) -> int:
    """Keep and find tiles; return how many were found broken."""
    kept = TileStore(folder, MEGABYTE)
    for n in range(start, start + 300):
        kept.keep(bytes([n % 251]) * 3000, n % 400)
    found = (kept.find(n) for n in range(400))
    return sum(body is not None and len(set(body)) != 1 for body in found)


def test_what_was_kept_is_found_and_nothing_else(tmp_path: Path) -> None:
    kept = TileStore(tmp_path / "tiles", MEGABYTE)
    assert kept.find("grid", "e1", 12, 1, 2) is None
    kept.keep(b"tile", "grid", "e1", 12, 1, 2)
    kept.keep(b"", "grid", "e1", 12, 1, 3)
    assert kept.find("grid", "e1", 12, 1, 2) == b"tile"
    assert kept.find("grid", "e1", 12, 1, 3) == b""
    assert kept.find("grid", "e2", 12, 1, 2) is None


def test_without_room_nothing_is_kept(tmp_path: Path) -> None:
    kept = TileStore(tmp_path / "tiles", 0)
    kept.keep(b"tile", 1)
    assert kept.find(1) is None
    assert not (tmp_path / "tiles").exists()


def test_the_longest_unused_go_first(tmp_path: Path) -> None:
    kept = TileStore(tmp_path, BUCKETS * 40_000)
    bucket = tmp_path / "00"
    bucket.mkdir()
    long_ago = time.time() - 9000
    for n in range(20):
        path = bucket / f"{n:02}"
        path.write_bytes(b"x" * 4096)
        os.utime(path, (long_ago + n, long_ago + n))
    kept.shrink(bucket)
    assert sorted(path.name for path in bucket.iterdir()) == [f"{n:02}" for n in range(11, 20)]


def test_the_room_is_kept_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tile_store, "LOOKED_AT", 0.5)
    kept = TileStore(tmp_path, BUCKETS * 8192)
    for n in range(6000):
        kept.keep(b"x" * 4000, n)
    taken = sum(path.stat().st_blocks * 512 for path in tmp_path.rglob("*") if path.is_file())
    assert taken < 4 * kept.room_bytes


def test_a_disk_that_takes_nothing_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kept = TileStore(tmp_path / "file", MEGABYTE)
    kept.keep(b"tile", 1)
    assert kept.find(1) is None


def test_processes_share_it(tmp_path: Path) -> None:
    with ProcessPoolExecutor(3) as pool:
        assert sum(pool.map(fill, [tmp_path] * 3, [0, 100, 200])) == 0
    assert not list(tmp_path.rglob("*.new"))
