"""A drawing as SVG for a page: in millimetres, without styles or scripts, so that a strict page may carry it."""

from html import escape

import shapely
from shapely.geometry.base import BaseGeometry

from gis.maps.paper.fonts import FAMILY, MM_A_POINT
from gis.maps.paper.scene import Drawn, Ink, Scene, Written


def svg_of(scene: Scene) -> str:
    """Return an SVG element; every text in it is escaped."""
    height = scene.height_mm
    marks = [_drawn(mark, height) if isinstance(mark, Drawn) else _written(mark, height) for mark in scene.marks]
    size = f'width="{_n(scene.width_mm)}mm" height="{_n(height)}mm" viewBox="0 0 {_n(scene.width_mm)} {_n(height)}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size} font-family="{escape(FAMILY)}">'
    return f"{head}<title>{escape(scene.title)}</title>{''.join(marks)}</svg>"


def _drawn(mark: Drawn, height: float) -> str:
    return f'<path d="{path_data(mark.shape, height)}"{_ink(mark.ink)}/>'


def _ink(ink: Ink) -> str:
    said = f' fill="{ink.fill or "none"}"'
    if ink.fill:
        said += ' fill-rule="evenodd"'
    if ink.stroke:
        said += f' stroke="{ink.stroke}" stroke-width="{_n(ink.width_mm)}" stroke-linejoin="round"'
        said += ' stroke-linecap="butt"' if ink.dash_mm else ' stroke-linecap="round"'
    if ink.dash_mm:
        said += f' stroke-dasharray="{" ".join(map(_n, ink.dash_mm))}"'
    if ink.opacity < 1:
        said += f' opacity="{_n(ink.opacity)}"'
    return said


def path_data(shape: BaseGeometry, height: float) -> str:
    """Return the path of a shape, y downwards as SVG wants it."""
    said = []
    for part in shapely.get_parts(shape):
        areal = shapely.get_dimensions(part) == 2
        for ring in shapely.get_rings(part) if areal else [part]:
            points = [f"{_n(x)} {_n(height - y)}" for x, y in shapely.get_coordinates(ring).tolist()]
            said.append("M" + "L".join(points) + ("Z" if areal else ""))
    return "".join(said)


def _written(text: Written, height: float) -> str:
    x, y, size = text.x, height - text.y, text.size_pt * MM_A_POINT
    turned = f' transform="rotate({_n(-text.angle)} {_n(x)} {_n(y)})"' if text.angle else ""
    weight = ' font-weight="700"' if text.bold else ""
    veil = f' stroke="#ffffff" stroke-width="{_n(size * 0.28)}" stroke-linejoin="round" paint-order="stroke"'
    return (
        f'<text x="{_n(x)}" y="{_n(y + text.baseline)}" font-size="{_n(size)}" fill="{text.colour}"{weight}'
        f' text-anchor="{text.anchor}"{veil if text.backed else ""}{turned}>{escape(text.text)}</text>'
    )


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
