"""What a person chose for an upload: how to read it, what its columns mean, how it is to be imported."""

from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, time
from typing import Any, Self

from django.utils import timezone

from gis.ingest.datum import Datum
from gis.terms import GridKind


@dataclass(frozen=True, slots=True)
class ImportChoices:
    """How an upload is read and imported; the names are those of `services.territory.plan_import`.

    Parameters
    ----------
    layer, encoding, crs : "" for what the file says or what is decided on its values.
    mapping : {field: column}; a field that maps to "" is not taken from the file. None while nobody confirmed it.
    accuracy_m : None for the accuracy that the last import stated.
    in_force_on : the day from whose midnight the boundaries hold; None for the moment of the import.
    """

    district_code: str = ""
    source: str = ""
    layer: str = ""
    encoding: str = ""
    crs: str = ""
    datum: Datum = "as_is"
    trust_datum: bool = False
    mapping: dict[str, str] | None = field(default=None)
    accuracy_m: float | None = None
    in_force_on: date | None = None
    grid_kind: GridKind = GridKind.ORDINARY
    retire_missing: bool = False
    settle_overlaps: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for the database."""
        on = self.in_force_on
        return asdict(self) | {"in_force_on": on.isoformat() if on else None, "grid_kind": self.grid_kind.value}

    @classmethod
    def of(cls, stored: dict[str, Any]) -> Self:
        """Return the choices that `as_dict` wrote; what is missing is not chosen yet."""
        known = {name: value for name, value in stored.items() if name in {each.name for each in fields(cls)}}
        if known.get("in_force_on"):
            known["in_force_on"] = date.fromisoformat(known["in_force_on"])
        if known.get("grid_kind"):
            known["grid_kind"] = GridKind(known["grid_kind"])
        return cls(**known)

    def in_force_from(self) -> datetime:
        """Return the moment from which the boundaries hold; now when no day was chosen."""
        if self.in_force_on is None:
            return timezone.now()
        return timezone.make_aware(datetime.combine(self.in_force_on, time.min))
