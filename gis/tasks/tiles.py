"""Generalised copies that follow from a change, and their upkeep. Names are stable: queued jobs carry them."""

from procrastinate.contrib.django import app

from gis.services.tiles import copies, upkeep


@app.task(name="gis.tiles.make_copies")
def make_copies(*, district_code: str) -> int:
    """Make the copies of all shapes of a district that wait; returns how many. May be repeated at any time."""
    return copies.make_copies(district_code=district_code)


@app.periodic(cron="1-59/5 * * * *")
@app.task(name="gis.tiles.make_forgotten_copies")
def make_forgotten_copies(timestamp: int) -> int:  # noqa: ARG001 - the scheduler passes it
    """Make the copies of shapes that no job was queued for: a shape changed by hand, a database set up anew."""
    return sum(copies.make_copies(district_code=code) for code in upkeep.districts_waiting())


@app.periodic(cron="20 17 * * *")
@app.task(name="gis.tiles.mend")
def mend(timestamp: int) -> int:  # noqa: ARG001
    """Note shapes that were forgotten, drop copies without a shape, add changes up; returns how many were mended."""
    return upkeep.mend()
