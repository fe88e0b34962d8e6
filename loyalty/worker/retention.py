"""`data.retention`: every night, what a shop's clocks say has been kept long enough is cleared."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.db import Database
from loyalty.counter import detail
from loyalty.merchants import clocks, sessions
from loyalty.merchants.clocks import AGREED, DETAIL, PROOF, STAFF_LOG
from loyalty.merchants.sessions import HOURS_MAX_BY_PIN
from loyalty.persons import retention
from loyalty.worker.portions import Pace, Work, in_portions
from loyalty.worker.registry import Beat

ATTEMPT_DAYS = 30
_LOOK = 1_000
Clear = Callable[[Database, UUID, date, Beat], int]


def run(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # time says it all
    """Clear what is too old in every shop, and what the house itself keeps of sign-ins."""
    with database.read() as session:
        shops = retention.shops(session)
    for merchant_id, timezone in shops:
        cleared = _of_shop(database, merchant_id, timezone, at, beat)
        with database.write() as session:
            clocks.note_run(session, merchant_id=merchant_id, cleared=cleared, at=at)
        beat()
    before = at - timedelta(days=ATTEMPT_DAYS)
    in_portions(
        database,
        lambda session, size: retention.forget_attempts(session, before=before, limit=size),
        after=beat,
    )
    over = at - timedelta(hours=HOURS_MAX_BY_PIN)
    in_portions(
        database,
        lambda session, size: sessions.forget_old(session, before=over, limit=size),
        after=beat,
    )
    database.forget_overwritten()


def _of_shop(
    database: Database, merchant_id: UUID, timezone: str, at: datetime, beat: Beat
) -> dict[str, int]:
    with database.read() as session:
        found = clocks.of(session, merchant_id=merchant_id)
    return {
        kind: clear(
            database, merchant_id, retention.first_kept(at, timezone, found[kind].months), beat
        )
        for kind, clear in _CLOCKS.items()
        if found[kind].is_on
    }


def _detail(database: Database, merchant_id: UUID, before: date, beat: Beat) -> int:
    """What was sold to those who have not agreed that it is kept for longer."""
    return _lines(database, merchant_id, before, beat, detail.of_who_allows_less)


def _agreed_detail(database: Database, merchant_id: UUID, before: date, beat: Beat) -> int:
    """What was sold to anybody."""
    return _lines(database, merchant_id, before, beat, _everybody)


def _everybody(_: Session, *, merchant_id: UUID, card_ids: list[UUID]) -> list[UUID]:  # noqa: ARG001  # called as its sister is
    return card_ids


def _lines(
    database: Database,
    merchant_id: UUID,
    before: date,
    beat: Beat,
    whose: Callable[..., list[UUID]],
) -> int:
    """Look from a mark on, so that it ends whatever becomes of what was found."""
    mark, lines, pace = None, 0, Pace()
    while True:
        with database.read() as session:
            found = detail.look(
                session, merchant_id=merchant_id, before=before, after=mark, limit=_LOOK
            )
            cards = whose(session, merchant_id=merchant_id, card_ids=found.card_ids)
        work = _clearing(merchant_id, cards, before)
        lines += in_portions(database, work, after=beat, pace=pace)
        if found.mark is None:
            return lines
        mark = found.mark


def _clearing(merchant_id: UUID, cards: Sequence[UUID], before: date) -> Work:
    """Card by card, as many as there is time for: one may have much that is old."""
    left = iter(cards)

    def work(session: Session, much: int) -> int:
        lines = 0
        while lines < much and (card_id := next(left, None)) is not None:
            lines += detail.clear(
                session, merchant_id=merchant_id, card_ids=[card_id], before=before
            )
        return lines

    return work


def _staff_log(database: Database, merchant_id: UUID, before: date, beat: Beat) -> int:
    gone = 0
    while True:
        with database.read() as session:
            ids = retention.old_acts(session, merchant_id=merchant_id, before=before, limit=_LOOK)
        if not ids:
            return gone
        gone += in_portions(database, _taking(merchant_id, ids), after=beat)


def _taking(merchant_id: UUID, ids: Sequence[UUID]) -> Work:
    left = iter(ids)

    def work(session: Session, size: int) -> int:
        portion = list(islice(left, size))
        if portion:
            retention.forget_acts(session, merchant_id=merchant_id, ids=portion)
        return len(portion)

    return work


def _proofs(database: Database, merchant_id: UUID, before: date, beat: Beat) -> int:  # noqa: ARG001  # few, at once
    with database.write() as session:
        return retention.forget_proofs(session, merchant_id=merchant_id, before=before)


_CLOCKS: dict[str, Clear] = {
    DETAIL: _detail,
    AGREED: _agreed_detail,
    STAFF_LOG: _staff_log,
    PROOF: _proofs,
}
