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
from loyalty.programs.simulator_result import ASSUMPTIONS, RewardCount, Simulation
from loyalty.web.version_schema import check_program

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
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
            *(
                Text(
                    f"  livello {one.name.it if one.name else 'nessuno'}: {one.customers} clienti",
                    f"  level {one.name.en if one.name else 'none'}: {one.customers} customers",
                )
                for one in found.levels
            ),
            _first(found),
            *(Text(f"! {one.said.it}", f"! {one.said.en}") for one in found.warnings),
            *(Text(f"· {one.it}", f"· {one.en}") for one in ASSUMPTIONS),
        )
    ]


def _sales(found: Simulation) -> Text:
    it, en = (format_amount(found.net_minor, found.currency, language) for language in ("it", "en"))
    return Text(
        f"{found.sales} vendite di {found.customers} clienti, {it}.",
        f"{found.sales} sales of {found.customers} customers, {en}.",
    )


def _cost(found: Simulation) -> Text:
    it, en = (
        format_amount(found.cost_minor, found.currency, language) for language in ("it", "en")
    )
    if found.share_bp is None:
        return Text(f"Costo: {it}.", f"Cost: {en}.")
    whole, rest = divmod(found.share_bp, 100)
    return Text(
        f"Costo: {it}, il {whole},{rest:02d}% delle vendite.",
        f"Cost: {en}, {whole}.{rest:02d}% of the sales.",
    )


def _reward(one: RewardCount, currency: str) -> Text:
    cost = Text("costo ignoto", "cost not known")
    if one.cost_minor is not None:
        cost = Text(
            *(format_amount(one.cost_minor, currency, language) for language in ("it", "en"))
        )
    return Text(
        f"  {one.name.it}: {one.given} dati ({cost.it}); alla portata di {one.within_reach}"
        " clienti",
        f"  {one.name.en}: {one.given} given ({cost.en}); within reach of {one.within_reach}"
        " customers",
    )


def _first(found: Simulation) -> Text:
    first = found.first_reward
    if first.median is None:
        return Text("Nessuno arriva a un premio.", "Nobody gets to a reward.")
    return Text(
        f"Primo premio: dopo {first.median} visite per metà di chi ci arriva (un quarto"
        f" {first.lower}, tre quarti {first.upper}); {first.never} non ci arrivano.",
        f"First reward: {first.median} visits for half of those who get there (a quarter"
        f" {first.lower}, three quarters {first.upper}); {first.never} never do.",
    )
