"""What a file says of its coordinate system, in one spelling: "EPSG:n" where that is certain, else WKT."""

from functools import lru_cache

from pyproj import CRS
from pyproj.exceptions import CRSError

_SAME = {"OGC:CRS84": "EPSG:4326", "OGC:CRS84h": "EPSG:4326"}


@lru_cache(maxsize=256)
def declared_crs(text: str | None) -> str | None:
    """Return a declared coordinate system as "EPSG:n" or WKT; None when nothing usable is declared.

    Engineering systems (GeoPackage's "undefined Cartesian", local grids of a drawing) say nothing about where on
    earth the data lies: they count as not declared.

    Parameters
    ----------
    text : what the file says: "EPSG:4490", "urn:ogc:def:crs:EPSG::4490", WKT, PROJJSON.
    """
    if not text or not text.strip():
        return None
    try:
        frame = CRS.from_user_input(text)
    except CRSError:
        return None
    while frame.is_bound and frame.source_crs is not None:
        frame = frame.source_crs
    if not (frame.is_geographic or frame.is_projected) or "undefined" in frame.name.lower():
        return None
    if frame.is_compound and frame.sub_crs_list:
        frame = frame.sub_crs_list[0]
    name = frame.to_authority(min_confidence=70)
    if name is None:
        return str(frame.to_wkt())
    authority, code = name
    known = f"{authority}:{code}"
    return _SAME.get(known, known)
