"""Read one layer of any file that a district may hand over; the first door of every import.

The format is decided on the content (`sniffing`), archives are unpacked within bounds (`archives`), and each format
has one reader: `vectors` (GDAL), `geojson`, `parquet`, `drawings` (DXF), `tables` (CSV, XLSX).
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import shapely

from gis.geometry.said import said
from gis.ingest.archives import Dataset, datasets_in, measure, unpack
from gis.ingest.choosing import choose
from gis.ingest.limits import (
    DEFAULT_LIMITS,
    Limits,
    check_columns,
    check_features,
    check_file_bytes,
    check_vertices,
)
from gis.ingest.records import IngestError, Notice, RawLayer, Severity
from gis.ingest.request import Request
from gis.ingest.sniffing import EXTENSIONS, Format, sniff

_TEXTS = frozenset({Format.GEOJSON, Format.KML, Format.DXF, Format.TABLE, Format.WORKBOOK})

_READERS: dict[Format, str] = {
    Format.GEOPACKAGE: "vectors.read_vector",
    Format.SHAPEFILE: "vectors.read_vector",
    Format.FILEGDB: "vectors.read_vector",
    Format.FLATGEOBUF: "vectors.read_vector",
    Format.MAPINFO: "vectors.read_vector",
    Format.KML: "vectors.read_vector",
    Format.GEOJSON: "geojson.read_geojson",
    Format.GEOPARQUET: "parquet.read_parquet",
    Format.DXF: "drawings.read_drawing",
    Format.TABLE: "tables.read_text_table",
    Format.WORKBOOK: "tables.read_workbook",
}
"""Which function of which neighbour reads a format; named, not imported: ezdxf and pandas take 2 s to load."""


def read_layer(
    path: Path, *, layer: str | None = None, encoding: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> RawLayer:
    """Read one layer as it stands in its file.

    Parameters
    ----------
    path : a file, a .gdb folder, or a folder or archive holding one of them.
    layer : which of several layers; in an archive the dataset's name inside it, then "/" and the layer where both are
        needed; the sheet of a workbook, the folder of a KML, the layer of a DXF. "*" joins all folders of a KML or all
        layers of a DXF.
    encoding : of a shapefile's, DXF's or CSV's text, when the one decided on the values is wrong.
    limits : bounds, each refused by name.

    Raises
    ------
    IngestError : cannot be read; ChooseLayer when several layers are there and none was named.
    """
    path = _local(path)
    source = path.name
    check_file_bytes(_bytes_of(path), limits.file_bytes, source)
    with _dataset(path, layer, limits, source) as (dataset, inner):
        if dataset.format in _TEXTS:
            most = limits.drawing_bytes if dataset.format is Format.DXF else limits.text_bytes
            check_file_bytes(_bytes_of(dataset.path), most, source)
        if dataset.format is Format.WORKBOOK:
            measure(dataset.path, limits, source)
        request = Request(
            path=dataset.path, source=source, format=dataset.format, layer=inner, encoding=encoding, limits=limits
        )
        raw = _reader_of(dataset.format)(request)
    _check_raw(raw, limits)
    if dataset.path == path:
        _notice_extension(raw, path, dataset.format)
    return raw


def _reader_of(form: Format) -> Callable[[Request], RawLayer]:
    module, function = _READERS[form].split(".")
    reader: Callable[[Request], RawLayer] = getattr(import_module(f"gis.ingest.{module}"), function)
    return reader


def _local(path: Path) -> Path:
    """Return the file's absolute path; refuse GDAL's virtual file systems, addresses and what is not there."""
    text = str(path)
    if text.startswith(("/vsi", "\\vsi")) or "://" in text or ":/" in text[2:]:
        raise IngestError(said("“{text}”不是本机文件；请先下载到本机再导入。", text=text), rule="file.not_local")
    path = Path(path).absolute()
    if not path.exists():
        raise IngestError(said("找不到文件“{name}”；请检查路径。", name=path.name), rule="file.missing")
    if not (path.is_file() or path.is_dir()):
        raise IngestError(said("“{name}”不是普通文件；请选择数据文件。", name=path.name), rule="file.not_regular")
    try:
        next(path.iterdir(), None) if path.is_dir() else path.open("rb").close()
    except OSError as error:
        raise IngestError(
            said("无法打开“{name}”：没有读取权限或磁盘出错（{strerror}）。", name=path.name, strerror=error.strerror),
            rule="file.denied",
        ) from error
    return path


def _bytes_of(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())


@contextmanager
def _dataset(path: Path, layer: str | None, limits: Limits, source: str) -> Iterator[tuple[Dataset, str | None]]:
    """Yield the dataset to read and the layer in it; what was unpacked is gone afterwards."""
    form = sniff(path, source)
    if form not in (Format.ARCHIVE, Format.KMZ):
        yield Dataset(name=source, path=path, format=form), layer
        return
    if path.is_dir():
        yield _choose_dataset(path, layer, limits, source, form)
        return
    with tempfile.TemporaryDirectory(prefix="gridwork-") as scratch:
        folder = Path(scratch)
        unpack(path, folder, limits, source)
        if (folder / "[Content_Types].xml").exists() and (folder / "xl").is_dir():
            yield Dataset(name=source, path=path, format=Format.WORKBOOK), layer
            return
        yield _choose_dataset(folder, layer, limits, source, form)


def _choose_dataset(
    folder: Path, layer: str | None, limits: Limits, source: str, form: Format
) -> tuple[Dataset, str | None]:
    found = {dataset.name: dataset for dataset in datasets_in(folder, limits, source)}
    if form is Format.KMZ:
        found = _main_document(found)
    if len(found) == 1:
        (only,) = found.values()
        inside = None if layer in (only.name, Path(only.name).stem) else layer
        return _sniffed(only), _inner_layer(only.name, inside)
    by_prefix = next((name for name in found if layer and layer.startswith(f"{name}/")), None)
    if by_prefix is not None and layer is not None:
        return _sniffed(found[by_prefix]), layer[len(by_prefix) + 1 :]
    stems = [name for name in found if layer and Path(name).stem == layer]
    name = stems[0] if len(stems) == 1 else choose(list(found), layer, source)
    return _sniffed(found[name]), None


def _inner_layer(name: str, layer: str | None) -> str | None:
    return layer[len(name) + 1 :] if layer and layer.startswith(f"{name}/") else layer


def _main_document(found: dict[str, Dataset]) -> dict[str, Dataset]:
    """A KMZ's own document is doc.kml, or the first KML at its root."""
    documents = {name: dataset for name, dataset in found.items() if dataset.format is Format.KML}
    roots = [name for name in documents if "/" not in name]
    main = next((name for name in roots if name.lower() == "doc.kml"), roots[0] if roots else None)
    return {main: documents[main]} if main is not None else documents


def _sniffed(dataset: Dataset) -> Dataset:
    form = sniff(dataset.path, Path(dataset.name).name)
    if form in (Format.ARCHIVE, Format.KMZ):
        raise IngestError(
            said("“{name}”的扩展名与内容不符（内容是压缩包）；请解压后直接导入。", name=dataset.name),
            rule="format.mismatch",
        )
    return Dataset(name=dataset.name, path=dataset.path, format=form)


def _check_raw(raw: RawLayer, limits: Limits) -> None:
    check_features(len(raw), limits, raw.source)
    check_columns(len(raw.columns), limits, raw.source)
    check_vertices(int(shapely.get_num_coordinates(raw.shapes).sum()), limits, raw.source)
    if not len(raw):
        raise IngestError(
            said("“{source}”中没有任何要素；请检查导出时的筛选条件。", source=raw.source), rule="layer.empty"
        )


def _notice_extension(raw: RawLayer, path: Path, form: Format) -> None:
    ending = path.suffix.lower()
    if ending and ending not in EXTENSIONS[form] and form is not Format.ARCHIVE:
        raw.notices.append(
            Notice(
                rule="format.extension",
                message=said("文件扩展名是“{ending}”，内容是 {form}；已按内容读取。", ending=ending, form=form),
                severity=Severity.WARNING,
            )
        )
