"""From a raw layer to plain records: every row is either ready to be stored or refused by a notice.

Rows are refused one by one and the rest go on; only a fault of the layer as a whole (no code column, no coordinate
system, coordinates that cannot be what they say) refuses the file. How rows lie to each other is not judged here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from gis.geometry.said import listed, said
from gis.ingest.columns import CODE_DIGITS, FIELD_LABELS, FIELDS, REQUIRED, ColumnGuess, guess_columns
from gis.ingest.datum import Datum
from gis.ingest.frames import frame_for
from gis.ingest.records import IngestError, Notice, PlaceRecord, RawLayer, RecordSet, Severity
from gis.ingest.shapes import prepare_shapes
from gis.ingest.values import Rows, attribute_of, codes_of, names_of, parents_of
from gis.terms import LayerKind

_DATUM_WORDS = {"gcj02": said("GCJ-02（火星坐标）"), "bd09": said("BD-09（百度坐标）")}


@dataclass(frozen=True, slots=True)
class Known:
    """What the platform holds already, as far as a file must agree with it.

    Parameters
    ----------
    parents : codes of the level above that are in force; None when parents are not to be checked.
    retired : codes of this kind that were retired: they never come back.
    """

    parents: frozenset[str] | None = None
    retired: frozenset[str] = field(default_factory=frozenset)


def to_records(
    kind: LayerKind,
    raw: RawLayer,
    *,
    mapping: dict[str, str] | None = None,
    crs: str | None = None,
    datum: Datum = "as_is",
    district_code: str = "",
    known: Known | None = None,
) -> RecordSet:
    """Return the records of a raw layer, shapes in EPSG:4490, with a notice for everything refused or changed.

    Parameters
    ----------
    mapping : {field: column} as a person confirmed it; None takes the guess and says where it is doubtful.
    crs : the coordinate system, where the file says none or a wrong one ("EPSG:4549").
    datum : the shift to undo ("gcj02", "bd09"), only on a person's word; never undone silently.
    district_code : six digits that codes of the tree must start with; "" for any.
    known : what the platform holds already; None checks nothing against it.

    Raises
    ------
    IngestError : a required column is missing or a mapped one is not there ("column.missing", "column.unknown").
    WrongFrame : no coordinate system, or coordinates that cannot be in it.
    """
    mapping, doubts = _mapping_of(kind, raw, mapping)
    frame, told = frame_for(raw.shapes, raw.crs, crs, name=f"“{raw.source}”")
    rows = Rows(numbers=raw.rows.tolist(), columns=mapping, refused=_refused_by_reader(raw))
    codes = codes_of(kind, raw.columns[mapping["code"]], rows)
    _check_against(codes, kind, district_code, known or Known(), rows)
    parents = parents_of(kind, codes, _column(raw, mapping, "parent"), known.parents if known else None, rows)
    names = names_of(_column(raw, mapping, "name"), len(raw), rows)
    attributes = _attributes(kind, raw, mapping, rows)
    prepared = prepare_shapes(kind, raw.shapes, raw.rows, frame, datum, name=f"“{raw.source}”")
    return RecordSet(
        kind=kind,
        source=raw.source,
        records=_records(rows, codes, names, parents, prepared.shapes, attributes),
        notices=_in_order([*raw.notices, *doubts, *told, *_datum_notice(datum)], rows.notices, prepared.notices),
        read=len(raw),
        crs=frame,
        encoding=raw.encoding,
        mapping=mapping,
    )


def _mapping_of(kind: LayerKind, raw: RawLayer, mapping: dict[str, str] | None) -> tuple[dict[str, str], list[Notice]]:
    """Return the mapping to use: the person's, checked, or the guess with its doubts."""
    if mapping is None:
        guess = guess_columns(kind, raw)
        _require(kind, raw, guess)
        notices = [
            Notice(rule="column.doubt", message=said("{doubt}。", doubt=doubt), severity=Severity.WARNING)
            for doubt in guess.doubts
        ]
        return guess.mapping, notices
    mapping = {about: column for about, column in mapping.items() if column}
    for about, column in mapping.items():
        if about not in FIELDS[kind]:
            raise IngestError(
                said("{kind}没有字段“{field}”；可用：{fields}。", kind=kind, field=about, fields=list(FIELDS[kind])),
                rule="column.unknown",
            )
        if column not in raw.columns:
            raise IngestError(
                said(
                    "“{source}”没有列“{column}”；现有列：{columns}。请重新选择。",
                    source=raw.source,
                    column=column,
                    columns=_listed(raw),
                ),
                rule="column.unknown",
            )
    _require(kind, raw, ColumnGuess(mapping=mapping, missing=[about for about in REQUIRED if about not in mapping]))
    return mapping, []


def _require(kind: LayerKind, raw: RawLayer, guess: ColumnGuess) -> None:
    if guess.missing:
        wanted = [FIELD_LABELS[about] for about in guess.missing]
        doubts: str = ""
        for doubt in reversed(guess.doubts[:3]):
            doubts = said("{doubt}。{more}", doubt=doubt, more=doubts)
        raise IngestError(
            said(
                "“{source}”中找不到{kind}的{wanted}列；请指明哪一列是{wanted}。现有列：{columns}。{doubts}",
                source=raw.source,
                kind=kind,
                wanted=wanted,
                columns=_listed(raw),
                doubts=doubts,
            ),
            rule="column.missing",
        )


def _listed(raw: RawLayer) -> str:
    return listed(f"“{column}”" for column in list(raw.columns)[:30]) or said("（没有任何属性列）")


def _column(raw: RawLayer, mapping: dict[str, str], about: str) -> Sequence[Any] | None:
    return raw.columns[mapping[about]] if about in mapping else None


def _refused_by_reader(raw: RawLayer) -> set[int]:
    rows = {notice.row for notice in raw.notices if notice.severity is Severity.REFUSED and notice.row is not None}
    return {index for index, row in enumerate(raw.rows.tolist()) if row in rows} if rows else set()


def _check_against(codes: list[str], kind: LayerKind, district_code: str, known: Known, rows: Rows) -> None:
    in_tree = kind in CODE_DIGITS
    for index, code in enumerate(codes):
        if index in rows.refused:
            continue
        if in_tree and district_code and not code.startswith(district_code):
            message = said(
                "是 {code}，不属于本区（应以 {district_code} 开头）；请核对编码，或是否选错了文件。",
                code=code,
                district_code=district_code,
            )
            rows.refuse(index, "code.other_district", message, "code", code)
        elif code in known.retired:
            message = said("的编码 {code} 已停用，停用的编码不能再用；请改用新编码。", code=code)
            rows.refuse(index, "code.retired", message, "code", code)


def _attributes(kind: LayerKind, raw: RawLayer, mapping: dict[str, str], rows: Rows) -> dict[str, list[Any]]:
    """Return the further fields that the file has; a field without a column is left out, not made blank."""
    return {
        about: attribute_of(kind, about, raw.columns[mapping[about]], rows)
        for about in FIELDS[kind]
        if about in mapping and about not in ("code", "name", "parent")
    }


def _datum_notice(datum: Datum) -> list[Notice]:
    if datum == "as_is":
        return []
    message = said("已按指定，把坐标由 {datum} 换算为 CGCS2000。", datum=_DATUM_WORDS[datum])
    return [Notice(rule="datum.converted", message=message, severity=Severity.REPAIRED)]


def _records(
    rows: Rows,
    codes: list[str],
    names: list[str],
    parents: list[str],
    shapes: Any,
    attributes: dict[str, list[Any]],
) -> list[PlaceRecord]:
    told: Iterable[tuple[Any, ...]] = zip(*attributes.values(), strict=True) if attributes else repeat(())
    fields = zip(rows.numbers, codes, names, parents, shapes, told, strict=False)
    return [
        PlaceRecord(row, code, name, parent, shape, dict(zip(attributes, values, strict=True)))
        for index, (row, code, name, parent, shape, values) in enumerate(fields)
        if shape is not None and index not in rows.refused
    ]


def _in_order(of_file: list[Notice], of_rows: list[Notice], of_shapes: list[Notice]) -> list[Notice]:
    """Return notices of the file first, then row by row; a missing shape is not told twice."""
    unreadable = {
        notice.row for notice in of_file if notice.rule.startswith("shape.") or notice.rule == "coordinate.not_a_number"
    }
    told = [notice for notice in of_shapes if notice.rule != "shape.missing" or notice.row not in unreadable]
    return sorted([*of_file, *of_rows, *told], key=lambda notice: notice.row or 0)
