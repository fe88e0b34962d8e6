"""`loyalty setup`."""

from typing import Any

import click

from loyalty import schema
from loyalty.cli import house
from loyalty.core import clock
from loyalty.core.db import Database
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants import accounts
from loyalty.merchants.roles import Role


@click.command()
@click.option("--owner", help="E-mail of the owner: also opens a shop.")
@click.option("--merchant", help="Name of the shop.")
@click.option("--currency", default="EUR", show_default=True)
@click.option("--timezone", default="Europe/Rome", show_default=True)
@click.option("--language", default="it", show_default=True)
@click.option("--json", "as_json", is_flag=True)
@house.refusals_said
def setup(
    owner: str | None,
    merchant: str | None,
    currency: str,
    timezone: str,
    language: str,
    as_json: bool,
) -> None:
    """Bring the database up to date; with --owner and --merchant also open a shop."""
    if (owner is None) != (merchant is None):
        house.wrong_use(Text("Servono sia --owner sia --merchant.", "Give --owner and --merchant."))
    with house.database() as database:
        schema.migrate(database)
        if owner is None or merchant is None:
            if not as_json:
                click.echo(house.say(Text("Il database è aggiornato.", "The database is ready.")))
            return
        facts = {"currency": currency, "timezone": timezone, "language": language}
        opened = _open_shop(database, owner, merchant, facts)
    if as_json:
        house.print_json(opened)
        return
    click.echo(f"{merchant}: {opened['merchant']}")
    said = Text(
        "Apri questo link una volta, entro 72 ore:", "Open this link once, within 72 hours:"
    )
    click.echo(f"{house.say(said)} {opened['owner_link']}")


def _open_shop(
    database: Database, owner: str, merchant: str, facts: dict[str, str]
) -> dict[str, Any]:
    at = clock.now()
    with database.write() as session:
        shop = accounts.create_merchant(session, name=merchant, at=at, **facts)
        token = accounts.invite_staff(
            session,
            merchant_id=shop.id,
            email=owner,
            name=owner.partition("@")[0].capitalize(),
            role=Role.OWNER,
            at=at,
        )
    link = f"{database.settings.public_url}/start/{token}"
    return {"merchant": ref("mer", shop.id), "owner_link": link}
