"""Bounds on what an import may cost: refused by name before memory or disk runs out."""

from dataclasses import dataclass

from gis.geometry.said import said
from gis.ingest.records import IngestError

MIB = 1024 * 1024
GIB = 1024 * MIB


class TooMuch(IngestError):
    """A file exceeds one of the bounds of an import; `rule` names which ("limit.features")."""

    rule = "limit"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be; each bound is counted while reading, a header is never believed.

    The defaults hold the largest city of the goals (a million grids of 60-80 vertices) on a machine with 8 GB; a door
    that strangers can reach passes smaller ones.
    """

    file_bytes: int = 2 * GIB
    """Size of the file itself; of all files together for a folder."""

    text_bytes: int = 512 * MIB
    """Size of formats that are read as text (GeoJSON, KML, CSV) or unpacked to XML (XLSX): they take about four times
    their size in memory."""

    drawing_bytes: int = 64 * MIB
    """Size of a DXF: reading one takes a minute for 100 MB, and 30 times its size in memory."""

    drawing_entities: int = 200_000
    """Entities of a DXF, vertices of old polylines included: 150 µs each; a district has some ten thousand."""

    unpacked_bytes: int = 4 * GIB
    """Everything an archive unpacks to, nested archives included."""

    unpack_ratio: int = 200
    """Unpacked size against packed size, looked at beyond `unpack_floor_bytes`: a padded .dbf reaches about 100."""

    unpack_floor_bytes: int = 64 * MIB
    """Below this unpacked size the ratio is not judged: small files of one repeated letter are harmless."""

    archive_entries: int = 10_000
    """Files and folders in an archive or folder; a file geodatabase has a few hundred."""

    archive_depth: int = 2
    """Archives inside archives."""

    features: int = 2_000_000
    """Rows of a layer."""

    vertices: int = 160_000_000
    """Vertices of a layer: 2 000 000 shapes of 80."""

    columns: int = 500
    """Attribute columns."""


DEFAULT_LIMITS = Limits()


def _size(count: int) -> str:
    if count >= GIB:
        return f"{count / GIB:.1f} GB"
    if count >= MIB:
        return f"{count / MIB:.0f} MB"
    return said("{count} 字节", count=count)


def check_file_bytes(size: int, limit: int, source: str) -> None:
    """Refuse a file larger than `limit` bytes."""
    if size > limit:
        raise TooMuch(
            said(
                "“{source}”大小为 {size}，超过单个文件上限 {limit}；请按街道或社区拆分后分批导入。",
                source=source,
                size=_size(size),
                limit=_size(limit),
            ),
            rule="limit.file_bytes",
        )


def check_unpacked(unpacked: int, packed: int, limits: Limits, source: str) -> None:
    """Refuse an archive whose unpacked size (so far) is too large in itself or against its packed size."""
    if unpacked > limits.unpacked_bytes:
        raise TooMuch(
            said(
                "压缩包“{source}”解压后超过上限 {unpacked_bytes}；请只打包需要的图层，或拆分后分批导入。",
                source=source,
                unpacked_bytes=_size(limits.unpacked_bytes),
            ),
            rule="limit.unpacked_bytes",
        )
    if unpacked > limits.unpack_floor_bytes and unpacked > packed * limits.unpack_ratio:
        raise TooMuch(
            said(
                "压缩包“{source}”解压后是压缩前的 {unpack_ratio} 倍以上，疑似压缩炸弹，已停止解压；"
                "如确为正常数据，请解压后直接导入原文件。",
                source=source,
                unpack_ratio=limits.unpack_ratio,
            ),
            rule="limit.unpack_ratio",
        )


def check_entries(count: int, limits: Limits, source: str) -> None:
    """Refuse an archive or folder with too many entries."""
    if count > limits.archive_entries:
        raise TooMuch(
            said(
                "“{source}”内的文件超过上限 {archive_entries} 个；请只打包需要导入的图层。",
                source=source,
                archive_entries=limits.archive_entries,
            ),
            rule="limit.archive_entries",
        )


def check_depth(depth: int, limits: Limits, source: str) -> None:
    """Refuse archives nested too deep."""
    if depth > limits.archive_depth:
        raise TooMuch(
            said(
                "“{source}”是压缩包中的压缩包，嵌套超过上限 {archive_depth} 层；请解压后直接导入其中的图层文件。",
                source=source,
                archive_depth=limits.archive_depth,
            ),
            rule="limit.archive_depth",
        )


def check_features(count: int, limits: Limits, source: str) -> None:
    """Refuse a layer with too many rows."""
    if count > limits.features:
        raise TooMuch(
            said(
                "“{source}”的要素超过上限 {features} 个；请按街道或社区拆分后分批导入。",
                source=source,
                features=limits.features,
            ),
            rule="limit.features",
        )


def check_vertices(count: int, limits: Limits, source: str) -> None:
    """Refuse a layer with too many vertices."""
    if count > limits.vertices:
        raise TooMuch(
            said(
                "“{source}”的坐标点超过上限 {vertices} 个；请先抽稀（简化）图形，或拆分后分批导入。",
                source=source,
                vertices=limits.vertices,
            ),
            rule="limit.vertices",
        )


def check_entities(count: int, limits: Limits, source: str) -> None:
    """Refuse a drawing with too many entities."""
    if count > limits.drawing_entities:
        raise TooMuch(
            said(
                "“{source}”的图元超过上限 {drawing_entities} 个；请只保留网格线和注记图层后重新导出。",
                source=source,
                drawing_entities=limits.drawing_entities,
            ),
            rule="limit.drawing_entities",
        )


def check_columns(count: int, limits: Limits, source: str) -> None:
    """Refuse a layer with too many attribute columns."""
    if count > limits.columns:
        raise TooMuch(
            said(
                "“{source}”有 {count} 列，超过上限 {columns} 列；请删去与网格无关的列后再导入。",
                source=source,
                count=count,
                columns=limits.columns,
            ),
            rule="limit.columns",
        )
