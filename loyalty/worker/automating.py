"""`automations.tend`: who begins a journey, whose next step is due, and whose way is over."""

from datetime import datetime
from typing import Any
from uuid import UUID

from loyalty.automations import advancing, editions, entering, facts, switching, upkeep
from loyalty.automations.models import Automation
from loyalty.campaigns import rules
from loyalty.campaigns.rules import House
from loyalty.core.db import Database
from loyalty.worker.portions import in_portions
from loyalty.worker.registry import Beat

TEND = "automations.tend"
LOOK = 500


def tend(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # time says it all
    """See to every automation of every shop that is on or ending."""
    with database.read() as session:
        rows = upkeep.under_way(session)
    for row in rows:
        with database.read() as session:
            house = rules.house(session, merchant_id=row.merchant_id)
        with database.write() as session:
            advancing.leave(session, house=house, kind=row.kind, at=at)
        _renew(database, row, house, at)
        if row.state == switching.ON and upkeep.is_to_look(row, house, at):
            _enter(database, row, house, at, beat)
        _advance(database, row, house, at, beat)
        with database.write() as session:
            upkeep.close(session, row=row, at=at)
        beat()


def _renew(database: Database, row: Automation, house: House, at: datetime) -> None:
    """Print the letters again where they or what stands around them have changed."""
    with database.read() as session:
        if not upkeep.is_stale(session, row=row, house=house):
            return
        prepared = switching.prepare(session, merchant_id=row.merchant_id, kind=row.kind)
    with database.write() as session:
        upkeep.renew(session, row=row, prepared=prepared, at=at)


def _enter(database: Database, row: Automation, house: House, at: datetime, beat: Beat) -> None:
    """Let everybody begin whom it fits; a look that is broken off is begun again."""
    mark: UUID | None = None
    while True:
        with database.read() as session:
            if editions.halted(session, merchant_id=row.merchant_id, kind=row.kind):
                return
            found = entering.look(session, row=row, house=house, at=at, after=mark)
        with database.write() as session:
            entering.write(session, row=row, people=found.ready, at=at)
        beat()
        if found.next is None:
            break
        mark = found.next
    with database.write() as session:
        upkeep.looked(session, row=row, house=house, at=at)


def _advance(database: Database, row: Automation, house: House, at: datetime, beat: Beat) -> None:
    """Take everybody who is due a step further, at most one step each time round.

    Only while letters may leave, so that none waits over a night in which somebody comes back.
    """
    if house.next_open(at) != at:
        return
    with database.read() as session:
        if editions.halted(session, merchant_id=row.merchant_id, kind=row.kind):
            return
        run_ids = advancing.due(
            session, merchant_id=row.merchant_id, kind=row.kind, at=at, limit=10 * LOOK
        )
        if not run_ids:
            return
        yardstick = facts.measure(session, house=house, at=at)
    left = iter(run_ids)

    def some(session: Any, size: int) -> int:
        ids = [one for _, one in zip(range(size), left, strict=False)]
        if ids:
            advancing.advance(
                session, row=row, house=house, run_ids=ids, yardstick=yardstick, at=at
            )
        return len(ids)

    in_portions(database, some, after=beat)
