"""A drawing in millimetres, y upwards from the lower left corner: shapes with ink, and lines of text. Nothing else.

What is drawn here once is written as SVG for a page (svg.py) and as PDF (pdf.py), so that both show the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from shapely.geometry.base import BaseGeometry

from gis.maps.paper.fonts import MM_A_POINT, text_width_mm

Anchor = Literal["start", "middle", "end"]
Box = tuple[float, float, float, float]

LINE_HEIGHT = 1.25
"""Of a text's size."""

CAP_HEIGHT = 0.74
"""Of a text's size: how high a Chinese character stands above the baseline, less what is below it."""


@dataclass(frozen=True, slots=True)
class Ink:
    """How a shape is drawn; colours as "#rrggbb", "" for none."""

    fill: str = ""
    stroke: str = ""
    width_mm: float = 0.2
    dash_mm: tuple[float, ...] = ()
    opacity: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A shape in millimetres."""

    shape: BaseGeometry
    ink: Ink


@dataclass(frozen=True, slots=True)
class Written:
    """A line of text; `x`, `y` is its middle in height, and its start, middle or end.

    `angle` in degrees, anticlockwise; `backed` lays a white veil under it, so that it can be read on
    lines.
    """

    text: str
    x: float
    y: float
    size_pt: float
    colour: str = "#1d2733"
    bold: bool = False
    anchor: Anchor = "middle"
    angle: float = 0.0
    backed: bool = False

    @property
    def width_mm(self) -> float:
        return text_width_mm(self.text, self.size_pt, bold=self.bold)

    @property
    def height_mm(self) -> float:
        return self.size_pt * MM_A_POINT * LINE_HEIGHT

    @property
    def baseline(self) -> float:
        """How far below the middle the text stands, in millimetres."""
        return self.size_pt * MM_A_POINT * CAP_HEIGHT / 2

    @property
    def left(self) -> float:
        """Where an unturned text begins."""
        return self.x - self.width_mm * {"start": 0.0, "middle": 0.5, "end": 1.0}[self.anchor]


Mark = Drawn | Written


@dataclass(slots=True)
class Scene:
    """A drawing of `width_mm` × `height_mm`; what comes later lies on top. `title` says what it shows."""

    width_mm: float
    height_mm: float
    title: str
    marks: list[Mark] = field(default_factory=list)

    def draw(self, shape: BaseGeometry, ink: Ink) -> None:
        """Add a shape; nothing where it is empty."""
        if not shape.is_empty:
            self.marks.append(Drawn(shape, ink))

    def write(self, *texts: Written) -> None:
        """Add lines of text."""
        self.marks.extend(texts)

    def add(self, marks: Iterable[Mark]) -> None:
        """Add marks as they are."""
        self.marks.extend(marks)
