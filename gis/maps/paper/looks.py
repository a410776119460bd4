"""How things look on printed maps: quiet ground, dark lines, and one colour for what changes. Widths for A4."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis.maps.paper.scene import Ink, Written

GROUND = Ink(fill="#fbf8ef")
NEIGHBOUR = Ink(fill="#efefec", stroke="#b4b4ae", width_mm=0.12)
COMPOUND = Ink(fill="#ece3cb", stroke="#bfb08a", width_mm=0.14)
GRID = Ink(stroke="#5b6672", width_mm=0.2)
CHANGED_GRID = Ink(stroke="#1d2733", width_mm=0.42)
COMMUNITY = Ink(stroke="#3f2a5c", width_mm=0.6, dash_mm=(3.2, 0.9, 0.6, 0.9))
HATCH = Ink(stroke="#b23c00", width_mm=0.2)
CHANGED = Ink(stroke="#b23c00", width_mm=0.16)
GONE = Ink(stroke="#8c1c00", width_mm=0.5, dash_mm=(1.6, 1.1))
FRAME = Ink(stroke="#1d2733", width_mm=0.35)


@dataclass(frozen=True, slots=True)
class RoadLook:
    """A road's surface and its edges."""

    width_mm: float
    edge_mm: float = 0.24
    surface: str = "#ffffff"
    edge: str = "#b9b2a1"


ROADS = {"arterial": RoadLook(1.25), "secondary": RoadLook(0.85), "local": RoadLook(0.5)}
"""By the words of RoadRank, the widest first."""


@dataclass(frozen=True, slots=True)
class Look:
    """A symbol of a point: a disc or a square."""

    ink: Ink
    half_mm: float
    corners: int

    def symbol(self, x: float, y: float, scale: float = 1.0) -> BaseGeometry:
        """Return the symbol at a place."""
        angles = 2 * np.pi * (np.arange(self.corners) + 0.5) / self.corners
        around = np.column_stack([x + np.cos(angles) * self.half_mm * scale, y + np.sin(angles) * self.half_mm * scale])
        return shapely.Polygon(around)


OFFICE = Look(Ink(fill="#a4161a", stroke="#ffffff", width_mm=0.15), 1.15, 4)
STATION = Look(Ink(fill="#1b4f86", stroke="#ffffff", width_mm=0.15), 0.95, 24)


@dataclass(frozen=True, slots=True)
class TextLook:
    """A sort of name."""

    size_pt: float
    colour: str
    bold: bool = False
    backed: bool = True

    def line(self, text: str, scale: float) -> Written:
        """Return a name, not yet placed."""
        return Written(text, 0.0, 0.0, self.size_pt * scale, self.colour, self.bold, backed=self.backed)


TEXT = {
    "changed": TextLook(7.6, "#1d2733", bold=True),
    "figure": TextLook(6.4, "#1d2733"),
    "grid": TextLook(6.2, "#4a5560"),
    "quiet_figure": TextLook(5.4, "#4a5560"),
    "compound": TextLook(5.4, "#6b5420"),
    "road": TextLook(5.2, "#5f5a4d"),
    "neighbour": TextLook(5.4, "#7b7b76"),
    "community": TextLook(7.6, "#3f2a5c", bold=True),
    "legend": TextLook(7.0, "#1d2733", backed=False),
}
