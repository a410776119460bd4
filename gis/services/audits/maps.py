"""The map of a district's last audit, to take away: one HTML file that opens from disk."""

from dataclasses import fields, replace

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from gis.geometry.audit import Audit
from gis.geometry.layers import AuditRules
from gis.maps.audit_map import audit_map as drawn
from gis.maps.content import AuditMap
from gis.selectors.audits import RunRow, latest_run
from gis.selectors.audits.grounds import grounds_with_layers
from gis.selectors.territory import names_of
from gis.services.audits.features import audit_features
from gis.services.audits.judging import judge
from gis.services.audits.refusals import NothingToAudit
from gis.services.audits.report import audit_summary
from gis.terms import LayerKind


def audit_map(*, district_code: str) -> str:
    """Return the map of the last finished audit as one HTML page.

    The shapes of pieces and gaps are not stored: the kernel draws them again from the boundaries of the run's moment
    and by the run's rules, which gives what the run saw (but for buildings, which have no dated positions).

    Raises
    ------
    NothingToAudit : the district was not audited yet.
    """
    run = latest_run(district_code=district_code)
    if run is None:
        raise NothingToAudit(_("%(code)s 还没有检查过；请先运行一次检查。") % {"code": district_code})
    return drawn(audit_map_content(run))


def audit_map_content(run: RunRow) -> AuditMap:
    """Return what the map of a run shows."""
    grounds = replace(grounds_with_layers(run.district_code, at=run.as_of), rules=_rules_of(run))
    audit = judge(run.district_code, grounds).audit
    names = _names(run.district_code, audit)
    district = names_of(LayerKind.DISTRICT, [run.district_code]).get(run.district_code) or run.district_code
    return AuditMap(
        title=_("%(district)s网格与小区边界检查图") % {"district": district},
        produced_at=timezone.localtime(run.as_of),
        note=getattr(settings, "MAP_REVIEW_NUMBER", "") or _("内部使用"),
        summary=audit_summary(audit, crs=grounds.frame),
        **audit_features(
            audit,
            crs=grounds.frame,
            compound_names=names[LayerKind.COMPOUND],
            grid_names=names[LayerKind.GRID],
            community_names=names[LayerKind.COMMUNITY],
        ),
    )


def _rules_of(run: RunRow) -> AuditRules:
    return AuditRules(**{field.name: run.rules[field.name] for field in fields(AuditRules)})


def _names(district_code: str, audit: Audit) -> dict[LayerKind, dict[str, str]]:
    district = audit.district
    layers = {LayerKind.COMPOUND: district.compounds, LayerKind.GRID: district.grids}
    layers |= {LayerKind.COMMUNITY: district.communities or district.grids}
    return {kind: names_of(kind, layer.codes, district_code=district_code) for kind, layer in layers.items()}
