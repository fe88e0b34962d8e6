"""`loyalty program`: make a program from a file, or try its rules on the shop's past."""

import json
import sys
from datetime import date, datetime
from pathlib import Path

import click

from loyalty.cli import house
from loyalty.core import clock
from loyalty.core.errors import BadJson
from loyalty.core.ids import ref
from loyalty.core.money import format_amount
from loyalty.core.text import Text
from loyalty.counter import simulation
from loyalty.counter.simulation import Days
from loyalty.imports.progress import Bar
from loyalty.merchants import accounts
from loyalty.programs import editor
from loyalty.programs.loading import load
from loyalty.programs.simulator_advice import counted
from loyalty.programs.simulator_result import (
    ASSUMPTIONS,
    LevelCount,
    RewardCount,
    Simulation,
)
from loyalty.web.version_schema import check_program

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_SALES = Text("vendita", "sale"), Text("vendite", "sales")
_CUSTOMERS = Text("cliente", "customer"), Text("clienti", "customers")
_VISITS = Text("visita", "visit"), Text("visite", "visits")
_GIVEN = Text("dato", "given"), Text("dati", "given")
_DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.group()
def program() -> None:
    """Programs and their rules."""


@program.command("create")
@click.argument("file", type=_FILE)
@click.option("--merchant", required=True)
@click.option("--publish", is_flag=True, help="Put it into force at once.")
@click.option("--json", "as_json", is_flag=True)
@house.refusals_said
def create_program(file: Path, merchant: str, publish: bool, as_json: bool) -> None:
    """Make a program from FILE, the body of POST /programs."""
    body = check_program(_read_json(file), house.say)
    at = clock.now()
    with house.database() as database, database.write() as session:
        shop = accounts.find_merchant(session, merchant_ref=merchant)
        made = editor.create(
            session,
            merchant_id=shop.id,
            currency=shop.currency,
            name=body["name"],
            raw=body["version"],
            at=at,
        )
        if publish:
            editor.publish(session, merchant_id=shop.id, program_id=made.id, number=1, at=at)
        made_ref = ref("prg", made.id)
    house.print_json({"program": made_ref}) if as_json else click.echo(made_ref)


@program.command("simulate")
@click.argument("file", type=_FILE)
@click.option("--merchant", required=True)
@click.option("--from", "first", type=_DAY, metavar="DAY", help="The first day, as 2026-01-31.")
@click.option("--to", "last", type=_DAY, metavar="DAY", help="The last day, as 2026-12-31.")
@click.option("--json", "as_json", is_flag=True)
@house.refusals_said
def simulate_program(
    file: Path, merchant: str, first: datetime | None, last: datetime | None, as_json: bool
) -> None:
    """Try the rules in FILE, the body of POST /programs, on the shop's past; keeps nothing."""
    body = check_program(_read_json(file), house.say)
    bar = Bar(sys.stderr)
    try:
        with house.database() as database, database.read() as session:
            shop = accounts.find_merchant(session, merchant_ref=merchant)
            found = simulation.try_out(
                session,
                merchant_id=shop.id,
                document=load(body["version"]),
                days=Days(_day(first), _day(last)),
                at=clock.now(),
                progress=bar,
            )
    finally:
        bar.close()
    house.print_json(found.as_dict()) if as_json else click.echo("\n".join(_said(found)))


def _day(given: datetime | None) -> date | None:
    return given.date() if given else None


def _read_json(file: Path) -> object:
    try:
        return json.loads(file.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadJson from error


def _said(found: Simulation) -> list[str]:
    """What was found in lines to read, what to look at, and what nobody can know."""
    return [
        house.say(text)
        for text in (
            _sales(found),
            _cost(found),
            *(_reward(one, found.currency) for one in found.rewards),
            *(_level(one) for one in found.levels),
            _first(found),
            *(Text(f"! {one.said.it}", f"! {one.said.en}") for one in found.warnings),
            *(Text(f"· {one.it}", f"· {one.en}") for one in ASSUMPTIONS),
        )
    ]


def _sales(found: Simulation) -> Text:
    sales, people = counted(found.sales, *_SALES), counted(found.customers, *_CUSTOMERS)
    net = _money(found.net_minor, found.currency)
    return Text(f"{sales.it}, {people.it}, {net.it}.", f"{sales.en}, {people.en}, {net.en}.")


def _cost(found: Simulation) -> Text:
    cost = _money(found.cost_minor, found.currency)
    if found.share_bp is None:
        return Text(f"Costo: {cost.it}.", f"Cost: {cost.en}.")
    whole, rest = divmod(found.share_bp, 100)
    return Text(
        f"Costo: {cost.it}, il {whole},{rest:02d}% delle vendite.",
        f"Cost: {cost.en}, {whole}.{rest:02d}% of the sales.",
    )


def _reward(one: RewardCount, currency: str) -> Text:
    given, people = counted(one.given, *_GIVEN), counted(one.within_reach, *_CUSTOMERS)
    cost = Text("costo ignoto", "cost not known")
    if one.cost_minor is not None:
        cost = _money(one.cost_minor, currency)
    return Text(
        f"  {one.name.it}: {given.it} ({cost.it}); alla portata di {people.it}",
        f"  {one.name.en}: {given.en} ({cost.en}); within reach of {people.en}",
    )


def _level(one: LevelCount) -> Text:
    name, people = one.name or Text("nessuno", "none"), counted(one.customers, *_CUSTOMERS)
    return Text(f"  livello {name.it}: {people.it}", f"  level {name.en}: {people.en}")


def _first(found: Simulation) -> Text:
    first = found.first_reward
    if first.lower is None or first.median is None or first.upper is None:
        return Text("Nessuno arriva a un premio.", "Nobody gets to a reward.")
    half, most = counted(first.median, *_VISITS), counted(first.upper, *_VISITS)
    rest = counted(first.never, *_CUSTOMERS)
    return Text(
        f"Primo premio, per chi ci arriva: un quarto entro {first.lower}, metà entro {half.it}, tre"
        f" quarti entro {most.it}; nessun premio per {rest.it}.",
        f"First reward, for those who get one: a quarter within {first.lower}, half within"
        f" {half.en}, three quarters within {most.en}; no reward for {rest.en}.",
    )


def _money(minor: int, currency: str) -> Text:
    return Text(*(format_amount(minor, currency, language) for language in ("it", "en")))
