"""The cards of a program in portions that fit into memory; what belongs together stays together."""

from collections.abc import Iterator
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card
from loyalty.core.ids import parse_ref
from loyalty.counter.models import VisitMove
from loyalty.ledger.models import Operation
from loyalty.replay.log import Shop

OPERATIONS_MAX = 2_000  # in a portion, unless cards that are bound together have more
CARDS_MAX = 500
Group = tuple[UUID, ...]


def bound(session: Session, *, merchant_id: UUID) -> dict[UUID, Group]:
    """Cards that visits were moved between, or that were merged: each with all of its group."""
    moved = session.execute(
        sa.select(VisitMove.from_id, VisitMove.to_id).where(VisitMove.merchant_id == merchant_id)
    )
    pairs = [(row.from_id, row.to_id) for row in moved]
    merged = session.execute(
        sa.select(Operation.card_id, Operation.answer).where(
            Operation.merchant_id == merchant_id, Operation.kind == "merge"
        )
    )
    for row in merged:
        absorbed = parse_ref("crd", str((row.answer or {}).get("card")))
        pairs += [(absorbed, row.card_id)] if absorbed else []
    groups: dict[UUID, list[UUID]] = {}
    for one, other in pairs:
        mine, theirs = groups.setdefault(one, [one]), groups.setdefault(other, [other])
        if mine is not theirs:
            mine += theirs
            groups.update(dict.fromkeys(theirs, mine))
    return {card_id: tuple(sorted(group)) for card_id, group in groups.items()}


def portions(session: Session, *, shop: Shop, together: dict[UUID, Group]) -> Iterator[list[Group]]:
    """Every card of the program once, by groups, some groups at a time."""
    portion: list[Group] = []
    load = 0
    for group, operations in _groups(session, shop, together):
        portion.append(group)
        load += operations + OPERATIONS_MAX // CARDS_MAX
        if load >= OPERATIONS_MAX:
            yield portion
            portion, load = [], 0
    if portion:
        yield portion


def _groups(
    session: Session, shop: Shop, together: dict[UUID, Group]
) -> Iterator[tuple[Group, int]]:
    """Each group with how many operations it has."""
    after: UUID | None = None
    while page := _page(session, shop, after):
        after = page[-1]
        groups = [together.get(card_id, (card_id,)) for card_id in page]
        first = [group for card_id, group in zip(page, groups, strict=True) if group[0] == card_id]
        counts = _counts(session, shop, [card_id for group in first for card_id in group])
        for group in first:
            yield group, sum(counts.get(card_id, 0) for card_id in group)


def _page(session: Session, shop: Shop, after: UUID | None) -> list[UUID]:
    query = sa.select(Card.id).where(
        Card.merchant_id == shop.merchant_id, Card.program_id == shop.program_id
    )
    if after is not None:
        query = query.where(Card.id > after)
    return list(session.execute(query.order_by(Card.id).limit(CARDS_MAX)).scalars())


def _counts(session: Session, shop: Shop, card_ids: list[UUID]) -> dict[UUID, int]:
    rows = session.execute(
        sa.select(Operation.card_id, sa.func.count().label("operations"))
        .where(Operation.merchant_id == shop.merchant_id, Operation.card_id.in_(card_ids))
        .group_by(Operation.card_id)
    )
    return {row.card_id: row.operations for row in rows}
