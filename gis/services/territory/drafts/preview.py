"""What reading an upload showed, for a person to confirm: columns, encoding, frame, datum, first rows, the shapes."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from django.utils import timezone

from gis.geometry import crs as frames
from gis.geometry.errors import WrongFrame
from gis.geometry.layers import Shapes
from gis.geometry.said import said
from gis.ingest.columns import FIELDS, guess_columns
from gis.ingest.datum import suspect_datum
from gis.ingest.encodings import decode, known_codec
from gis.ingest.frames import far_off_rows, frame_for, to_stored
from gis.ingest.numbers import code_of
from gis.ingest.records import RawLayer
from gis.selectors import territory
from gis.selectors.territory import SHAPED
from gis.services.territory.drafts.choices import ImportChoices
from gis.services.territory.drafts.drawing import drawing
from gis.services.territory.plan import notice_as_dict
from gis.services.territory.planning import DATUM_SAMPLE, header_fingerprint
from gis.terms import LayerKind

ROWS_SHOWN = 8
SAMPLES_SHOWN = 4
COLUMNS_SHOWN = 60
NOTICES_SHOWN = 30
VALUE_LENGTH = 60
DRAWN_AT_MOST = 20_000

ENCODINGS = (("gb18030", "GBK / GB18030"), ("utf-8", "UTF-8"), ("big5", "Big5"), ("utf-16", "UTF-16"))
"""Encodings that a person may choose between."""


def preview_of(kind: LayerKind, raw: RawLayer, choices: ImportChoices) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a page shows of a layer as read, and its drawing (GeoJSON, empty where the frame is not known)."""
    stored, frame = _frame(raw, choices)
    guess = _columns(kind, raw, choices)
    shown = {
        "source": raw.source,
        "driver": raw.driver,
        "rows": len(raw),
        "shapes": _shape_kinds(raw.shapes),
        "columns": [{"name": name, "samples": _samples(values)} for name, values in _first(raw.columns)],
        "first_rows": _first_rows(raw),
        "fields": list(FIELDS[kind]),
        "guess": guess,
        "encoding": _encoding(raw),
        "frame": frame,
        "datum": _datum(kind, raw, stored, guess["mapping"], choices),
        "notices": [notice_as_dict(notice) for notice in raw.notices[:NOTICES_SHOWN]],
    }
    return shown, _drawing(raw, stored, guess["mapping"])


def _first(columns: dict[str, list[Any]]) -> list[tuple[str, list[Any]]]:
    return list(columns.items())[:COLUMNS_SHOWN]


def _short(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= VALUE_LENGTH else f"{text[:VALUE_LENGTH]}…"


def _samples(values: list[Any]) -> list[str]:
    """Return some different values of a column, spread over its length."""
    step = max(1, len(values) // 200)
    distinct = dict.fromkeys(_short(value) for value in values[::step] if value not in (None, ""))
    return list(distinct)[:SAMPLES_SHOWN]


def _first_rows(raw: RawLayer) -> list[list[str]]:
    columns = [values for _name, values in _first(raw.columns)]
    return [
        [str(int(raw.rows[index])), *(_short(values[index]) for values in columns)]
        for index in range(min(ROWS_SHOWN, len(raw)))
    ]


def _shape_kinds(shapes: Shapes) -> dict[str, int]:
    """Return how many shapes of which type there are; "none" for rows without."""
    types = Counter(shapely.get_type_id(shapes).tolist())
    names = {member.value: member.name.lower() for member in shapely.GeometryType}
    return {"none" if number == -1 else names[number]: count for number, count in sorted(types.items())}


def _columns(kind: LayerKind, raw: RawLayer, choices: ImportChoices) -> dict[str, Any]:
    """Return the mapping to confirm: what was confirmed for this source before, else the guess with its reasons."""
    guess = guess_columns(kind, raw)
    known = (
        territory.remembered_mapping(choices.source, kind, header_fingerprint(raw.columns)) if choices.source else None
    )
    if known is not None:
        reason = said("沿用该来源上次确认的对应")
        return {"mapping": known, "reasons": dict.fromkeys(known, reason), "doubts": [], "missing": [], "known": True}
    return {
        "mapping": guess.mapping,
        "reasons": guess.reasons,
        "doubts": guess.doubts,
        "missing": guess.missing,
        "known": False,
    }


def _encoding(raw: RawLayer) -> dict[str, Any] | None:
    """Return how the text was decoded and how others would decode it; None where the format says it itself."""
    if not raw.encoding:
        return None
    codec = known_codec(raw.encoding) or "utf-8"
    values = [value for column in raw.columns.values() for value in column[:50] if isinstance(value, str)]
    telling = _telling(raw.columns)[: SAMPLES_SHOWN // 2]
    telling += _telling(values)[: SAMPLES_SHOWN - len(telling)]
    bytes_of = [text.encode(codec, errors="replace") for text in telling]
    others = [(name, label) for name, label in ENCODINGS if name != codec]
    offered = [(codec, dict(ENCODINGS).get(codec, raw.encoding)), *others]
    return {
        "codec": codec,
        "name": raw.encoding,
        "reason": raw.encoding_reason,
        "offered": [
            {"codec": name, "label": label, "samples": [_short(decode(value, name)) for value in bytes_of]}
            for name, label in offered
        ],
    }


def _telling(texts: Iterable[str]) -> list[str]:
    """Return the different texts that another encoding would read differently."""
    return [text for text in dict.fromkeys(texts) if not text.isascii()]


def _frame(raw: RawLayer, choices: ImportChoices) -> tuple[Shapes | None, dict[str, Any]]:
    """Return the shapes as they would be stored (None while the frame is not known), and what is said of the frame."""
    box = frames.bounds_of(raw.shapes)
    told: dict[str, Any] = {"declared": raw.crs or "", "candidates": frames.likely_frames(box) if box else []}
    try:
        chosen, _notices = frame_for(raw.shapes, raw.crs, choices.crs or None, name=f"“{raw.source}”")
        frames.require_plausible(raw.shapes[~far_off_rows(raw.shapes, chosen)], chosen, name=f"“{raw.source}”")
        stored = to_stored(raw.shapes, chosen)
    except WrongFrame as refusal:
        return None, told | {"chosen": "", "name": "", "rule": refusal.rule, "problem": refusal.message}
    return stored, told | {"chosen": chosen, "name": frames.frame_of(chosen).name, "rule": "", "problem": ""}


def _datum(
    kind: LayerKind, raw: RawLayer, stored: Shapes | None, mapping: dict[str, str], choices: ImportChoices
) -> dict[str, Any] | None:
    """Return what the coordinates seem to be against the land already there; None when nothing is there to compare."""
    if stored is None:
        return None
    near = np.flatnonzero(~far_off_rows(stored, frames.STORED))  # a slipped coordinate would break the overlay
    chosen = near[:: max(1, len(near) // DATUM_SAMPLE)]
    column = mapping.get("parent" if SHAPED[kind].own_code else "code")
    values = raw.columns.get(column or "", [None] * len(raw))
    codes = [code_of(values[index]).text if values[index] is not None else "" for index in chosen.tolist()]
    districts = [choices.district_code] if choices.district_code else sorted({code[:6] for code in codes if code})
    trusted = territory.trusted_land(kind, district_codes=districts, at=timezone.now()) if districts else None
    if trusted is None:
        return None
    verdict = suspect_datum(stored[chosen], trusted[1], codes=codes, trusted_codes=trusted[0])
    return {"datum": verdict.datum, "is_clear": verdict.is_clear, "words": verdict.words, "shares": verdict.shares}


def _drawing(raw: RawLayer, stored: Shapes | None, mapping: dict[str, str]) -> dict[str, Any]:
    if stored is None:
        return drawing(np.empty(0, dtype=object), [])
    blank = [None] * len(raw)
    codes, names = (raw.columns.get(mapping.get(field, ""), blank) for field in ("code", "name"))
    properties = [
        {"status": "read", "row": int(raw.rows[index]), "code": _short(codes[index]), "name": _short(names[index])}
        for index in range(min(len(raw), DRAWN_AT_MOST))
    ]
    return drawing(stored[:DRAWN_AT_MOST], properties) | {"total": len(raw)}
