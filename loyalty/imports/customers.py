"""Importing a file of customers: who is missing is made, what changed is changed, nothing else.

An empty cell says nothing, so it clears nothing; the same file again changes nothing.
"""

from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from loyalty.core import outbox
from loyalty.core.db import Database
from loyalty.imports import patience
from loyalty.imports.order import Order, Progress, rows, silent
from loyalty.imports.person import CUSTOMERS, Person, PersonReader
from loyalty.imports.register import Register
from loyalty.imports.result import Count, ImportResult
from loyalty.imports.sheet import Refusal
from loyalty.imports.spool import Spool, spool
from loyalty.merchants import accounts
from loyalty.merchants.roles import Duty, system_duty

BATCH_ROWS = 500


def run_import(
    database: Database, *, order: Order, at: datetime, progress: Progress = silent
) -> ImportResult:
    """Import a file; every row is accepted, refused, without a customer, or says nothing new.

    Raises Unknown("merchant") and FileRefused before anything is written, and Busy when the
    database stays locked; what went in until then stays, and the next run goes on from there.
    """
    order.demand_folder()
    with database.read() as session:
        shop = accounts.find_merchant(session, merchant_ref=order.merchant_ref)
        zone, language = ZoneInfo(shop.timezone), shop.language
        doing = _Import(database, order, system_duty(shop.id, "import"), at)
    found = rows(
        order,
        CUSTOMERS,
        lambda heading: PersonReader(heading, zone, at),
        count=doing.count,
        progress=progress,
    )
    with spool() as kept:
        while some := list(islice(found, BATCH_ROWS)):
            kept.refuse([row for row in some if isinstance(row, Refusal)])
            people = [row for row in some if isinstance(row, Person)]
            doing.look(people, kept) if order.dry_run else doing.take(people, kept)
        doing.close()
        order.tell(kept.refusals(order.language or language))
    return doing.count.result()


class _Import:
    """One import under way."""

    def __init__(self, database: Database, order: Order, duty: Duty, at: datetime) -> None:
        self.count = Count()
        self._database, self._order, self._duty, self._at = database, order, duty, at
        self._seen = Register(self._duty, at)  # of a dry run: what was read so far

    def look(self, people: list[Person], kept: Spool) -> None:
        """Count what an import would do; writes nothing."""
        with self._database.read() as session:
            self._note(kept, self._seen.meet(session, people))

    def take(self, people: list[Person], kept: Spool) -> None:
        """Write what is new of some people; the tills need not wait if nothing is."""
        with self._database.read() as session:
            found = Register(self._duty, self._at).meet(session, people)
        if any(each is True for each in found):
            found = patience.write(self._database, lambda session: self._write(session, people))
        self._note(kept, found)

    def _write(self, session: Session, people: list[Person]) -> list[bool | Refusal]:
        register = Register(self._duty, self._at)
        found = register.meet(session, people, lock=True)
        register.write(session, import_id=self._order.import_id)
        return found

    def close(self) -> None:
        """Tell the house once: not a word for each customer."""
        if self._order.dry_run or not self.count.accepted:
            return
        with self._database.write() as session:
            outbox.add(
                session,
                merchant_id=self._duty.merchant_id,
                kind="customers.imported",
                facts={"customers": self.count.accepted},
                at=self._at,
            )

    def _note(self, kept: Spool, found: list[bool | Refusal]) -> None:
        refused = [each for each in found if isinstance(each, Refusal)]
        kept.refuse(refused)
        self.count.refused += len(refused)
        self.count.accepted += found.count(True)
        self.count.replayed += found.count(False)
