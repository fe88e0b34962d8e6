"""`loyalty key`."""

import click

from loyalty.cli import house
from loyalty.core import clock
from loyalty.merchants import accounts, keys


@click.group()
def key() -> None:
    """Keys for other programs."""


@key.command("create")
@click.option("--merchant", required=True)
@click.option("--scope", "scopes", multiple=True, required=True, help='Repeat; or "all".')
@click.option("--name", default="command line", show_default=True)
@click.option("--json", "as_json", is_flag=True)
@house.refusals_said
def create_key(merchant: str, scopes: tuple[str, ...], name: str, as_json: bool) -> None:
    """Print an API key, this once."""
    with house.database() as database, database.write() as session:
        shop = accounts.find_merchant(session, merchant_ref=merchant)
        made = keys.create_key(
            session, merchant_id=shop.id, name=name, scopes=scopes, at=clock.now()
        )
    house.print_json({"key": made}) if as_json else click.echo(made)
