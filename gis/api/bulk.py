"""One act on many cases: all of them or none."""

from typing import Any

from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from gis.api.access import person
from gis.api.endpoint import Endpoint, Operation
from gis.api.fields import LineField, TextField, WordField
from gis.api.findings import REFUSALS, TAGS, colleague, require_seen
from gis.selectors.audits.seen import BIGGEST
from gis.services.audits import cases, exceptions
from gis.services.audits.cases import BULK_MOST
from gis.services.audits.refusals import AuditError
from gis.terms import CaseState

NEEDED = {"move": ("to",), "assign": (), "note": ("text",), "accept": ("reason", "expires_on")}
"""Act → what it cannot be done without."""


class BulkIn(serializers.Serializer[Any]):
    """Which cases and what to do: `move` needs `to`, `assign` takes `assignee` (null for nobody), `note` needs `text`,
    `accept` needs `reason` and `expires_on`. `versions` (number → version) tells how the caller saw them."""

    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=BIGGEST), min_length=1, max_length=BULK_MOST
    )
    action = serializers.ChoiceField(choices=list(NEEDED))
    to = WordField(CaseState, required=False)
    assignee = LineField(required=False, allow_null=True, max_length=150, default=None)
    text = TextField(required=False, default="")
    reason = TextField(required=False)
    expires_on = serializers.DateField(required=False)
    versions = serializers.DictField(child=LineField(), required=False, default=dict)


class BulkOut(serializers.Serializer[Any]):
    """How many cases were changed."""

    changed = serializers.IntegerField()


class Bulk(Endpoint):
    """One act on many cases."""

    operations = {
        "post": Operation("change_findings", _("批量处理问题"), BulkOut, body=BulkIn, refusals=REFUSALS, tags=TAGS)
    }

    def post(self, request: Request) -> Response:
        """Do it to all of them or to none."""
        told = self.body
        missing = [name for name in NEEDED[told["action"]] if not told.get(name)]
        if missing:
            words = said("%(action)s 还需要：%(missing)s。") % {"action": told["action"], "missing": "、".join(missing)}
            raise AuditError(words, rule="bulk.incomplete")
        require_seen(told["ids"], self.within)
        common = {"finding_ids": told["ids"], "by": person(request)}
        versions = {int(key): version for key, version in told["versions"].items() if key.isdecimal()}
        if told["action"] == "move":
            cases.move_cases(**common, to=told["to"], text=told["text"], versions=versions)
        elif told["action"] == "assign":
            cases.assign_cases(**common, to=colleague(told["assignee"]), versions=versions)
        elif told["action"] == "note":
            cases.note_cases(**common, text=told["text"])
        else:
            exceptions.accept_exceptions(
                **common, reason=told["reason"], expires_on=told["expires_on"], versions=versions
            )
        return Response(BulkOut({"changed": len(set(told["ids"]))}).data)
