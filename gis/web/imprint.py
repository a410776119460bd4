"""Who issues a district's notices: looked up and recorded here, printed on every notice and map."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as said
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from gis import policy
from gis.selectors.territory.imprint import Imprint, imprint_of
from gis.services.territory.imprint import LONGEST, change_imprint
from gis.terms import Action
from gis.web.person import person
from gis.web.scope import scope_of


def _field(label: Any, name: str, help_text: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=LONGEST[name], required=False, help_text=help_text)


class ImprintForm(forms.Form):
    """Who signs."""

    issuer = _field(_("发布单位"), "issuer", _("落款的单位，例如街道办事处或区网格化服务管理中心"))
    office = _field(_("联系科室"), "office", _("答复询问的科室或窗口；不填写个人姓名"))
    telephone = _field(_("办公电话"), "telephone", _("办公电话，不填写个人手机号"))
    address = _field(_("办公地址"), "address", _("现场咨询的地址"))
    review_number = _field(_("审图号"), "review_number", _("没有审图号时，图上印“内部使用”"))


@require_http_methods(["GET", "HEAD", "POST"])
def imprint(request: HttpRequest, district_code: str) -> HttpResponse:
    """Show and record who issues a district's notices."""
    scope = scope_of(request, district_code)
    may_change = scope is not None and policy.may(request.user, Action.CHANGE_IMPRINT, scope.code)
    if scope is None or not may_change:
        raise Http404
    recorded = imprint_of(scope.code)
    form = ImprintForm(request.POST or None, initial={name: getattr(recorded, name) for name in LONGEST})
    if request.method == "POST" and form.is_valid():
        change_imprint(district_code=scope.code, imprint=Imprint(**form.cleaned_data), by=person(request))
        messages.success(request, said("公告署名已保存。"))
        return redirect("imprint", district_code=scope.code)
    return render(request, "plans/imprint.html", {"form": form, "scope": scope}, status=422 if form.errors else 200)
