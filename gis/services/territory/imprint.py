"""Say who issues a district's notices."""

from dataclasses import asdict, replace

from django.db import transaction

from gis import journal, policy
from gis.geometry.errors import GridworkError
from gis.geometry.said import said
from gis.models import District, DistrictImprint, User
from gis.selectors.territory.imprint import Imprint, imprint_of
from gis.terms import Action, Happening

LONGEST = {"issuer": 80, "office": 80, "telephone": 40, "address": 120, "review_number": 60}
"""Characters of each part; the same as in the model."""

SAID_AS = {"address": "office_address"}
"""How the journal calls a part where its own name means something else there."""


class ImprintRefused(GridworkError):
    """An imprint of a district that is not there, or one that is too long to print."""

    rule = "imprint.refused"


@transaction.atomic
def change_imprint(*, district_code: str, imprint: Imprint, by: User) -> Imprint:
    """Record who signs a district's notices; the same again changes nothing.

    Raises
    ------
    NotYours : `by` may not.
    ImprintRefused : `district.unknown`, `imprint.too_long`.
    """
    policy.require(by, Action.CHANGE_IMPRINT, district_code)
    if not District.objects.filter(code=district_code).exists():
        raise ImprintRefused(said("没有编码为 {code} 的区。", code=district_code), rule="district.unknown")
    wanted = replace(imprint, **{name: " ".join(value.split()) for name, value in asdict(imprint).items()})
    for name, value in asdict(wanted).items():
        longest = LONGEST[name]
        if len(value) > longest:
            raise ImprintRefused(
                said("“{value}”超过 {longest} 个字；请缩短。", value=value[:40], longest=longest),
                rule="imprint.too_long",
            )
    before = imprint_of(district_code)
    if wanted == before:
        return before
    DistrictImprint.objects.update_or_create(district_id=district_code, defaults=asdict(wanted))
    old, new = asdict(before), asdict(wanted)
    changed = {SAID_AS.get(name, name): [old[name], new[name]] for name in old if old[name] != new[name]}
    journal.write(
        Happening.IMPRINT_CHANGED,
        by=by,
        subject_kind="district",
        subject_code=district_code,
        district_code=district_code,
        summary=changed,
    )
    return wanted
