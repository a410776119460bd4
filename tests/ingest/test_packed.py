"""Codes and polygons as they are packed in GeoParquet and FlatGeobuf; what is not plain is refused by name."""

import geopandas
import numpy as np
import pytest
import shapely

from gis.ingest.limits import Limits, TooMuch
from gis.ingest.packed import read_packed
from gis.ingest.records import IngestError


def frame(**more: object) -> geopandas.GeoDataFrame:
    squares = [shapely.box(10 * n, 0, 10 * n + 10, 10) for n in range(5)]
    return geopandas.GeoDataFrame({"code": [f"G{n}" for n in range(5)], **more}, geometry=squares, crs="EPSG:4549")


def written(land: geopandas.GeoDataFrame, folder, kind: str):
    path = folder / f"grids.{kind}"
    if kind == "parquet":
        land.to_parquet(path, row_group_size=2)
    else:
        land.to_file(path, driver="FlatGeobuf", SPATIAL_INDEX="NO")
    return path


@pytest.mark.parametrize("kind", ["parquet", "fgb"])
def test_codes_and_shapes_as_they_are(tmp_path, kind):
    land = frame()
    file = read_packed(written(land, tmp_path, kind), codes="code", accuracy_m=0.5)
    assert file.crs == "EPSG:4549"
    layer = file.layer.unpacked()
    assert layer.codes.tolist() == land["code"].tolist()
    assert layer.accuracy_m == 0.5
    assert shapely.equals_exact(layer.shapes, np.asarray(land.geometry)).all()


@pytest.mark.parametrize("kind", ["parquet", "fgb"])
def test_what_is_not_plain_is_refused(tmp_path, kind):
    with pytest.raises(IngestError) as refused:
        read_packed(written(frame(), tmp_path, kind), codes="网格编码")
    assert refused.value.rule == "column.missing"
    land = frame()
    land.loc[2, "code"] = None
    with pytest.raises(IngestError) as refused:
        read_packed(written(land, tmp_path, kind), codes="code")
    assert refused.value.rule == "row.not_plain"
    with pytest.raises(TooMuch):
        read_packed(written(frame(), tmp_path, kind), codes="code", limits=Limits(features=3))


def test_another_format_is_left_to_the_usual_reader(tmp_path):
    path = tmp_path / "grids.gpkg"
    frame().to_file(path, driver="GPKG")
    with pytest.raises(IngestError) as refused:
        read_packed(path, codes="code")
    assert refused.value.rule == "format.not_packed"
    broken = tmp_path / "grids.parquet"
    broken.write_bytes(written(frame(), tmp_path, "fgb").read_bytes()[:200])
    with pytest.raises(IngestError):
        read_packed(broken, codes="code")
    with pytest.raises(IngestError) as refused:
        read_packed(tmp_path / "nothing.parquet", codes="code")
    assert refused.value.rule == "file.missing"
