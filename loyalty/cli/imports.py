"""`loyalty import`: files of customers, and of sales into a program."""

import gc
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from loyalty.cli import house
from loyalty.core import clock
from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.imports import customers as people
from loyalty.imports import listing as runs
from loyalty.imports.order import Order
from loyalty.imports.progress import Bar
from loyalty.imports.result import ImportResult
from loyalty.imports.sales import run_import
from loyalty.imports.target import ProgramNeeded
from loyalty.imports.undo import Undone, run_undo


@click.group("import")
def import_group() -> None:
    """Bring in what happened before."""


def _options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What every import is told."""
    a_file = click.Path(dir_okay=False, path_type=Path)
    for option in (
        click.option("--json", "as_json", is_flag=True),
        click.option("--errors", type=a_file, help="Refused rows, as CSV."),
        click.option("--dry-run", is_flag=True, help="Count everything, write nothing."),
        click.option("--merchant", required=True),
        click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path)),
    ):
        command = option(command)
    return command


@import_group.command()
@_options
@click.option("--program", help="Needed when more than one is published.")
@house.refusals_said
def sales(
    file: Path,
    merchant: str,
    program: str | None,
    dry_run: bool,
    errors: Path | None,
    as_json: bool,
) -> None:
    """Import the sales in FILE (CSV, also .gz): customer, occurred_at, amount and more."""
    order = Order(
        merchant_ref=merchant, path=file, program_ref=program, dry_run=dry_run, errors_path=errors
    )
    _do(run_import, order, as_json=as_json)


@import_group.command()
@_options
@house.refusals_said
def customers(file: Path, merchant: str, dry_run: bool, errors: Path | None, as_json: bool) -> None:
    """Import the customers in FILE (CSV, also .gz): customer, name, email, consents and more."""
    order = Order(merchant_ref=merchant, path=file, dry_run=dry_run, errors_path=errors)
    _do(people.run_import, order, as_json=as_json)


@import_group.command("list")
@click.option("--merchant", required=True)
@click.option("--json", "as_json", is_flag=True)
@house.refusals_said
def list_command(merchant: str, as_json: bool) -> None:
    """Show the imports of sales, the latest first, with the ref that undoing one asks for."""
    with house.database() as database, database.read() as session:
        found = runs.listed(session, merchant_ref=merchant)
    if as_json:
        house.print_json({"items": [one.as_dict() for one in found]})
        return
    for one in found:
        click.echo(house.say(one.said))


@import_group.command()
@click.argument("import", metavar="IMPORT")
@click.option("--merchant", required=True)
@click.option("--json", "as_json", is_flag=True)
@house.refusals_said
def undo(merchant: str, as_json: bool, **given: str) -> None:
    """Take back the import of sales IMPORT (imp_…, see list); its rows may come in again."""
    bar = Bar(sys.stderr)
    try:
        with house.database() as database:
            done = run_undo(
                database,
                merchant_ref=merchant,
                import_ref=given["import"],
                at=clock.now(),
                progress=bar,
            )
    finally:
        bar.close()
    house.print_json(done.as_dict()) if as_json else click.echo(_undone(done))
    sys.exit(house.REFUSED if done.kept else 0)


def _undone(done: Undone) -> str:
    kept = [f"{each}: {house.say(why)}" for each, why in done.kept.items()]
    head = Text(
        f"Annullate {done.visits} visite e {done.changes} altre registrazioni; "
        f"{len(kept)} restano.",
        f"Taken back: {done.visits} visits and {done.changes} other changes; {len(kept)} stay.",
    )
    return "\n".join([house.say(head), *kept])


def _do(importing: Callable[..., ImportResult], order: Order, *, as_json: bool) -> None:
    """Import under a bar; ends with 1 if a row was refused, with 2 if it could not begin."""
    bar = Bar(sys.stderr)
    gc.freeze()  # the modules stay: collecting, which many rows bring about, need not look at them
    try:
        with house.database() as database:
            result = importing(database, order=order, at=clock.now(), progress=bar)
    except ProgramNeeded as error:
        house.wrong_use(error.sentence)
    except Invalid as error:
        house.tell(error)
        sys.exit(house.WRONG_USE)
    finally:
        bar.close()
    house.print_json(result.as_dict()) if as_json else click.echo(_said(result, order.dry_run))
    sys.exit(house.REFUSED if result.refused else 0)


def _said(result: ImportResult, dry_run: bool) -> str:
    head = Text("Prova: ", "Dry run: ") if dry_run else Text("", "")
    return house.say(
        Text(
            f"{head.it}{result.rows} righe: {result.accepted} accettate, "
            f"{result.refused} rifiutate, {result.no_customer} senza cliente, "
            f"{result.replayed} già note.",
            f"{head.en}{result.rows} rows: {result.accepted} accepted, {result.refused} refused, "
            f"{result.no_customer} without customer, {result.replayed} known already.",
        )
    )
