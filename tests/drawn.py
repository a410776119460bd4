"""Maps drawn in letters: one letter one shape, one character a square, north up."""

import numpy as np
import shapely

from gis.geometry.layers import Layer, Shapes


def read_map(text: str, cell_m: float = 100.0) -> dict[str, shapely.Geometry]:
    """Return the polygon of each letter, in metres; the south-west corner of the drawing is (0, 0).

    ``.`` and spaces inside a line are nobody's land; leading and trailing blanks of a line are indentation. A letter in
    two places that do not share a side gives a MultiPolygon; a letter around others gives a hole.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    width = max(map(len, lines))
    assert all(len(line) == width for line in lines), "every line of a drawn map must be equally long"
    squares: dict[str, list[shapely.Polygon]] = {}
    for row, line in enumerate(reversed(lines)):
        for column, letter in enumerate(line):
            if letter not in ". ":
                x, y = column * cell_m, row * cell_m
                squares.setdefault(letter, []).append(shapely.box(x, y, x + cell_m, y + cell_m))
    return {letter: shapely.union_all(parts) for letter, parts in sorted(squares.items())}


def layer(shapes: dict[str, shapely.Geometry], accuracy_m: float = 1.0) -> Layer:
    """Return the shapes as a layer, the letters being its codes."""
    return Layer(
        codes=np.array(list(shapes), dtype=object), shapes=as_shapes(list(shapes.values())), accuracy_m=accuracy_m
    )


def drawn(text: str, cell_m: float = 100.0, accuracy_m: float = 1.0) -> Layer:
    """Return a drawn map as a layer."""
    return layer(read_map(text, cell_m), accuracy_m)


def as_shapes(shapes: list[shapely.Geometry]) -> Shapes:
    """Return an object array that holds exactly these geometries."""
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array
