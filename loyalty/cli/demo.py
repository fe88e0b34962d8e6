"""`loyalty demo`: fill the street once, print the doors, and serve it."""

import dataclasses
import gc
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
    "owner": Text("Titolare", "Owner"),
    "manager": Text("Responsabile", "Manager"),
    "marketer": Text("Marketing", "Marketing"),
    "cashier": Text("Cassa", "Cashier"),
    "card": Text("Carta di", "Card of"),
}
_PLACES = {"Portal": "/portal/", "Till": "/till/", "My cards": "/w", "Sent mail": "/mail"}
_HINT = Text(
    "Ogni link vale una volta: chi lavora in negozio sceglie una password, e poi entra con la sua"
    " e-mail; la carta si apre sul telefono del cliente.",
    "Each link works once: staff choose a password, and sign in with their e-mail from then on;"
    " the card opens on the customer's phone.",
)


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Where to keep it.")
@click.option("--no-serve", is_flag=True, help="Only fill it.")
@house.refusals_said
def demo(port: int, data: Path | None, no_serve: bool) -> None:
    """Fill a street of four shops with 18 months of visits, and serve it, with a worker."""
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
    click.echo(
        house.say(
            Text(
                "Riempio la via: quattro negozi, diciotto mesi. Può volerci un minuto.",
                "Filling the street: four shops, eighteen months. It may take a minute.",
            )
        )
    )
    gc.disable()  # looking for circles among so many rows would take a twentieth of the time
    done = fill.fill(database, at=clock.now(), progress=bar)
    gc.enable()
    bar.close()
    took = time.monotonic() - began
    click.echo(
        house.say(
            Text(
                f"Demo riempita in {took:.1f} s: {done.customers} clienti, {done.visits} visite.",
                f"Demo filled in {took:.1f} s: {done.customers} customers, {done.visits} visits.",
            )
        )
    )


def _print_doors(database: Database) -> None:
    base = database.settings.public_url
    for name, path in _PLACES.items():
        click.echo(f"{name:>12}  {base}{path}")
    click.echo("")
    for front in links.fronts(database, at=clock.now()):
        click.echo(f"  {front.name}  (--merchant {front.merchant_ref})")
        for door in front.doors:
            click.echo(f"    {house.say(_WORDS[door.what])} {door.who}\n      {door.url}")
        click.echo("")
    click.echo(f"  {house.say(_HINT)}\n")
