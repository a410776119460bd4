"""In service: health, readiness, lock-out, headers, proxies, logs, and no start without its secrets."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory, override_settings

from gis.models import User
from project import env
from project.logs import JsonLines
from project.middleware import NetworkLog, TrustedProxy
from project.passwords import MixedKinds
from project.settings.base import database

ROOT = Path(__file__).resolve().parents[2]
SECRET = "k" * 60
IN_SERVICE = {
    "DJANGO_SETTINGS_MODULE": "project.settings.prod",
    "GRIDWORK_SECRET_KEY": "".join(chr(97 + number % 26) for number in range(60)),
    "GRIDWORK_HOST": "grid.example",
    "GRIDWORK_HSTS_SECONDS": "31536000",
    "DATABASE_URL": "postgis://gridwork@127.0.0.1:1/gridwork",
}


def test_the_process_is_alive_without_a_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"process": "ok"})


@pytest.mark.django_db
def test_readiness_names_what_is_missing(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "migrations": "ok", "worker": "absent"}


@pytest.mark.django_db
def test_ready_when_database_migrations_and_worker_are_there(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_a_worker_that_fell_silent_does_not_count(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '2 minutes')")
    assert client.get("/readyz").json()["worker"] == "absent"


@pytest.mark.django_db
def test_pages_ask_to_sign_in_and_load_nothing_from_elsewhere(client: Client) -> None:
    answer = client.get("/journal/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/sign-in/")
    policy = client.get("/sign-in/")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.django_db
@override_settings(AXES_ENABLED=True)
def test_guessing_a_password_locks_the_name_for_that_address(client: Client) -> None:
    User.objects.create_user(username="zhang", password="right-Horse-7")
    form = {"username": "zhang", "password": "wrong"}
    answers = [client.post("/sign-in/", form).status_code for _ in range(6)]
    assert answers[-1] == 429
    assert client.post("/sign-in/", form | {"password": "right-Horse-7"}).status_code == 429
    elsewhere = client.post("/sign-in/", form | {"password": "right-Horse-7"}, REMOTE_ADDR="10.0.0.9")
    assert elsewhere.status_code == 302


@pytest.mark.django_db
def test_a_session_ends_half_an_hour_after_the_last_request(client: Client) -> None:
    user = User.objects.create_user(username="zhang", password="right-Horse-7")
    client.force_login(user)
    client.get("/healthz")
    assert client.session.get_expiry_age() == 30 * 60
    assert client.cookies["sessionid"]["max-age"] == 30 * 60


@pytest.mark.parametrize("password", ["onlysmallletters", "12345678901234", "SMALL-LETTERS-"])
def test_a_password_of_two_kinds_is_refused(password: str) -> None:
    with pytest.raises(ValidationError, match="至少三种"):
        MixedKinds().validate(password)


def test_a_password_of_three_kinds_is_taken() -> None:
    MixedKinds().validate("right-Horse-battery")


def answer_with_address(request: HttpRequest) -> HttpResponse:
    return HttpResponse(request.META["REMOTE_ADDR"])


@pytest.mark.parametrize(
    ("trusted", "seen"),
    [(True, "203.0.113.7"), (False, "127.0.0.1")],
)
def test_the_forwarded_address_counts_only_behind_our_proxy(trusted: bool, seen: str) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "10.1.1.1, 203.0.113.7"})
    with override_settings(BEHIND_PROXY=trusted):
        assert TrustedProxy(answer_with_address)(request).content.decode() == seen  # type: ignore[attr-defined]


def test_the_network_log_holds_no_query(caplog: pytest.LogCaptureFixture) -> None:
    request = RequestFactory().get("/findings/?q=secret-name")
    with caplog.at_level(logging.INFO, "gridwork.network"):
        NetworkLog(answer_with_address)(request)
    line = json.loads(JsonLines().format(caplog.records[-1]))
    assert (line["path"], line["status"], line["address"]) == ("/findings/", 200, "127.0.0.1")
    assert "secret-name" not in json.dumps(line)


def test_a_log_entry_is_one_line_even_with_a_trace() -> None:
    try:
        raise ValueError("第一行\n第二行")
    except ValueError:
        record = logging.LogRecord("gis", logging.ERROR, __file__, 1, "错误 %s", ("甲",), sys.exc_info())
    line = JsonLines().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "错误 甲"
    assert "第二行" in json.loads(line)["trace"]


def start_in_service(*, without: str = "", **more: str) -> "subprocess.CompletedProcess[str]":
    variables = {name: value for name, value in (IN_SERVICE | more).items() if name != without}
    base = {name: value for name, value in os.environ.items() if not name.startswith(("GRIDWORK_", "DATABASE_URL"))}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(command, cwd=ROOT, env=base | variables, capture_output=True, text=True)


def test_in_service_nothing_is_left_unsafe() -> None:
    done = start_in_service()
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["GRIDWORK_SECRET_KEY", "GRIDWORK_HOST", "DATABASE_URL"])
def test_in_service_it_does_not_start_without(name: str) -> None:
    done = start_in_service(without=name)
    assert done.returncode != 0
    assert f"缺少环境变量 {name}" in done.stderr


def test_a_number_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDWORK_IDLE_MINUTES", "soon")
    with pytest.raises(ImproperlyConfigured, match="GRIDWORK_IDLE_MINUTES"):
        env.number("IDLE_MINUTES", 30)


def test_a_database_address_is_taken_apart() -> None:
    found = database("postgis://gri%40d:p%2Fw@db.example:5433/grid")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "gri@d",
        "p/w",
        "db.example",
        5433,
        "grid",
    )


@pytest.mark.parametrize("url", ["mysql://x/y", "postgis://host/", "grid"])
def test_a_database_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        database(url)
