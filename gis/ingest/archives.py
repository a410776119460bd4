"""Archives and folders: what lies inside, unpacked within bounds, with no way out."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from gis.geometry.said import said
from gis.ingest.limits import Limits, TooMuch, check_depth, check_entries, check_unpacked
from gis.ingest.records import IngestError
from gis.ingest.sniffing import FORMAT_OF_EXTENSION, Format

_CHUNK = 1024 * 1024
_JUNK_FOLDERS = frozenset({"__macosx", ".git", ".svn"})
_JUNK_FILES = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_END_OF_DIRECTORY = b"PK\x05\x06"
_ZIP64_LOCATOR = b"PK\x06\x07"


class UnsafeArchive(IngestError):
    """An archive tries to reach outside itself, is damaged or is locked."""

    rule = "archive.unsafe"


@dataclass(frozen=True, slots=True)
class Dataset:
    """One thing in an archive that can be read: `name` is its path inside, as the person knows it."""

    name: str
    path: Path
    format: Format


def unpack(archive: Path, into: Path, limits: Limits, source: str) -> None:
    """Unpack a ZIP archive, and the archives in it, into an empty folder.

    Every byte is counted as it comes out; what the archive says about sizes is not believed. Nothing is written
    outside `into`: absolute paths, `..`, drive letters and symbolic links refuse the whole archive.

    Raises
    ------
    UnsafeArchive, TooMuch
    """
    _Unpacking(limits, source, packed=archive.stat().st_size).run(archive, into, depth=1)


def measure(archive: Path, limits: Limits, source: str) -> None:
    """Unpack a ZIP archive into nothing, to know that it is within bounds (an .xlsx is one)."""
    _Unpacking(limits, source, packed=archive.stat().st_size).run(archive, None, depth=1)


class _Unpacking:
    """One archive with all that is nested in it: counts what has come out so far."""

    def __init__(self, limits: Limits, source: str, packed: int) -> None:
        self.limits = limits
        self.source = source
        self.packed = packed
        self.unpacked = 0
        self.entries = 0

    def run(self, archive: Path, into: Path | None, depth: int) -> None:
        check_depth(depth, self.limits, self.source)
        _check_directory(archive, self.limits, self.source)
        try:
            with zipfile.ZipFile(archive) as opened:
                self._members(opened, into, depth)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, struct.error) as error:
            raise UnsafeArchive(
                said(
                    "压缩包“{source}”已损坏或压缩方式不受支持（{error}）；请重新压缩为普通 ZIP 后再导入。",
                    source=self.source,
                    error=error,
                ),
                rule="archive.damaged",
            ) from error

    def _members(self, opened: zipfile.ZipFile, into: Path | None, depth: int) -> None:
        self.entries += len(opened.infolist())
        check_entries(self.entries, self.limits, self.source)
        seen: set[str] = set()
        for member in opened.infolist():
            name = _name_of(member)
            parts = self._safe_parts(member, name)
            if member.is_dir() or not parts or _is_junk(parts):
                continue
            if name in seen:
                raise UnsafeArchive(
                    said(
                        "压缩包“{source}”内有两个同名文件“{name}”；请删去其一后重新压缩。",
                        source=self.source,
                        name=name,
                    ),
                    rule="archive.duplicate",
                )
            seen.add(name)
            target = into.joinpath(*parts) if into is not None else None
            self._write(opened, member, target)
            if target is not None and target.suffix.lower() == ".zip":
                inner = target.with_name(target.name + ".unpacked")
                self.run(target, inner, depth + 1)
                target.unlink()

    def _safe_parts(self, member: zipfile.ZipInfo, name: str) -> tuple[str, ...]:
        parts = PurePosixPath(name).parts
        if name.startswith("/") or ".." in parts or "\x00" in name or (len(name) > 1 and name[1] == ":"):
            raise UnsafeArchive(
                said(
                    "压缩包“{source}”内的“{name}”指向压缩包以外的位置，已拒绝；请用普通压缩软件重新压缩。",
                    source=self.source,
                    name=name,
                ),
                rule="archive.path",
            )
        if stat.S_ISLNK(member.external_attr >> 16):
            raise UnsafeArchive(
                said(
                    "压缩包“{source}”内的“{name}”是符号链接，已拒绝；请放入真实文件后重新压缩。",
                    source=self.source,
                    name=name,
                ),
                rule="archive.symlink",
            )
        if member.flag_bits & 0x1:
            raise UnsafeArchive(
                said("压缩包“{source}”有密码；请去掉密码后重新压缩。", source=self.source), rule="archive.password"
            )
        return parts

    def _write(self, opened: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path | None) -> None:
        with opened.open(member) as packed:
            if target is None:
                for _ in self._counted(packed):
                    pass
                return
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                for chunk in self._counted(packed):
                    file.write(chunk)

    def _counted(self, packed: IO[bytes]) -> Iterator[bytes]:
        while chunk := packed.read(_CHUNK):
            self.unpacked += len(chunk)
            check_unpacked(self.unpacked, self.packed, self.limits, self.source)
            yield chunk


def _check_directory(archive: Path, limits: Limits, source: str) -> None:
    """Refuse a central directory that would take much memory just to list."""
    with archive.open("rb") as file:
        file.seek(max(0, archive.stat().st_size - 66_000))
        tail = file.read()
    at = tail.rfind(_END_OF_DIRECTORY)
    if at < 0 or len(tail) - at < 22:
        raise UnsafeArchive(
            said("压缩包“{source}”不完整（缺少目录，可能没有传完）；请重新压缩或重新上传。", source=source),
            rule="archive.damaged",
        )
    (count,) = struct.unpack_from("<H", tail, at + 10)
    (size,) = struct.unpack_from("<I", tail, at + 12)
    if tail[max(0, at - 20) : at].startswith(_ZIP64_LOCATOR) or count == 0xFFFF or size > limits.archive_entries * 1024:
        raise TooMuch(
            said("压缩包“{source}”的目录过大（文件过多或超过 4 GB）；请只打包需要导入的图层。", source=source),
            rule="limit.archive_entries",
        )


def _name_of(member: zipfile.ZipInfo) -> str:
    """Return a member's name; Chinese Windows writes GBK and says nothing, which Python reads as code page 437."""
    name = member.filename
    if not member.flag_bits & 0x800:
        raw = name.encode("cp437", errors="replace")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _is_junk(parts: Iterable[str]) -> bool:
    folded = [part.lower() for part in parts]
    return (
        any(part in _JUNK_FOLDERS for part in folded[:-1])
        or folded[-1] in _JUNK_FILES
        or folded[-1].startswith(("._", "~$"))
    )


def datasets_in(folder: Path, limits: Limits, source: str) -> list[Dataset]:
    """List what can be read in a folder, sorted by name: a shapefile or a geodatabase folder counts once.

    Raises
    ------
    TooMuch : too many files. UnsafeArchive : a symbolic link leads out of the folder.
    """
    found: dict[str, Dataset] = {}
    root = folder.resolve()
    for count, path in enumerate(sorted(folder.rglob("*")), start=1):
        check_entries(count, limits, source)
        parts = path.relative_to(folder).parts
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            raise UnsafeArchive(
                said(
                    "“{source}”内的“{parts}”是指向外部的符号链接，已拒绝；请放入真实文件。",
                    source=source,
                    parts="/".join(parts),
                ),
                rule="archive.symlink",
            )
        if _is_junk(parts) or any(part.lower().endswith(".gdb") for part in parts[:-1]):
            continue
        form = FORMAT_OF_EXTENSION.get(path.suffix.lower())
        if form is None or form is Format.ARCHIVE or path.is_dir() != (form is Format.FILEGDB):
            continue
        name = "/".join(parts).replace(".unpacked/", "/")
        found[name] = Dataset(name=name, path=path, format=form)
    return _without_side_files(list(found.values()))


def _without_side_files(found: list[Dataset]) -> list[Dataset]:
    """Leave out tables and texts that lie beside real layers: a read-me.txt is not a second layer."""
    layers = [dataset for dataset in found if dataset.format is not Format.TABLE]
    return layers or found
