"""The set-up's own decisions, without setting anything up."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from project import __main__ as entry
from project.bootstrap import apt, commands, packages, postgis, programs, selfcheck
from project.bootstrap.console import Trouble

ROOT = Path(__file__).resolve().parents[2]


def test_an_old_python_is_told_what_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(SystemExit, match=r"需要 Python 3\.11") as refused:
        entry.main()
    assert "3.9" in str(refused.value)


def test_the_entry_can_be_read_by_an_old_python() -> None:
    """No grammar newer than Python 3.6 may stand in the file that refuses old interpreters."""
    import ast

    for name in ("project/__main__.py", "project/__init__.py"):
        ast.parse((ROOT / name).read_text(encoding="utf-8"), feature_version=(3, 7))


def test_the_set_up_imports_nothing_but_the_standard_library() -> None:
    script = "import sys; import project.bootstrap.commands; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {script}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(done.stdout.split()) - set(sys.stdlib_module_names) <= {
        "project",
        "__main__",
        "sitecustomize",
        "__mp_main__",
    }


@pytest.mark.parametrize("words", [[], ["unknown"], ["demo", "--unknown"]])
def test_wrong_words_are_refused_with_usage(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        commands.run_command(words)
    assert refused.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_failing_program_shows_the_end_of_its_output(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('the reason'); raise SystemExit(3)"]
    with pytest.raises(Trouble, match="the reason"):
        programs.require(command, log=tmp_path / "log" / "some.log")


def test_a_program_that_is_not_there_fails_quietly() -> None:
    assert not programs.attempt(["gridwork-no-such-program"])
    assert programs.answer(["gridwork-no-such-program"]) is None


def test_ending_a_program_ends_what_it_started(tmp_path: Path) -> None:
    note = tmp_path / "child"
    process = programs.start(["sh", "-c", f"sleep 600 & echo $! > {note}; wait"])
    while not (note.exists() and note.read_text().strip()):
        assert process.poll() is None
    programs.end(process)
    child = int(note.read_text())
    state = Path(f"/proc/{child}/stat")
    assert not state.exists() or state.read_text().split()[2] == "Z"


def test_pip_settings_are_handed_to_uv(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told = "global.index-url='https://index.example/simple'\nglobal.find-links='/a /b'\n"
    told += ":env:.find-links='/c'\nglobal.cert='/ca'\n"
    pip = tmp_path / "pip"
    pip.write_text(f"#!/bin/sh\ncat <<'END'\n{told}END\n")
    pip.chmod(0o755)
    for name in ("UV_DEFAULT_INDEX", "UV_FIND_LINKS", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    env = packages._uv_environment([pip], ())
    assert "UV_FIND_LINKS" not in env
    env = packages._uv_environment([pip], ("find-links",))
    assert env["UV_DEFAULT_INDEX"] == "https://index.example/simple"
    assert env["UV_FIND_LINKS"] == "/c"
    assert env["SSL_CERT_FILE"] == "/ca"
    assert env["UV_SYSTEM_CERTS"] == "1"


def test_an_environment_without_its_stamp_is_built_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An interrupted installation leaves no stamp; a changed lock leaves the wrong one."""
    venv = tmp_path / ".venv"
    for name, value in {
        "VENV": venv,
        "PYTHON": venv / "bin" / "python",
        "STAMP": venv / "gridwork.complete",
        "VAR": tmp_path,
        "LOCKS": {"run": tmp_path / "run.lock", "dev": tmp_path / "dev.lock"},
    }.items():
        monkeypatch.setattr(packages, name, value)
    (tmp_path / "run.lock").write_text("")
    (tmp_path / "dev.lock").write_text("")
    installed: list[Path] = []
    monkeypatch.setattr(packages, "_install", installed.append)
    (venv / "bin").mkdir(parents=True)
    (venv / "half-built").touch()
    python = packages.ensure_packages("run")
    assert installed == [tmp_path / "run.lock"]
    assert not (venv / "half-built").exists()
    assert subprocess.run([python, "-c", ""]).returncode == 0
    packages.ensure_packages("run")
    assert len(installed) == 1, "nothing to do when the stamp fits"
    (tmp_path / "run.lock").write_text("# changed")
    packages.ensure_packages("run")
    assert len(installed) == 2
    packages.ensure_packages("dev")
    (tmp_path / "run.lock").write_text("# changed again, but the developers' environment serves as well")
    packages.ensure_packages("run")
    assert len(installed) == 3


def test_a_tool_is_installed_whole_or_not_at_all(tmp_path: Path) -> None:
    lock = tmp_path / "tool.lock"
    lock.write_text("tool==1 --hash=sha256:0")
    folder = tmp_path / "tool"
    folder.mkdir()
    (folder / "half").touch()
    assert not packages.install_tool(["false"], lock, folder)
    assert not folder.exists()
    folder.mkdir()
    (folder / "gridwork.complete").write_text(hashlib.sha256(lock.read_bytes()).hexdigest())
    assert packages.install_tool(["false"], lock, folder)


def test_an_unknown_way_to_a_database_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRIDWORK_DB", "guess")
    with pytest.raises(Trouble, match="GRIDWORK_DB"):
        postgis.find_programs(tmp_path)


def test_without_any_way_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRIDWORK_DB", "")
    monkeypatch.setattr(postgis, "installed", lambda: iter(()))
    monkeypatch.setattr(apt, "available", lambda: False)
    with pytest.raises(Trouble, match="PostGIS") as refused:
        postgis.find_programs(tmp_path)
    for way in ("apt-get install", "DATABASE_URL", "docker-compose.yml"):
        assert way in str(refused.value)


def test_versions_of_postgis_are_read_from_apt(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = "postgresql-15-postgis-3 - Geographic objects\npostgresql-17-postgis-3 - Geographic objects\n"
    monkeypatch.setattr(programs, "answer", lambda *_words, **_more: listed)
    assert apt.postgis_versions() == ["17", "15"]


def test_nothing_listens_is_not_ready() -> None:
    assert not selfcheck.is_ready("http://127.0.0.1:1")
