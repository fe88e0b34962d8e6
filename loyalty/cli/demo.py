"""`loyalty demo`: fill the street once, print the doors, and serve it."""

import dataclasses
import os
import sys
import time
from pathlib import Path

import click

from loyalty import schema, serve
from loyalty.assets import AssetsNotBuiltError
from loyalty.cli import house
from loyalty.core import clock, db
from loyalty.core.db import Database
from loyalty.core.settings import Settings
from loyalty.core.text import Text
from loyalty.demo import fill, links
from loyalty.imports.progress import Bar

_WORDS = {
    "owner": Text("Titolare (scegli una password)", "Owner (choose a password)"),
    "cashier": Text("Cassa (scegli una password)", "Cashier (choose a password)"),
    "card": Text(
        "Carta di un cliente (aprila sul telefono)", "A customer's card (open on a phone)"
    ),
}


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Where to keep it.")
@click.option("--no-serve", is_flag=True, help="Only fill it.")
@house.refusals_said
def demo(port: int, data: Path | None, no_serve: bool) -> None:
    """Fill a café and a bakery with a year of visits, and serve them, with a worker beside it."""
    settings = _settings(port, data)
    database = Database(settings)
    db.use(database)
    schema.migrate(database)
    _fill(database)
    _print_doors(database)
    db.use(None)
    database.dispose()
    if no_serve:
        return
    try:
        serve.serve_with_worker(settings, bind=f"127.0.0.1:{port}")
    except AssetsNotBuiltError as error:
        click.echo(str(error), err=True)
        sys.exit(house.WRONG_USE)


def _settings(port: int, data: Path | None) -> Settings:
    folder = data or Path(os.environ.get("LOYALTY_DATA") or "demo-data")
    os.environ["LOYALTY_DATA"] = str(folder.resolve())
    settings = house.settings()
    if "LOYALTY_PUBLIC_URL" in os.environ:
        return settings
    return dataclasses.replace(settings, public_url=f"http://127.0.0.1:{port}")


def _fill(database: Database) -> None:
    with database.read() as session:
        if fill.is_filled(session):
            return
    began, bar = time.monotonic(), Bar(sys.stderr)
    done = fill.fill(database, at=clock.now(), progress=bar)
    bar.close()
    took = time.monotonic() - began
    click.echo(
        house.say(
            Text(
                f"Demo riempita in {took:.1f} s: {fill.CUSTOMERS} clienti, {done} visite.",
                f"Demo filled in {took:.1f} s: {fill.CUSTOMERS} customers, {done} visits.",
            )
        )
    )


def _print_doors(database: Database) -> None:
    base = database.settings.public_url
    click.echo(f"\n  Portal  {base}/portal/\n  Till    {base}/till/\n")
    with database.read() as session:
        for name, merchant_ref in links.shops(session):
            click.echo(f"  {name}: --merchant {merchant_ref}")
    click.echo("")
    for door in links.doors(database, at=clock.now()):
        click.echo(f"  {door.who}\n    {house.say(_WORDS[door.what])}: {door.url}")
    click.echo("")
