"""Who issues a district's notices, and what its maps must carry."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from gis.models import DistrictImprint


@dataclass(frozen=True, slots=True)
class Imprint:
    """Who signs a district's notices; "" where nothing is recorded.

    Parameters
    ----------
    issuer : the office that issues. office, telephone, address : where it is reached.
    review_number : 审图号 of the district's maps.
    """

    issuer: str = ""
    office: str = ""
    telephone: str = ""
    address: str = ""
    review_number: str = ""

    @property
    def note(self) -> str:
        """Return what a map carries: its review number, the installation's where the district has none, or 内部使用."""
        number = self.review_number or getattr(settings, "MAP_REVIEW_NUMBER", "")
        return _("审图号：%(number)s") % {"number": number} if number else _("内部使用")


def imprint_of(district_code: str) -> Imprint:
    """Return a district's imprint; an empty one where nothing is recorded."""
    fields = ("issuer", "office", "telephone", "address", "review_number")
    found = DistrictImprint.objects.filter(district_id=district_code).values_list(*fields).first()
    return Imprint(*found) if found else Imprint()
