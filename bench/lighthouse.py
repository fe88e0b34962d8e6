"""What Lighthouse says of the portal's busiest pages on a phone, on the demo's street.

`python -m bench lighthouse`: the shipped server with the demo in it; Lighthouse comes through npm
by its lock file, once a machine. Its phone is slow and far away by its own model.
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from bench import cast
from bench.cast import installation
from bench.outcome import Figure, Outcome
from bench.rounds import measured
from bench.serving import serving
from loyalty import schema
from loyalty.core import clock
from loyalty.demo import fill, links
from tests.builders import PASSWORD
from tests.rigs import browser

AUDIT = Path(__file__).resolve().parent.parent / "frontend" / "audit"
# A page by its address, or by the first link of that beginning on the page before it.
PAGES = {
    "overview": "/portal/",
    "members": "/portal/members",
    "a member": "/portal/members > /portal/members/cus_",
    "programs": "/portal/programs",
    "card design": "/portal/card",
    "remarks": "/portal/remarks",
    "tasks": "/portal/tasks",
    "imports": "/portal/imports",
    "repeat purchase": "/portal/metrics",
    "slipping away": "/portal/lapsed",
    "campaigns": "/portal/campaigns",
    "automations": "/portal/automations",
}
BARS = {"accessibility": 100, "best-practices": 100, "performance": 95}
CHROMIUM_FLAGS = ("--headless=new", "--no-sandbox")


Scores = dict[str, float]


@dataclass(frozen=True)
class Options:
    """How much is measured."""

    rounds: int
    noisy: bool


@dataclass(frozen=True)
class Visit:
    """Who looks: the addresses by name, and the cookie of an owner who has signed in."""

    addresses: Mapping[str, str]
    cookie: str


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench lighthouse", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--noisy", action="store_true", help="keep rounds on a busy machine")
    options = Options(**vars(parser.parse_args(argv)))
    program = _lighthouse()
    with _street() as (url, start, busy):
        visit = _visit(url, start)
        scores = {name: _rounds(program, name, visit, busy, options) for name in visit.addresses}
    return Outcome(
        f"{len(PAGES)} pages of the demo's street, mobile, rounds of one load each",
        [figure for name, rounds in scores.items() for figure in _figures(name, rounds)],
        noisy=options.noisy,
    )


# --- the program, the street, the owner ----------------------------------------------------------


def _lighthouse() -> list[str]:
    """How to call it: fetched by hash, once a machine; whole or not there."""
    lock = json.loads((AUDIT / "package-lock.json").read_text("utf-8"))
    version = lock["packages"]["node_modules/lighthouse"]["version"]
    home = browser.cache_folder() / f"lighthouse-{version}"
    node, npm = browser.node_and_npm()
    if not home.is_dir():
        with tempfile.TemporaryDirectory(dir=home.parent) as workplace:
            source = Path(workplace) / "audit"
            shutil.copytree(AUDIT, source, ignore=shutil.ignore_patterns("node_modules"))
            search = os.pathsep.join((str(Path(node).parent), os.environ.get("PATH", "")))
            environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": search}
            browser.run([*npm, "ci", "--ignore-scripts"], source, environment)
            source.rename(home)
    return [node, str(home / "node_modules" / "lighthouse" / "cli" / "index.js")]


@contextmanager
def _street() -> Iterator[tuple[str, str, dict[str, int]]]:
    """The demo, served: its address, an owner's one-time link, and who may be busy."""
    with installation("sqlite") as (environment, roots):
        with cast.opened(environment) as database:
            schema.migrate(database)
            fill.fill(database, at=clock.now(), progress=lambda *_: None)
            front = links.fronts(database, at=clock.now())[0]
        link = next(door.url for door in front.doors if door.what == "owner")
        with serving(environment, Path(environment["LOYALTY_DATA"]) / "log") as served:
            start = served.url + urlsplit(link).path
            yield served.url, start, {"server": served.process.pid, **roots}


def _visit(url: str, start: str) -> Visit:
    """Sign in as the owner, and find the addresses of the pages."""
    with sync_playwright() as playwright:
        opened = browser.launch(playwright.chromium)
        context = opened.new_context()
        page = context.new_page()
        page.goto(start)
        page.fill("input[type=password]", PASSWORD)
        page.press("input[type=password]", "Enter")
        page.wait_for_url("**/portal/**")
        addresses = {name: _address(page, url, way) for name, way in PAGES.items()}
        cookie = "; ".join(f"{one['name']}={one['value']}" for one in context.cookies())
        opened.close()
    return Visit(addresses, cookie)


def _address(page: Page, url: str, way: str) -> str:
    place, _, beginning = way.partition(" > ")
    if not beginning:
        return url + place
    page.goto(url + place)
    href = page.locator(f"main a[href^='{beginning}']").first.get_attribute("href")
    assert href, f"no link to {beginning} on {place}"
    return url + href


# --- the rounds and what they say ----------------------------------------------------------------


def _rounds(
    program: Sequence[str], name: str, visit: Visit, busy: Mapping[str, int], options: Options
) -> list[Scores]:
    found = []
    for _ in range(options.rounds):

        def act() -> Scores:
            return _scores(program, visit.addresses[name], visit.cookie)

        one = measured(act, busy, noisy=options.noisy, name=name)
        print(f"  {name:12} {one.result}   {one.usage}", flush=True)
        found.append(one.result)
    return found


def _scores(program: Sequence[str], address: str, cookie: str) -> Scores:
    """One load of the page in a browser of its own: points of 100 by category."""
    chromium = browser.find()
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        out, headers = Path(folder) / "report.json", Path(folder) / "headers.json"
        headers.write_text(json.dumps({"Cookie": cookie}), "utf-8")
        flags = " ".join((*chromium.flags, *CHROMIUM_FLAGS))
        command = [*program, address, "--quiet", "--output=json", f"--output-path={out}"]
        command += [f"--only-categories={','.join(BARS)}", f"--chrome-flags={flags}"]
        command += [f"--extra-headers={headers}"]
        environment = {**os.environ, **chromium.environment, "CHROME_PATH": chromium.path}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"Lighthouse failed on {address}:\n{done.stderr[-2000:]}")
        report = json.loads(out.read_text("utf-8"))
    assert report["finalDisplayedUrl"] == address, f"it saw {report['finalDisplayedUrl']}"
    _tell(report)
    return {name: 100 * report["categories"][name]["score"] for name in BARS}


def _tell(report: dict[str, Any]) -> None:
    """What costs points, by the names of the audits."""
    for name in BARS:
        for part in report["categories"][name]["auditRefs"]:
            audit = report["audits"][part["id"]]
            if part["weight"] and audit["score"] is not None and audit["score"] < 1:
                print(f"    {name}: {audit['title']} {audit.get('displayValue', '')}", flush=True)


def _figures(name: str, rounds: Sequence[Scores]) -> list[Figure]:
    return [
        Figure(f"{name}: {kind}", [scores[kind] for scores in rounds], bar)
        for kind, bar in BARS.items()
    ]
