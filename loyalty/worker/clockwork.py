"""What time brings, as jobs: units expire, waits end, levels are reviewed, new rules take hold.

Each may be started any number of times: it looks what is due and finds done what is done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.calendar import local_day
from loyalty.core.db import Database
from loyalty.core.ids import parse_ref
from loyalty.counter import chores, due
from loyalty.counter.due import Found, Mark, Shop
from loyalty.worker.portions import Pace, Work, in_portions
from loyalty.worker.registry import Beat

LOOK = 1_000  # cards or lots read at a time, without a lock


@dataclass(frozen=True, slots=True)
class Chore:
    """Which cards to look for, from a mark on, and what to do about some of them, at a moment."""

    look: Callable[[Session, Shop, Mark], Found]
    do: Callable[[Session, Shop, list[UUID]], int]
    at: datetime
    beat: Beat


def expire(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # time says it all
    """Write off what is over, of every shop."""

    def look(session: Session, shop: Shop, after: Mark) -> Found:
        return due.over(session, shop=shop, at=at, after=after, limit=LOOK)

    _everywhere(database, Chore(look, _catching_up(at), at, beat))


def activate(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # time says it all
    """Write down whose waiting is over: units that can be used, pledges that can be paid."""

    def look(session: Session, shop: Shop, after: Mark) -> Found:
        return due.ready(session, shop=shop, at=at, after=after, limit=LOOK)

    _everywhere(database, Chore(look, _catching_up(at), at, beat))


def review(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # time says it all
    """Make the reviews of levels that are due, and warn of those that are near."""

    def now(session: Session, shop: Shop, after: Mark) -> Found:
        by = local_day(at, shop.timezone)
        return due.reviews(session, shop=shop, by=by, after=after, limit=LOOK)

    def near(session: Session, shop: Shop, after: Mark) -> Found:
        by = chores.notice_until(local_day(at, shop.timezone))
        return due.reviews(session, shop=shop, by=by, after=after, limit=LOOK, untold=True)

    def warn(session: Session, shop: Shop, card_ids: list[UUID]) -> int:
        return chores.notify(session, shop=shop, card_ids=card_ids, at=at)

    _everywhere(database, Chore(now, _catching_up(at), at, beat))
    _everywhere(database, Chore(near, warn, at, beat))


def adopt(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:
    """After a version was published: every card stands under its levels, up at once."""
    facts = payload["facts"]

    def do(session: Session, shop: Shop, card_ids: list[UUID]) -> int:
        before = facts["before"]
        return chores.adopt(session, shop=shop, card_ids=card_ids, before=before, at=at)

    shop = _shop(database, payload["merchant_id"], facts["program"])
    if shop is not None:
        _through(database, shop, Chore(_every_card, do, at, beat))


def lengthen(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:
    """The shop's choice: units earned before last as long as new ones, where that is longer."""

    def do(session: Session, shop: Shop, card_ids: list[UUID]) -> int:
        return chores.lengthen(session, shop=shop, card_ids=card_ids, at=at)

    shop = _shop(database, payload["merchant_id"], payload["facts"]["program"])
    if shop is not None:
        _through(database, shop, Chore(_every_card, do, at, beat))


def _catching_up(at: datetime) -> Callable[[Session, Shop, list[UUID]], int]:
    return lambda session, shop, ids: chores.catch_up(session, shop=shop, card_ids=ids, at=at)


def _every_card(session: Session, shop: Shop, after: Mark) -> Found:
    return due.cards(session, shop=shop, after=after, limit=LOOK)


def _shop(database: Database, merchant_id: str, program: str) -> Shop | None:
    program_id = parse_ref("prg", program)
    assert program_id is not None, "an event names a program of ours"
    with database.read() as session:
        return due.shop_of(session, merchant_id=UUID(merchant_id), program_id=program_id)


def _everywhere(database: Database, chore: Chore) -> None:
    with database.read() as session:
        shops = due.shops(session)
    for shop in shops:
        _through(database, shop, chore)


def _through(database: Database, shop: Shop, chore: Chore) -> None:
    """Look without a lock, see to what was found in short writes, and look on from there."""
    mark, pace = None, Pace()
    while True:
        with database.read() as session:
            found = chore.look(session, shop, mark)
            sizes = due.sizes(session, shop=shop, card_ids=found.card_ids, at=chore.at)
        if sizes:
            in_portions(database, _portion(shop, sizes, chore), after=chore.beat, pace=pace)
        chore.beat()
        if found.mark is None:
            return
        mark = found.mark


def _portion(shop: Shop, sizes: Mapping[UUID, int], chore: Chore) -> Work:
    """The cards in their order, as many as there is time for: a card may be much to do."""
    left = iter(sizes.items())

    def work(session: Session, much: int) -> int:
        card_ids, done = [], 0
        while done < much and (card := next(left, None)) is not None:
            card_ids.append(card[0])
            done += card[1]
        if card_ids:
            chore.do(session, shop, card_ids)
        return done

    return work
