"""Signing in and out."""

import pytest
from django.test import Client

from gis.models import JournalLine, User
from gis.terms import Happening, Role
from tests.web.conftest import PASSWORD


@pytest.fixture
def officer(db) -> User:
    return User.objects.create_user(username="officer", password=PASSWORD)


def happenings() -> list[str]:
    return list(JournalLine.objects.order_by("id").values_list("happening", flat=True))


def test_signing_in_leads_to_the_page_asked_for_and_is_noted(client, officer):
    response = client.post(
        "/sign-in/?next=/journal/", {"username": "officer", "password": PASSWORD, "next": "/journal/"}
    )
    assert response.status_code == 302
    assert response["Location"] == "/journal/"
    line = JournalLine.objects.get()
    assert line.happening == Happening.SIGNED_IN
    assert line.by == officer
    assert line.summary == {"address": "127.0.0.1"}


def test_signing_in_never_leads_to_another_site(client, officer):
    response = client.post("/sign-in/", {"username": "officer", "password": PASSWORD, "next": "https://example.org/"})
    assert response["Location"] == "/"


def test_a_wrong_password_is_refused_in_chinese_and_noted_without_it(client, officer):
    response = client.post("/sign-in/", {"username": "officer", "password": "Wrong-Harbour-8"})
    assert response.status_code == 200
    assert 'role="alert"' in response.content.decode()
    line = JournalLine.objects.get()
    assert line.happening == Happening.SIGN_IN_FAILED
    assert line.subject_code == "officer"
    assert "Wrong-Harbour-8" not in str(line.summary)


def test_an_empty_form_is_no_fault(client, db):
    assert client.post("/sign-in/", {}).status_code == 200


def test_a_name_is_escaped(client, db):
    response = client.post("/sign-in/", {"username": '"><script>alert(1)</script>', "password": "x"})
    assert "<script>alert" not in response.content.decode()


def test_signing_out_is_noted_and_ends_the_session(client, officer):
    client.force_login(officer)
    assert client.post("/sign-out/").status_code == 302
    assert happenings() == [Happening.SIGNED_OUT]
    assert client.get("/").status_code == 302


def test_signing_out_is_by_post_only(client, officer):
    client.force_login(officer)
    assert client.get("/sign-out/").status_code == 405
    assert "_auth_user_id" in client.session


def test_forms_carry_a_token(officer):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/sign-in/", {"username": "officer", "password": PASSWORD})
    assert response.status_code == 403
    assert "页面已过期" in response.content.decode()


def test_five_wrong_passwords_lock_the_account_for_a_while(client, officer, settings):
    settings.AXES_ENABLED = True
    for _attempt in range(5):
        response = client.post("/sign-in/", {"username": "officer", "password": "Wrong-Harbour-8"})
    assert response.status_code == 429
    assert "尝试次数过多" in response.content.decode()
    response = client.post("/sign-in/", {"username": "officer", "password": PASSWORD})
    assert response.status_code == 429
    assert happenings().count(Happening.SIGN_IN_FAILED) >= 5


def test_the_menu_shows_the_rooms_of_the_role(town, as_role):
    def rooms(role: Role) -> str:
        return as_role(role).get("/").content.decode().split("</nav>")[0]

    assert "日志" in rooms(Role.AUDITOR)
    assert "账号" in rooms(Role.ADMINISTRATOR)
    assert "日志" not in rooms(Role.ADMINISTRATOR)
    assert "日志" not in rooms(Role.OFFICER)
    assert "账号" not in rooms(Role.LEADER)


def test_administration_pages_ask_to_sign_in_on_our_page(client, officer, settings):
    assert client.get(f"/{settings.ADMIN_PATH}/login/")["Location"].startswith("/sign-in/")


def test_a_person_changes_the_own_password(as_role):
    client = as_role(Role.LEADER)
    assert client.get("/own-password/").status_code == 200
    wrong = {"old_password": "not-it", "new_password1": "Calm-Estuary-88", "new_password2": "Calm-Estuary-88"}
    assert client.post("/own-password/", wrong).status_code == 422
    short = {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"}
    assert client.post("/own-password/", short).status_code == 422
    right = {**wrong, "old_password": PASSWORD}
    assert client.post("/own-password/", right).status_code == 302
    assert client.get("/", follow=True).status_code == 200
    user = User.objects.get()
    assert user.check_password("Calm-Estuary-88")
    line = JournalLine.objects.get(happening=Happening.ACCOUNT_CHANGED)
    assert line.by == user
    assert line.summary == {"changed": "password", "own": True}
