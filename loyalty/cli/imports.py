"""`loyalty import`: files of sales into a program."""

import sys
from pathlib import Path

import click

from loyalty.cli import house
from loyalty.core import clock
from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.imports.progress import Bar
from loyalty.imports.result import ImportResult
from loyalty.imports.sales import Order, run_import
from loyalty.imports.target import ProgramNeeded


@click.group("import")
def import_group() -> None:
    """Bring in what happened before."""


@import_group.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--merchant", required=True)
@click.option("--program", help="Needed when more than one is published.")
@click.option("--dry-run", is_flag=True, help="Count everything, write nothing.")
@click.option(
    "--errors", type=click.Path(dir_okay=False, path_type=Path), help="Refused rows, as CSV."
)
@click.option("--json", "as_json", is_flag=True)
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
    bar = Bar(sys.stderr)
    try:
        with house.database() as database:
            result = run_import(database, order=order, at=clock.now(), progress=bar)
    except ProgramNeeded as error:
        house.wrong_use(error.sentence)
    except Invalid as error:
        house.tell(error)
        sys.exit(house.WRONG_USE)
    finally:
        bar.close()
    house.print_json(result.as_dict()) if as_json else click.echo(_said(result, dry_run))
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
