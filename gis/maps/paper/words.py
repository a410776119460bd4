"""Words that stand on drawn maps and in the frame of every sheet, in the active language."""

from django.utils.translation import gettext


def map_words() -> dict[str, str]:
    """Return the words of a map and its legend by key."""
    return {
        "changed": gettext("调整的土地"),
        "gone": gettext("原网格界线"),
        "grid": gettext("网格界线"),
        "changed_grid": gettext("涉及网格界线"),
        "community": gettext("社区界线"),
        "neighbour": gettext("周边网格"),
        "compound": gettext("小区"),
        "road": gettext("道路"),
        "office": gettext("社区办公点"),
        "station": gettext("服务站"),
        "north": gettext("北"),
        "scale": gettext("比例尺"),
        "metre": gettext("米"),
        "kilometre": gettext("千米"),
        "households": gettext("{count} 户"),
    }
