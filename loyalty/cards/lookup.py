"""Finding cards by whatever names them, with everything that an operation needs to know."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards.models import Card, CardToken
from loyalty.cards.tokens import Scan
from loyalty.core.db import Id, table
from loyalty.core.errors import Busy, CardBlocked, ProgramPaused, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.customers import merging
from loyalty.customers.models import Customer
from loyalty.merchants.models import Merchant
from loyalty.programs.models import Program

_MERGES_MAX = 20  # a person who was merged that often in a row is a mistake


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Everything about a card that an operation at the counter needs, read in one statement."""

    merchant_id: UUID
    card_id: UUID
    customer_id: UUID
    customer_name: str | None
    customer_email: str | None
    program_id: UUID
    program_name: str
    program_status: str
    current_version: int | None
    blocked_at: datetime | None
    currency: str
    timezone: str
    token: str | None
    code: str | None
    revoked_at: datetime | None
    customer_birthday: str | None = None  # MM-DD
    # The card whose code was read, where that one had been merged into this.
    scanned_card_id: UUID | None = None

    @property
    def ref(self) -> str:
        """The card's public ref."""
        return ref("crd", self.card_id)

    def demand_open(self) -> None:
        """Raise CardBlocked if the card, or the code by which it was named, is blocked."""
        since = self.blocked_at or self.revoked_at
        if since is not None:
            raise CardBlocked(since=since.isoformat())

    def demand_running(self) -> int:
        """The version in force. Raises ProgramPaused."""
        if self.program_status != "published" or self.current_version is None:
            raise ProgramPaused
        return self.current_version


_CARD, _TOKEN, _CUSTOMER = table(Card), table(CardToken), table(Customer)
_PROGRAM, _MERCHANT = table(Program), table(Merchant)
_FACTS = (
    sa.select(
        _CARD.c.merchant_id,
        _CARD.c.id.label("card_id"),
        _CARD.c.customer_id,
        _CUSTOMER.c.name.label("customer_name"),
        _CUSTOMER.c.email.label("customer_email"),
        _CARD.c.program_id,
        _PROGRAM.c.name.label("program_name"),
        _PROGRAM.c.status.label("program_status"),
        _PROGRAM.c.current_version,
        _CARD.c.blocked_at,
        _MERCHANT.c.currency,
        _MERCHANT.c.timezone,
        _TOKEN.c.token,
        _TOKEN.c.code,
        _TOKEN.c.revoked_at,
        _CUSTOMER.c.birthday.label("customer_birthday"),
        _CUSTOMER.c.merged_into_id.label("survivor_id"),
        _CARD.c.merged_into_id.label("keeper_id"),
    )
    .join(
        _TOKEN,
        sa.and_(_TOKEN.c.merchant_id == _CARD.c.merchant_id, _TOKEN.c.card_id == _CARD.c.id),
    )
    # Outer, though all are there: to join them inside lets PostgreSQL, while it knows nothing of a
    # new shop's tables, begin with all customers of the shop.
    .outerjoin(
        _CUSTOMER,
        sa.and_(
            _CUSTOMER.c.merchant_id == _CARD.c.merchant_id, _CUSTOMER.c.id == _CARD.c.customer_id
        ),
    )
    .outerjoin(
        _PROGRAM,
        sa.and_(_PROGRAM.c.merchant_id == _CARD.c.merchant_id, _PROGRAM.c.id == _CARD.c.program_id),
    )
    .outerjoin(_MERCHANT, _MERCHANT.c.id == _CARD.c.merchant_id)
    .where(_CARD.c.merchant_id == sa.bindparam("merchant_id"))
)
_BY = {
    "token": _FACTS.where(_TOKEN.c.token == sa.bindparam("value")),
    "code": _FACTS.where(_TOKEN.c.code == sa.bindparam("value")),
    "ref": _FACTS.where(_CARD.c.id == sa.bindparam("value"), _TOKEN.c.revoked_at.is_(None)),
}
_NAMED = sa.select(_CARD.c.id, _CARD.c.merged_into_id, _CARD.c.blocked_at).where(
    _CARD.c.merchant_id == sa.bindparam("merchant_id"),
    _CARD.c.id.in_(sa.bindparam("card_ids", expanding=True)),
)

_HELD = (
    sa.text(
        """
    WITH RECURSIVE held (card_id, customer_id) AS (
        SELECT id, customer_id FROM card WHERE merchant_id = :merchant_id AND id IN :card_ids
        UNION ALL
        SELECT h.card_id, c.merged_into_id FROM held h
        JOIN customer c ON c.merchant_id = :merchant_id AND c.id = h.customer_id
        WHERE c.merged_into_id IS NOT NULL)
    SELECT h.card_id, h.customer_id FROM held h
    JOIN customer c ON c.merchant_id = :merchant_id AND c.id = h.customer_id
    WHERE c.merged_into_id IS NULL"""
    )
    .bindparams(
        sa.bindparam("merchant_id", type_=Id),
        sa.bindparam("card_ids", type_=Id, expanding=True),
    )
    .columns(card_id=Id, customer_id=Id)
)


_CUSTOMERS: Any = sa.bindparam("customer_ids", expanding=True)
_CARDS_OF = sa.select(_CARD.c.customer_id, _CARD.c.id).where(
    _CARD.c.merchant_id == sa.bindparam("merchant_id"),
    _CARD.c.customer_id.in_(_CUSTOMERS),
    _CARD.c.merged_into_id.is_(None),
)
_MERGED_INTO = sa.select(_CUSTOMER.c.id, _CUSTOMER.c.merged_into_id).where(
    _CUSTOMER.c.merchant_id == sa.bindparam("merchant_id"),
    _CUSTOMER.c.merged_into_id.in_(_CUSTOMERS),
)


def by_scan(session: Session, *, merchant_id: UUID, scan: Scan) -> CardFacts:
    """The merchant's card that a scan names, blocked or not. Raises Unknown("card").

    The codes of a card that was merged lead to the one that holds its units; if it had been
    blocked, they stay blocked.
    """
    if scan.kind != "ref":
        return _facts(session, merchant_id, scan.kind, scan.value)
    facts = find(session, merchant_id=merchant_id, card_ref=scan.value)
    if facts.scanned_card_id is None:
        return facts
    shut_at = _named(session, merchant_id, facts.scanned_card_id).blocked_at
    return replace(facts, blocked_at=shut_at or facts.blocked_at)


def find(session: Session, *, merchant_id: UUID, card_ref: str) -> CardFacts:
    """The merchant's card of that ref with its living codes. Raises Unknown("card").

    A card that was merged is the one that holds its units.
    """
    card_id = parse_ref("crd", card_ref)
    if card_id is None:
        raise Unknown("card")
    return by_id(session, merchant_id=merchant_id, card_id=card_id)


def by_id(session: Session, *, merchant_id: UUID, card_id: UUID) -> CardFacts:
    """The same by the card's id; `scanned_card_id` says so where it was merged."""
    named = _named(session, merchant_id, card_id)
    if named.merged_into_id is None:
        return _facts(session, merchant_id, "ref", card_id)
    kept = _facts(session, merchant_id, "ref", named.merged_into_id)
    return replace(kept, scanned_card_id=card_id)


def _named(session: Session, merchant_id: UUID, card_id: UUID) -> sa.Row[*tuple[Any, ...]]:
    """A card by its id, whether or not a code of it still lives. Raises Unknown("card")."""
    found = session.execute(_NAMED, {"merchant_id": merchant_id, "card_ids": [card_id]}).first()
    if found is None:
        raise Unknown("card")
    return found


def stay_put(session: Session, merchant_id: UUID, card_id: UUID, named_id: UUID | None) -> None:
    """Raise Busy unless a card whose accounts are locked by now still stands for itself.

    `named_id` is the card merged into it by which it was found, if any. A merge or a parting may
    have come between; with the same key it is safe to ask again.
    """
    if session.get_bind().dialect.name != "postgresql":
        return  # one writer at a time: nothing comes between
    wanted = {"merchant_id": merchant_id, "card_ids": [card_id, named_id or card_id]}
    leads = {row.id: row.merged_into_id for row in session.execute(_NAMED, wanted)}
    if leads[card_id] is not None or (named_id is not None and leads[named_id] != card_id):
        raise Busy


def stay_whole(session: Session, *, merchant_id: UUID, card_ids: Sequence[UUID]) -> None:
    """The same for many cards that were found by themselves."""
    wanted = {"merchant_id": merchant_id, "card_ids": card_ids}
    if any(row.merged_into_id is not None for row in session.execute(_NAMED, wanted)):
        raise Busy


def _facts(session: Session, merchant_id: UUID, kind: str, value: UUID | str | None) -> CardFacts:
    row = _row(session, merchant_id, kind, value)
    survivor_id, keeper_id = row.pop("survivor_id"), row.pop("keeper_id")
    if keeper_id is not None:
        kept = _facts(session, merchant_id, "ref", keeper_id)
        shut_at = row["blocked_at"] or row["revoked_at"] or kept.blocked_at
        return replace(kept, scanned_card_id=row["card_id"], blocked_at=shut_at)
    if survivor_id is not None:
        row.update(_holder(session, merchant_id, survivor_id))
    return CardFacts(**row)


def _row(
    session: Session, merchant_id: UUID, kind: str, value: UUID | str | None
) -> dict[str, Any]:
    found = session.execute(_BY[kind], {"merchant_id": merchant_id, "value": value}).first()
    if found is None:
        raise Unknown("card")
    return dict(found._mapping)  # noqa: SLF001  # SQLAlchemy's public name


def _holder(session: Session, merchant_id: UUID, customer_id: UUID) -> dict[str, Any]:
    """Whoever holds the cards of a customer that was merged."""
    person = session.get_one(
        Customer,
        (merchant_id, merging.resolve(session, merchant_id=merchant_id, customer_id=customer_id)),
    )
    return {
        "customer_id": person.id,
        "customer_name": person.name,
        "customer_email": person.email,
        "customer_birthday": person.birthday,
    }


def holders_of(
    session: Session, *, merchant_id: UUID, card_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """Whose each of these cards is by now: the person, whoever had to be merged for that."""
    asked = {"merchant_id": merchant_id, "card_ids": list(card_ids)}
    return {row.card_id: row.customer_id for row in session.execute(_HELD, asked)}


def cards_of(
    session: Session, *, merchant_id: UUID, customer_ids: Sequence[UUID]
) -> dict[UUID, list[UUID]]:
    """The cards of some customers, oldest first; those of people merged into them are theirs."""
    holders = _holders(session, merchant_id, customer_ids)
    asked = {"merchant_id": merchant_id, "customer_ids": list(holders)}
    rows = session.execute(_CARDS_OF, asked).all()
    found: dict[UUID, list[UUID]] = {}
    # Sorted here: for an order by the key SQLite would walk through all cards of the shop.
    for customer_id, card_id in sorted(rows, key=lambda row: row.id):
        found.setdefault(holders[customer_id], []).append(card_id)
    return found


def _holders(session: Session, merchant_id: UUID, customer_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """These customers and everybody merged into them, each with the one of these it is now."""
    found = {customer_id: customer_id for customer_id in customer_ids}
    newest = list(found)
    for _ in range(_MERGES_MAX):
        asked = {"merchant_id": merchant_id, "customer_ids": newest}
        rows = session.execute(_MERGED_INTO, asked).all()
        if not rows:
            break
        newest = [row.id for row in rows]
        found.update({row.id: found[row.merged_into_id] for row in rows})
    return found
