"""`loyalty rebuild`: the roll-ups made anew from the visits, or only compared with them."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import click
import sqlalchemy as sa

from loyalty.cli import house
from loyalty.core.db import Database
from loyalty.core.errors import LoyaltyError
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter.rollups import checking, rebuilding
from loyalty.counter.rollups.checking import Difference
from loyalty.imports.progress import Bar
from loyalty.merchants import accounts
from loyalty.merchants.models import Merchant

NAMED_MAX = 100
_CANNOT = Text(
    "Le somme non si possono leggere; per un database nuovo: loyalty setup",
    "The roll-ups cannot be read; for a new database run: loyalty setup",
)


@dataclass
class _Tally:
    """What was looked at, and what was found: the first differences by name."""

    customers: int = 0
    count: int = 0
    named: list[Difference] = field(default_factory=list)

    def note(self, found: Difference) -> None:
        self.count += 1
        if len(self.named) < NAMED_MAX:
            self.named.append(found)


@click.command()
@click.option("--merchant", help="Only this shop.")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 where something differs.")
@click.option("--json", "as_json", is_flag=True)
def rebuild(merchant: str | None, check: bool, as_json: bool) -> None:
    """Make the roll-ups of members and days anew from the visits; tills may go on working."""
    look, tally, bar = _compared if check else _rebuilt, _Tally(), Bar(sys.stderr)
    try:
        with house.database() as database:
            for merchant_id in _shops(database, merchant):
                before = tally.customers

                def progress(done: int, before: int = before) -> None:
                    tally.customers = before + done
                    bar(tally.customers, 0)

                for difference in look(database, merchant_id, progress):
                    tally.note(difference)
    except LoyaltyError as error:
        house.tell(error)
        sys.exit(house.WRONG_USE)
    except sa.exc.DatabaseError as error:
        click.echo(f"{house.say(_CANNOT)} ({error.orig})", err=True)
        sys.exit(house.WRONG_USE)
    bar.close()
    _tell(tally, check=check, as_json=as_json)
    sys.exit(house.REFUSED if check and tally.count else 0)


def _shops(database: Database, merchant: str | None) -> list[Any]:
    with database.read() as session:
        if merchant:
            return [accounts.find_merchant(session, merchant_ref=merchant).id]
        return list(session.execute(sa.select(Merchant.id).order_by(Merchant.id)).scalars())


def _rebuilt(
    database: Database, merchant_id: Any, progress: Callable[[int], None]
) -> Iterator[Difference]:
    return rebuilding.rebuild(database, merchant_id=merchant_id, progress=progress)


def _compared(
    database: Database, merchant_id: Any, progress: Callable[[int], None]
) -> Iterator[Difference]:
    with database.read() as session:
        yield from checking.differences(session, merchant_id=merchant_id, progress=progress)


def _tell(tally: _Tally, *, check: bool, as_json: bool) -> None:
    if as_json:
        rows = [_row(each) for each in tally.named]
        found = {"customers": tally.customers, "count": tally.count, "differences": rows}
        house.print_json({"same": not tally.count, **found})
        return
    for each in tally.named:
        click.echo(house.say(each.sentence))
    if more := tally.count - len(tally.named):
        click.echo(house.say(Text(f"e altre {more}", f"and {more} more")))
    click.echo(house.say(_end(tally, check=check)))


def _end(tally: _Tally, *, check: bool) -> Text:
    seen = Text(f"{tally.customers} clienti guardati", f"{tally.customers} customers looked at")
    if not tally.count:
        end = Text("tutto torna con le visite", "all is as the visits add up")
    elif check:
        end = Text(f"differenze: {tally.count}", f"differences: {tally.count}")
    else:
        end = Text(f"corrette: {tally.count} righe", f"put right: {tally.count} rows")
    return Text(f"{seen.it}: {end.it}.", f"{seen.en}: {end.en}.")


def _row(found: Difference) -> dict[str, Any]:
    return {
        "table": found.table,
        "customer": ref("cus", found.whose) if found.whose else None,
        "it": found.sentence.it,
        "en": found.sentence.en,
    }
