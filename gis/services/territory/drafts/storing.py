"""Where uploads lie: a folder a draft under MEDIA_ROOT, served by nobody; gone with the draft."""

import gzip
import json
import re
import shutil
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.conf import settings

from gis.geometry.said import said
from gis.ingest.archives import datasets_in
from gis.ingest.limits import DEFAULT_LIMITS, Limits
from gis.ingest.sniffing import sniff
from gis.services.territory.drafts.refusals import DraftRefused

NAME_BYTES = 180
"""Longest stored name: file systems hold 255 bytes, a Chinese character takes three, and readers add endings."""

_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|]+")


@dataclass(frozen=True, slots=True)
class Upload:
    """One file as it came in: its name as the person knows it, where it lies now, its size and SHA-256."""

    name: str
    path: Path
    size_bytes: int
    sha256: str


def limits() -> Limits:
    """Return the bounds of an import through the browser: the command line's, and no more than may be uploaded."""
    return replace(DEFAULT_LIMITS, file_bytes=settings.IMPORT_UPLOAD_BYTES)


def root() -> Path:
    """Return the folder of all drafts, made when it is not there."""
    folder = Path(settings.MEDIA_ROOT) / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def incoming() -> Path:
    """Return the folder in which uploads grow before they belong to a draft; on the drafts' own disk."""
    folder = root() / "incoming"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def folder_of(draft_id: uuid.UUID) -> Path:
    """Return a draft's own folder."""
    return root() / str(draft_id)


def safe_name(name: str) -> str:
    """Return a name that any file system takes: no path, no control characters, no more than NAME_BYTES."""
    plain = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = _UNSAFE.sub("_", plain).strip(" .") or "upload"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending.encode()) > 12:
        stem, dot, ending = plain, "", ""
    room = NAME_BYTES - len((dot + ending).encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + ending


def store(draft_id: uuid.UUID, uploads: Sequence[Upload]) -> Path:
    """Move uploads into a draft's folder and return what a reader is given: the file, or the folder of several.

    Raises
    ------
    DraftRefused : two files of one name. UnknownFormat, IngestError : nothing in it can be read.
    """
    inside = folder_of(draft_id) / "upload"
    names = [safe_name(upload.name) for upload in uploads]
    if len(uploads) > 1:
        first = next((name for name in names if name.lower().endswith(".shp")), names[0])
        inside /= Path(first).stem.replace(".", "_") or "upload"
    inside.mkdir(mode=0o700, parents=True)
    for upload, name in zip(uploads, names, strict=True):
        if (inside / name).exists():
            words = said("选中了两个同名文件“{name}”；请只选一个。", name=name)
            raise DraftRefused(words, rule="upload.duplicate")
        upload.path.replace(inside / name)
    path = inside if len(uploads) > 1 else inside / names[0]
    _look_at(path)
    return path


def _look_at(path: Path) -> None:
    """Refuse at once what no reader takes; the rest is found out by reading."""
    if path.is_file() or any(path.glob("a0000000*.gdbtable")):
        sniff(path, path.name)
    elif not datasets_in(path, limits(), path.name):
        sniff(sorted(path.iterdir())[0], sorted(path.iterdir())[0].name)


def uploaded_path(draft_id: uuid.UUID) -> Path:
    """Return what a reader is given of a stored upload.

    Raises
    ------
    DraftRefused : the file is no longer there ("upload.gone").
    """
    inside = folder_of(draft_id) / "upload"
    held = sorted(inside.iterdir()) if inside.is_dir() else []
    if len(held) != 1:
        raise DraftRefused(said("上传的文件已不在服务器上；请重新上传。"), rule="upload.gone")
    return held[0]


def forget_upload(draft_id: uuid.UUID) -> None:
    """Delete the uploaded file; what was found in it stays."""
    shutil.rmtree(folder_of(draft_id) / "upload", ignore_errors=True)


def forget(draft_id: uuid.UUID) -> None:
    """Delete a draft's folder; that it is gone already is no fault."""
    shutil.rmtree(folder_of(draft_id), ignore_errors=True)


def write_sheet(draft_id: uuid.UUID, name: str, content: Any) -> None:
    """Write a draft's JSON beside its upload, packed, whole or not at all."""
    target = folder_of(draft_id) / f"{name}.json.gz"
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_suffix(f".{uuid.uuid4().hex}")
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    draft.write_bytes(gzip.compress(data, compresslevel=5, mtime=0))
    draft.replace(target)


def packed_sheet(draft_id: uuid.UUID, name: str) -> bytes | None:
    """Return a draft's JSON as it was packed (gzip), None when it is not there."""
    try:
        return (folder_of(draft_id) / f"{name}.json.gz").read_bytes()
    except FileNotFoundError:
        return None


def read_sheet(draft_id: uuid.UUID, name: str) -> Any:
    """Return a draft's JSON, None when it is not there."""
    packed = packed_sheet(draft_id, name)
    return None if packed is None else json.loads(gzip.decompress(packed))
