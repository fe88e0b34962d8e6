"""The papers say what the code does: settings, commands, columns, floors, rules, links, names."""

import importlib
import importlib.util
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click
import pytest
from flask import Flask

from loyalty import audit
from loyalty.app import create_app
from loyalty.cli import main
from loyalty.core.db import Database
from loyalty.core.settings import Settings
from loyalty.imports import person, sheet
from loyalty.programs import checks
from loyalty.programs.loading import load
from loyalty.web.version_schema import check_program
from tests.builders import Shop

ROOT = Path(__file__).resolve().parents[2]
CODE = ROOT / "loyalty"
PAPERS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
# Who may be named in a link or an address; everybody else is advertising or a place of work.
HOSTS = {"127.0.0.1", "card.example.it", "semver.org"}
FOG = (
    "seamless|effortless|robust|leverag|cutting.edge|state.of.the.art|world.class|powerful|blazing|"
    "best.in.class|simply|just works|easily|utili[sz]e|synerg|enterprise.grade|TODO|FIXME|TBD|lorem"
)
each_paper = pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)


def read(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of that language."""
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)


def prose(text: str) -> str:
    """The paper without its fenced blocks."""
    return re.sub(r"^ *```.*?^ *```$", "", text, flags=re.MULTILINE | re.DOTALL)


def section(name: str, heading: str) -> str:
    """What stands under a heading of the second rank."""
    found = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", read(name), re.MULTILINE | re.DOTALL)
    assert found is not None, f"{name} has no heading {heading}"
    return found[1]


def rows(text: str) -> dict[str, str]:
    """The rows of a table by the code in their first cell."""
    return {row.split("`")[1]: row for row in re.findall(r"^\| `[^`]+` \|.*$", text, re.MULTILINE)}


# --- the README ----------------------------------------------------------------------------------


def asked_of_the_environment() -> set[str]:
    code = (CODE / "core" / "settings.py").read_text("utf-8")
    return set(re.findall(r"(?:environ\.get|_scheme)\(\s*\"([A-Z_]+)\"", code))


def test_the_readme_lists_every_setting_and_no_other() -> None:
    assert set(rows(section("README.md", "Settings"))) == asked_of_the_environment()


def test_a_setting_is_called_unused_exactly_while_nothing_uses_it() -> None:
    code = "".join(path.read_text("utf-8") for path in CODE.rglob("*.py"))
    for name, row in rows(section("README.md", "Settings")).items():
        field = name.removeprefix("LOYALTY_").lower()
        is_unused = f"settings.{field}" not in code and field not in ("data", "public_url")
        assert ("not used yet" in row) is is_unused, row


def test_the_readme_knows_the_defaults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    chosen = Settings.from_environment({})
    said = rows(section("README.md", "Settings"))
    assert f"`{chosen.data.relative_to(tmp_path)}`" in said["LOYALTY_DATA"]
    assert f"`{Path(chosen.database_url).name}`" in said["LOYALTY_DATA"]
    assert (chosen.data / "instance" / "secret.key").is_file()
    assert f"`{chosen.public_url}`" in said["LOYALTY_PUBLIC_URL"]
    assert (chosen.smtp_url, chosen.redis_url, chosen.time_travel) == (None, None, False)


def commands(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for part in group.list_commands(context):
        command = group.get_command(context, part)
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {part}")
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{name} {part}", command


def test_the_readme_lists_every_command_with_every_option() -> None:
    written = rows(section("README.md", "Commands"))
    there = dict(commands(main, "loyalty"))
    assert set(written) == set(there)
    for name, command in there.items():
        options = {
            option
            for parameter in command.params
            if isinstance(parameter, click.Option)
            for option in parameter.opts
        }
        assert set(re.findall(r"--[a-z-]+", written[name])) == options, name


def test_the_readme_names_every_column_of_a_file_of_customers() -> None:
    part = section("README.md", "Bringing in customers")
    columns = [*person.CUSTOMERS.required, *person.CUSTOMERS.optional]
    assert [name for name in columns if f"`{name}`" not in part] == []


def test_the_readme_names_every_column_of_a_file_of_sales() -> None:
    columns = rows(section("README.md", "Bringing in past sales"))
    assert list(columns) == [*sheet.SALES.required, *sheet.SALES.optional]
    needed = [name for name, row in columns.items() if "Needed" in row]
    assert needed == list(sheet.SALES.required)


def test_the_programs_that_the_readme_shows_can_be_published() -> None:
    shown = [json.loads(block) for block in blocks(read("README.md"), "json")]
    assert [body["name"] for body in shown] == ["Ten coffees", "Points"]
    for body in shown:
        checks.check(load(check_program(body, lambda text: text.en)["version"]))


@pytest.fixture
def app(settings: Settings, database: Database) -> Flask:
    """The whole product."""
    return create_app(settings, database)


def test_the_calls_that_the_readme_shows_end_in_one_sale_and_a_replay(
    app: Flask, shop: Shop
) -> None:
    calls = re.findall(r"^call (\S+) +(\S+) +'(.*?)' *(?:#.*)?$", read("README.md"), re.MULTILINE)
    assert [path for path, _, _ in calls] == ["/customers", "/cards", "/visits", "/visits"]
    body = json.loads(blocks(read("README.md"), "json")[0])
    known = {"'$PROGRAM'": shop.program(body["name"], body["version"])}
    headers = {"Authorization": f"Bearer {shop.api_key()}", "Content-Type": "application/json"}
    answers = []
    for path, key, text in calls:
        for name, value in known.items():
            text = text.replace(name, value)  # noqa: PLW2901  # as a reader fills it in
        sent = headers | {"Idempotency-Key": key}
        answers.append(app.test_client().post(f"/api/v1{path}", data=text, headers=sent))
        assert answers[-1].status_code == 201, answers[-1].get_json()
        given = answers[-1].get_json()
        known |= {"cus_…": given["ref"]} if path == "/customers" else {}
        known |= {"CODE": given["code"]} if path == "/cards" else {}
    first, again = answers[2:]
    assert first.get_json()["earned"] == {"stamps": 3}
    assert again.get_json() == first.get_json()
    assert again.headers["Idempotent-Replay"] == "true"


# --- the architecture and the ledger -------------------------------------------------------------


def is_built(name: str) -> bool:
    return (CODE / name).is_dir() or (CODE / f"{name}.py").is_file()


def test_the_drawing_shows_the_floors_that_are_built_in_their_order() -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    floors = next(contract["layers"] for contract in contracts if contract["id"] == "floors")
    wanted = [{name for name in re.findall(r"\w+", floor) if is_built(name)} for floor in floors]
    drawing = blocks(section("docs/architecture.md", "The floors"), "")[0]
    drawn = [set(line.split("  ")[0].split(" | ")) for line in drawing.splitlines()]
    assert drawn == [floor for floor in wanted if floor]


@each_paper
def test_a_function_that_a_paper_names_exists(paper: Path) -> None:
    names = re.findall(r"`(?:loyalty\.)?([a-z_]+(?:\.\w+)+)(?:\(\))?`", paper.read_text("utf-8"))
    for name in names:
        if not is_built(name.partition(".")[0]) or Path(name).suffix in (".py", ".txt"):
            continue
        module, _, attribute = f"loyalty.{name}".rpartition(".")
        is_there = hasattr(importlib.import_module(module), attribute)
        assert is_there or importlib.util.find_spec(f"loyalty.{name}"), f"{paper.name}: {name}"


def test_every_rule_of_the_audit_is_in_the_paper_on_the_ledger() -> None:
    said = re.findall(
        r"^\d+\. \*\*(.+?)\*\*", section("docs/ledger.md", "What always holds"), re.MULTILINE
    )
    assert said == [*audit.CHECKS, audit.ROLLUPS, audit.GUARDS]
    assert len(said) == audit.CHECKS_COUNT


# --- every paper ---------------------------------------------------------------------------------


@each_paper
def test_a_link_in_a_paper_leads_somewhere(paper: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(paper.read_text("utf-8"))):
        parts = urlsplit(target)
        if not parts.scheme:
            assert (paper.parent / parts.path).exists(), f"{paper.name}: {target}"


@each_paper
def test_a_file_that_a_paper_names_is_there(paper: Path) -> None:
    text = prose(paper.read_text("utf-8"))
    for name in re.findall(r"`([\w.-]+/[\w./-]*|[\w-]+\.(?:py|toml|lock))`", text):
        if not name.startswith((".venv/", "instance/")):  # made by set-up and installation
            there = (ROOT / name).exists() or any(CODE.rglob(name.rstrip("/")))
            assert there, f"{paper.name}: {name}"


@each_paper
def test_a_paper_has_no_fog_and_names_nobody_else(paper: Path) -> None:
    text = paper.read_text("utf-8")
    assert not re.findall(rf"\b(?:{FOG})", text, re.IGNORECASE)
    hosts = {urlsplit(address).hostname for address in re.findall(r"https?://[^\s)`\"$]+", text)}
    assert hosts <= HOSTS


def test_decisions_are_numbered_without_a_gap_and_have_one_shape() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    assert decisions
    for number, paper in enumerate(decisions, start=1):
        text = paper.read_text("utf-8")
        assert paper.name.startswith(f"{number:04d}-")
        assert text.startswith(f"# {number:04d}. ")
        headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequence"]


def test_the_pictures_are_light() -> None:
    for picture in (ROOT / "docs" / "pictures").iterdir():
        assert picture.stat().st_size < 250_000, picture.name
