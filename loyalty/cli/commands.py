"""The commands of contract.md that are built so far."""

import json
import sys
from typing import Any

import click

from loyalty import audit as audits
from loyalty import schema, serve
from loyalty.api import document
from loyalty.app import create_app
from loyalty.assets import AssetsNotBuiltError
from loyalty.cli import house
from loyalty.cli.demo import demo
from loyalty.cli.imports import import_group
from loyalty.cli.programs import program
from loyalty.cli.rebuild import rebuild
from loyalty.cli.replay import replay
from loyalty.cli.worker import jobs, worker
from loyalty.core import clock
from loyalty.core.db import Database
from loyalty.core.errors import LoyaltyError
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants import accounts, keys
from loyalty.merchants.roles import Role


@click.group()
def main() -> None:
    """Points and stamps for small shops. See README.md for the settings."""


main.add_command(import_group)
main.add_command(program)
main.add_command(demo)
main.add_command(worker)
main.add_command(jobs)
main.add_command(rebuild)
main.add_command(replay)


@main.command()
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


@main.command("serve")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; 1 on SQLite, else 2.")
@click.option("--bind", default="127.0.0.1:8000", show_default=True)
@click.option("--with-worker", is_flag=True, help="And do what waits in the background.")
def serve_command(workers: int | None, bind: str, with_worker: bool) -> None:
    """Serve with gunicorn in the shipped configuration."""
    serving = serve.serve_with_worker if with_worker else serve.serve
    try:
        serving(house.settings(), bind=bind, workers=workers)
    except AssetsNotBuiltError as error:
        click.echo(str(error), err=True)
        sys.exit(house.WRONG_USE)


@main.command()
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


@main.group()
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


@main.command()
def openapi() -> None:
    """Print the OpenAPI document of the API."""
    click.echo(
        json.dumps(document.build(create_app(house.settings())), indent=2, ensure_ascii=False)
    )
