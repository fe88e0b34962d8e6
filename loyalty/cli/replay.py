"""`loyalty replay`: the whole log told again, and compared with the books."""

import sys

import click

from loyalty.cli import house
from loyalty.core.errors import LoyaltyError
from loyalty.core.text import Text
from loyalty.merchants import accounts
from loyalty.replay import whole
from loyalty.replay.whole import CouldNotReplay, Report


@click.command()
@click.option("--merchant", help="Only this shop.")
@click.option("--json", "as_json", is_flag=True)
def replay(merchant: str | None, as_json: bool) -> None:
    """Tell the whole log again; exit 1 names each difference, 2 could not run."""
    try:
        with house.database() as database, database.read() as session:
            shop = accounts.find_merchant(session, merchant_ref=merchant) if merchant else None
            report = whole.replay(session, merchant_id=shop.id if shop else None)
    except LoyaltyError as error:
        house.tell(error)
        sys.exit(house.WRONG_USE)
    except CouldNotReplay as error:
        click.echo(str(error), err=True)
        sys.exit(house.WRONG_USE)
    if as_json:
        house.print_json(report.as_dict())
    else:
        for sentence in _said(report):
            click.echo(house.say(sentence))
    sys.exit(0 if report.is_same else house.REFUSED)


def _said(report: Report) -> list[Text]:
    """Each difference, then what was told."""
    lines = [each.sentence for each in report.differences]
    if more := report.count - len(lines):
        lines.append(Text(f"e altre {more}", f"and {more} more"))
    told = Text(
        f"{report.operations} operazioni di {report.cards} carte rifatte",
        f"{report.operations} operations of {report.cards} cards told again",
    )
    if report.is_same:
        end = Text("è tutto come nei libri", "all is as in the books")
    else:
        end = Text(f"differenze: {report.count}", f"differences: {report.count}")
    return [*lines, Text(f"{told.it}: {end.it}.", f"{told.en}: {end.en}.")]
