"""`docs/performance.md`: one table a bench, out of what was kept of its last run for the record."""

import json
import subprocess
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.outcome import Figure, Outcome
from bench.place import ROOT, machine

RESULTS = ROOT / "bench" / "results"
PAPER = ROOT / "docs" / "performance.md"
HEAD = """# What it takes

Written by `python3 run.py bench --write`; edit `bench/`, not this page. Each table is one bench,
with the day, the commit and the machine it ran on. A figure is the **median** of its rounds,
between the lowest and the highest. *Gate* is what a release has to reach, *aim* what it should;
what was missed says so. Yardsticks run in the same minutes as what they measure, in turn with it,
and a round in which others kept more than 15 % of the machine busy is thrown away
([why](decisions/0036-figures-are-ratios-on-a-quiet-machine.md)). After each load the answers are
counted against the books, and the audit has to be clean.

The load comes from the same machine, so its processor time is inside every figure.
"""


def keep(name: str, about: str, outcome: Outcome) -> None:
    """Keep a run for the record in place of the one before, and write the page again."""
    assert not outcome.noisy, "a noisy run is not for the record"
    RESULTS.mkdir(exist_ok=True)
    kept = {
        "about": about,
        "setting": outcome.setting,
        "on": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "machine": machine(),
        "figures": [asdict(figure) for figure in outcome.figures],
        "faults": list(outcome.faults),
    }
    text = json.dumps(kept, indent=1, ensure_ascii=False)
    (RESULTS / f"{name}.json").write_text(f"{text}\n", "utf-8")
    PAPER.write_text(render(read()), "utf-8")


def read() -> dict[str, dict[str, Any]]:
    """What was kept, by the bench's name."""
    found = sorted(RESULTS.glob("*.json"))
    return {path.stem: json.loads(path.read_text("utf-8")) for path in found}


def render(kept: dict[str, dict[str, Any]]) -> str:
    """The whole page."""
    none = "\nNo bench has been run for the record yet.\n"
    return HEAD + ("".join(_section(name, one) for name, one in kept.items()) or none)


def _section(name: str, kept: dict[str, Any]) -> str:
    lines = [
        f"\n## {name}\n",
        f"{kept['about'][:1].upper()}{kept['about'][1:]}. {kept['setting']}.\n",
        "| figure | min / median / max | rounds | gate | aim | |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(Figure(**figure)) for figure in kept["figures"]),
        "",
        *(f"**Wrong: {fault}**\n" for fault in kept["faults"]),
        f"{kept['on']}, commit {kept['commit']}. {kept['machine']}.\n",
    ]
    return "\n".join(lines)


def _row(figure: Figure) -> str:
    verdict = "**missed**" if figure.verdict == "MISSED" else figure.verdict
    verdict = "" if figure.gate is None else verdict
    found = f"{figure.spread} {figure.unit}".rstrip()
    bars = f"{figure.bar(figure.gate)} | {figure.bar(figure.aim)}"
    return f"| {figure.name} | {found} | {len(figure.values)} | {bars} | {verdict} |"


def commit() -> str:
    """Which state of the code was measured; marked when it was not committed as it is."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty", "--abbrev=10", "--exclude=*"],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return said.stdout.strip() or "unknown"


def where() -> Path:
    """The page, for whoever says where it is."""
    return PAPER.relative_to(ROOT)
