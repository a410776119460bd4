"""Every refusal has a status and a page; a fault of ours is never shown as the person's."""

import importlib
import pkgutil

import pytest
from django.test import RequestFactory

import gis
from gis.geometry.errors import GridworkError
from gis.policy import NotYours
from gis.web.refusals import STATUS_OF, RefusalPages, status_of


def every_refusal(kind: type = GridworkError) -> set[type]:
    return {kind} | {found for child in kind.__subclasses__() for found in every_refusal(child)}


def test_every_refusal_has_a_status():
    for module in pkgutil.walk_packages(gis.__path__, "gis."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    refusals = {kind for kind in every_refusal() if kind.__module__.startswith("gis.")} - {GridworkError}
    unlisted = {kind.__name__ for kind in refusals if not any(parent in STATUS_OF for parent in kind.__mro__)}
    assert not unlisted, "give each a status in gis/web/refusals.py"


def test_statuses_are_refusals():
    assert all(400 <= status < 600 and status != 500 for status in STATUS_OF.values())


def test_the_nearest_status_holds():
    class Finer(NotYours):
        pass

    assert status_of(Finer("x")) == 403
    assert status_of(GridworkError("x")) == 422


def middleware() -> RefusalPages:
    return RefusalPages(lambda _request: None)


def test_a_refusal_says_why_in_words_and_names_its_rule():
    refusal = NotYours("您无权<b>导入</b>。", rule="policy.not_yours")
    response = middleware().process_exception(RequestFactory().get("/"), refusal)
    assert response.status_code == 403
    text = response.content.decode()
    assert "您无权&lt;b&gt;导入&lt;/b&gt;。" in text
    assert "policy.not_yours" in text


def test_a_fault_goes_on_as_a_fault():
    assert middleware().process_exception(RequestFactory().get("/"), ValueError("x")) is None


@pytest.mark.parametrize(
    ("referer", "back"), [("http://testserver/findings/1/", "/findings/1/"), ("https://example.org/", 'href="/"')]
)
def test_the_way_back_leads_to_our_own_page(referer, back):
    request = RequestFactory().get("/", HTTP_REFERER=referer)
    text = middleware().process_exception(request, NotYours("x")).content.decode()
    assert back in text
    assert "example.org" not in text


@pytest.mark.django_db
def test_an_unknown_page_is_friendly(client, town, as_role):
    response = as_role(None).get("/no-such-page/")
    assert response.status_code == 404
    assert "没有这个页面" in response.content.decode()


@pytest.mark.django_db
def test_our_own_fault_is_friendly_and_says_nothing_of_the_inside(town, as_role, monkeypatch):
    def broken(*_args, **_more):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("gis.web.overview.audits.findings", broken)
    client = as_role("leader")
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    text = response.content.decode()
    assert "系统出错" in text
    assert "secret detail" not in text
