"""Which layer of several a person means."""

from collections.abc import Sequence

from gis.geometry.said import said
from gis.ingest.records import IngestError

ALL_LAYERS = "*"
"""Asks for all folders of a KML or all layers of a DXF together."""


class ChooseLayer(IngestError):
    """A file holds several layers, or not the one asked for; `layers` names them all."""

    rule = "layer.ambiguous"

    def __init__(self, message: str, *, layers: Sequence[str], rule: str | None = None) -> None:
        super().__init__(message, rule=rule)
        self.layers = list(layers)


def choose(names: Sequence[str], wanted: str | None, source: str, *, may_join: bool = False) -> str:
    """Return the layer to read: the only one, or the one wanted (whatever its case).

    Parameters
    ----------
    may_join : whether `ALL_LAYERS` may be asked for; then it is returned as it is.

    Raises
    ------
    ChooseLayer : several and none wanted ("layer.ambiguous"), or no such one ("layer.unknown").
    IngestError : none at all ("layer.none").
    """
    if not names:
        raise IngestError(
            said("“{source}”中没有可以导入的图层；请检查导出时是否选中了图层。", source=source), rule="layer.none"
        )
    if wanted == ALL_LAYERS and may_join:
        return ALL_LAYERS
    layers = [f"“{name}”" for name in names]
    if wanted:
        for same in (lambda name: name == wanted, lambda name: name.casefold() == wanted.casefold()):
            found = [name for name in names if same(name)]
            if found:
                return found[0]
        raise ChooseLayer(
            said("“{source}”中没有图层“{wanted}”；现有：{layers}。", source=source, wanted=wanted, layers=layers),
            layers=names,
            rule="layer.unknown",
        )
    if len(names) > 1:
        joined = said("；填“*”则合并读取全部") if may_join else ""
        raise ChooseLayer(
            said(
                "“{source}”中有 {count} 个图层：{layers}；请指明要导入哪一个{joined}。",
                source=source,
                count=len(names),
                layers=layers,
                joined=joined,
            ),
            layers=names,
        )
    return names[0]
