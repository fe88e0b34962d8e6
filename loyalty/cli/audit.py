"""`loyalty audit`."""

import sys

import click

from loyalty import audit as audits
from loyalty.cli import house
from loyalty.core.errors import LoyaltyError
from loyalty.core.text import Text
from loyalty.merchants import accounts


@click.command()
@click.option("--merchant", help="Only this shop.")
@click.option("--json", "as_json", is_flag=True)
def audit(merchant: str | None, as_json: bool) -> None:
    """Check every invariant of the ledger; exit 1 names what is damaged, 2 could not look."""
    try:
        with house.database() as database, database.read() as session:
            shop = accounts.find_merchant(session, merchant_ref=merchant) if merchant else None
            found = audits.audit(session, merchant_id=shop.id if shop else None)
    except LoyaltyError as error:
        house.tell(error)
        sys.exit(house.WRONG_USE)
    except audits.CouldNotLook as error:
        click.echo(str(error), err=True)
        sys.exit(house.WRONG_USE)
    if as_json:
        rows = [{"rule": f.rule, "where": list(f.where), "count": f.count} for f in found]
        house.print_json({"clean": not found, "checks": audits.CHECKS_COUNT, "findings": rows})
    else:
        clean = Text("Tutto in ordine", "All clean")
        for line in map(str, found) if found else [house.say(clean)]:
            click.echo(line)
    sys.exit(house.REFUSED if found else 0)
