"""docker-compose.yml, checked for form: no engine is needed, and none can be asked here."""

import re
from typing import Any

import pytest
import yaml

from tests.house.source import ROOT

TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
RUNNING = {name: service for name, service in SERVICES.items() if service.get("restart") != "no"}


def test_the_four_parts_are_there() -> None:
    assert {"db", "web", "worker", "proxy"} <= set(SERVICES)


@pytest.mark.parametrize("name", sorted(RUNNING))
def test_each_part_tells_its_health_and_comes_back(name: str) -> None:
    assert {"test", "interval", "timeout", "retries"} <= set(RUNNING[name]["healthcheck"])
    assert RUNNING[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_images_are_pinned(name: str) -> None:
    tag = SERVICES[name]["image"].partition(":")[2]
    assert re.search(r"\d", tag), "an image without a version changes under us"


def test_no_secret_has_a_default() -> None:
    variables = re.findall(r"\$\{(\w+)(.*?)\}", TEXT)
    assert variables
    assert [name for name, rest in variables if not rest.startswith(":?")] == []
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|URL", name):
                assert "${" in value


def test_the_example_names_every_variable_and_no_value() -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    filled_in = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(filled_in) == set(re.findall(r"\$\{(\w+)", TEXT))
    assert set(filled_in.values()) == {""}


def test_only_the_proxy_is_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_named_volumes_and_mounted_files_exist() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert (ROOT / source).exists() if source.startswith(".") else source in COMPOSE["volumes"]


def test_waiting_is_for_parts_that_can_say_that_they_are_ready() -> None:
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other]


def test_the_image_does_not_run_as_root() -> None:
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
    users = re.findall(r"^USER (\S+)", dockerfile, flags=re.MULTILINE)
    assert users
    assert users[-1] not in {"root", "0"}
    copied = re.findall(r"^COPY (?!--from)(.+)$", dockerfile, flags=re.MULTILINE)
    assert [part for line in copied for part in line.split()[:-1] if not (ROOT / part).exists()] == []
