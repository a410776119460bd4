"""GDAL reads the one file it is given and nothing else."""

import contextlib
import http.server
import sqlite3
import threading
from pathlib import Path

import pyogrio
import pytest

from gis.geometry.errors import GridworkError
from gis.ingest.gdal import ALLOWED_DRIVERS, close_other_drivers
from gis.ingest.readers import read_layer
from tests.ingest.samples import geojson, squares, write_layer


@pytest.fixture
def listener():
    """Serve on this machine and remember what was asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def do_HEAD(self) -> None:
            self.do_GET()

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_only_drivers_that_read_one_file_are_left():
    assert set(pyogrio.list_drivers()) <= ALLOWED_DRIVERS
    close_other_drivers()
    assert "OGR_VRT" not in pyogrio.list_drivers()
    assert "WFS" not in pyogrio.list_drivers()


def test_django_cannot_bring_the_other_drivers_back():
    from django.contrib.gis.gdal import Driver

    assert str(Driver("GPKG")) == "GPKG"
    assert set(pyogrio.list_drivers()) <= ALLOWED_DRIVERS


def baits(secret: Path, host: str) -> dict[str, str]:
    layer = f'<OGRVRTLayer name="a"><SrcDataSource>{secret}</SrcDataSource></OGRVRTLayer>'
    vrt = f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>"
    remote = vrt.replace(str(secret), f"/vsicurl/http://{host}/a.geojson")
    link = f"<NetworkLink><Link><href>http://{host}/a.kml</href></Link></NetworkLink>"
    entity = f'<!DOCTYPE kml [<!ENTITY x SYSTEM "file://{secret}">]>'
    return {
        "bait.vrt": vrt,
        "bait.kml": vrt,
        "two-roots.kml": f"<kml><Document/></kml>{vrt}",
        "remote.vrt": remote,
        "wfs.xml": f"<OGRWFSDataSource><URL>http://{host}/wfs</URL></OGRWFSDataSource>",
        "link.kml": f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{link}</Document></kml>',
        "entity.kml": f'<?xml version="1.0"?>{entity}<kml><Document><name>&x;</name></Document></kml>',
        "gdalg.json": f'{{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline read {secret} ! write"}}',
        "esri.json": f'{{"features": [], "geometryType": "x", "url": "http://{host}/rest"}}',
        "address.geojson": f'"http://{host}/a.geojson"',
        "address.csv": f"http://{host}/a.csv\n",
    }


@pytest.mark.parametrize("name", baits(Path("secret"), "host"))
def test_a_file_that_points_elsewhere_reaches_nothing(tmp_path, listener, name):
    host, asked = listener
    secret = geojson(tmp_path / "secret.geojson", [(squares()[0], {"secret": "绝密"})])
    path = tmp_path / name
    path.write_text(baits(secret, host)[name], encoding="utf-8")
    with pytest.raises(GridworkError) as refusal:
        read_layer(path)
    assert "绝密" not in str(refusal.value)
    assert asked == []


def test_an_entity_is_refused_by_name(tmp_path):
    path = tmp_path / "bomb.kml"
    path.write_text('<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY a "aaaa">]><kml><Document/></kml>')
    with pytest.raises(GridworkError) as refusal:
        read_layer(path)
    assert refusal.value.rule == "file.entities"


def test_a_geopackage_with_a_virtual_table_reaches_nothing(tmp_path):
    secret = geojson(tmp_path / "secret.geojson", [(squares()[0], {"网格编码": "绝密"})])
    path = write_layer(tmp_path / "grids.gpkg")
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA writable_schema=ON")
        evil = f"CREATE VIRTUAL TABLE evil USING VirtualOGR('{secret}')"
        database.execute("INSERT INTO sqlite_master VALUES ('table', 'evil', 'evil', 0, ?)", (evil,))
        database.execute("INSERT INTO gpkg_contents (table_name, data_type, srs_id) VALUES ('evil', 'features', 4490)")
        database.execute("INSERT INTO gpkg_geometry_columns VALUES ('evil', 'geom', 'POLYGON', 4490, 0, 0)")
    with pytest.raises(GridworkError) as refusal:
        read_layer(path, layer="evil")
    assert "绝密" not in str(refusal.value)
