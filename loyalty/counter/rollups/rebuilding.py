"""Making the roll-ups anew from the visits, in short writes, beside tills at work.

Looking locks nobody; only what differs is written. So where all is right nothing is.
"""

from collections.abc import Callable, Iterable, Iterator
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.db import Database
from loyalty.counter.rollups import checking, upkeep
from loyalty.counter.rollups.checking import Difference, Span
from loyalty.counter.rollups.figures import DAYS, asked, days_differing

MENDED_AT_ONCE = 20  # members; each is read with all their visits
_LACKING = """
INSERT INTO shop_day (merchant_id, local_on, location_id, slot, visits, spend_minor)
SELECT merchant_id, local_on, location_id, 0, visits - kept_visits, spend_minor - kept_spend
FROM ({}) AS lacking WHERE true {}"""


def rebuild(
    database: Database,
    *,
    merchant_id: UUID,
    progress: Callable[[int], None] = lambda _customers: None,
) -> Iterator[Difference]:
    """Put right what differs; each difference as it was found. To be run to its end.

    `progress` hears how many customers have been looked at. Raises Busy when a turn does not come.
    """
    done = 0
    with database.read() as session:
        pages = list(checking.people(session, merchant_id=merchant_id))
        spans = list(checking.spans(session, merchant_id=merchant_id))
    for ids in pages:
        with database.read() as session:
            found = checking.of_people(session, merchant_id=merchant_id, customer_ids=ids)
        _mend_people(database, merchant_id, found)
        yield from found
        done += len(ids)
        progress(done)
    for span in spans:
        with database.read() as session:
            found = checking.of_days(session, span)
        for day in sorted({each.key[0] for each in found}):
            with database.write() as session:
                mend_days(session, Span(merchant_id, day, day))
        yield from found


def _mend_people(database: Database, merchant_id: UUID, found: Iterable[Difference]) -> None:
    """Add up afresh of whom something differs."""
    ids = sorted({each.whose for each in found if each.whose is not None})
    for start in range(0, len(ids), MENDED_AT_ONCE):
        some = ids[start : start + MENDED_AT_ONCE]
        with database.write() as session:
            upkeep.restate(session, merchant_id=merchant_id, customer_ids=some)


def mend_days(session: Session, span: Span) -> None:
    """Add to these days whatever they lack by now."""
    lacking = days_differing(session.get_bind().dialect.name)
    session.execute(asked(_LACKING.format(lacking, DAYS.adding)), span.asked())
