"""What time brings, as jobs: units expire, waits end, levels are reviewed, new rules take hold.

Each may be started any number of times: it looks what is due and finds done what is done.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.calendar import local_day
from loyalty.core.db import Database
from loyalty.core.ids import parse_ref
from loyalty.counter import chores, due
from loyalty.counter.due import Found, Shop
from loyalty.worker.portions import Work, in_portions
from loyalty.worker.registry import Beat

LOOK = 1_000  # cards or lots read at a time, without a lock
Look = Callable[[Session, Shop, tuple[Any, UUID] | None], Found]
Do = Callable[[Session, Shop, list[UUID]], int]


def expire(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # time says it all
    """Write off what is over, of every shop."""
    _everywhere(
        database,
        lambda session, shop, after: due.over(session, shop=shop, at=at, after=after, limit=LOOK),
        lambda session, shop, ids: chores.catch_up(session, shop=shop, card_ids=ids, at=at),
        beat,
    )


def activate(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # time says it all
    """Write down whose waiting is over: units that can be used, pledges that can be paid."""
    _everywhere(
        database,
        lambda session, shop, after: due.ready(session, shop=shop, at=at, after=after, limit=LOOK),
        lambda session, shop, ids: chores.catch_up(session, shop=shop, card_ids=ids, at=at),
        beat,
    )


def review(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:  # noqa: ARG001  # time says it all
    """Make the reviews of levels that are due, and warn of those that are near."""

    def near(session: Session, shop: Shop, after: tuple[Any, UUID] | None) -> Found:
        by = chores.notice_until(local_day(at, shop.timezone))
        return due.reviews(session, shop=shop, by=by, after=after, limit=LOOK)

    def now(session: Session, shop: Shop, after: tuple[Any, UUID] | None) -> Found:
        by = local_day(at, shop.timezone)
        return due.reviews(session, shop=shop, by=by, after=after, limit=LOOK)

    _everywhere(
        database,
        now,
        lambda session, shop, ids: chores.catch_up(session, shop=shop, card_ids=ids, at=at),
        beat,
    )
    _everywhere(
        database,
        near,
        lambda session, shop, ids: chores.notify(session, shop=shop, card_ids=ids, at=at),
        beat,
    )


def adopt(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:
    """After a version was published: every card stands under its levels, up at once."""
    facts = payload["facts"]
    shop = _shop(database, payload["merchant_id"], facts["program"])
    if shop is not None:
        _through(
            database,
            shop,
            lambda session, shop, after: due.cards(session, shop=shop, after=after, limit=LOOK),
            lambda session, shop, ids: chores.adopt(
                session, shop=shop, card_ids=ids, before=facts["before"], at=at
            ),
            beat,
        )


def lengthen(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:
    """The shop's choice: units earned before last as long as new ones, where that is longer."""
    shop = _shop(database, payload["merchant_id"], payload["facts"]["program"])
    if shop is not None:
        _through(
            database,
            shop,
            lambda session, shop, after: due.cards(session, shop=shop, after=after, limit=LOOK),
            lambda session, shop, ids: chores.lengthen(session, shop=shop, card_ids=ids, at=at),
            beat,
        )


def _shop(database: Database, merchant_id: str, program: str) -> Shop | None:
    program_id = parse_ref("prg", program)
    assert program_id is not None, "an event names a program of ours"
    with database.read() as session:
        return due.shop_of(session, merchant_id=UUID(merchant_id), program_id=program_id)


def _everywhere(database: Database, look: Look, do: Do, beat: Beat) -> None:
    with database.read() as session:
        shops = due.shops(session)
    for shop in shops:
        _through(database, shop, look, do, beat)


def _through(database: Database, shop: Shop, look: Look, do: Do, beat: Beat) -> None:
    """Look without a lock, see to what was found in short writes, and look on from there."""
    mark: tuple[Any, UUID] | None = None
    while True:
        with database.read() as session:
            found = look(session, shop, mark)
        in_portions(database, _portion(shop, iter(found.card_ids), do), after=beat)
        if found.mark is None:
            return
        mark = found.mark


def _portion(shop: Shop, left: Iterator[UUID], do: Do) -> Work:
    def work(session: Session, size: int) -> int:
        card_ids = list(islice(left, size))
        if card_ids:
            do(session, shop, card_ids)
        return len(card_ids)

    return work
