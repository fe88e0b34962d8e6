"""Everything that happened with one person, in one line of time: which, and in what order.

Each kind of thing is asked for its latest by itself; of a long past only an index is read.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.campaigns.models import Message
from loyalty.cards.models import Card
from loyalty.core.ids import ref
from loyalty.core.mail import Mail
from loyalty.customers import living
from loyalty.customers.models import ConsentEvent, Customer, CustomerMerge
from loyalty.customers.record_models import CustomerNote
from loyalty.feedback.models import Remark
from loyalty.ledger.models import Operation
from loyalty.merchants.models import StaffAct

# What people choose from; each with what belongs to it.
VISITS = ("visit", "refund", "void", "move", "return", "restore", "addition")
REWARDS = ("redemption", "fulfilment", "cancel")
KINDS = ("visits", "rewards", "units", "mails", "remarks", "consents", "notes", "staff")
# Said better elsewhere: by the merge itself, by the note, by the remark.
_SAID_ELSEWHERE = ("customer.merge", "customer.unmerge", "note.write", "remark.write")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_KEY_LETTERS_MAX = 80


@dataclass(frozen=True, slots=True)
class Whose:
    """A person under every id by which the shop knows them, and all their cards."""

    merchant_id: UUID
    customer_ids: tuple[UUID, ...]
    card_ids: tuple[UUID, ...]

    @property
    def refs(self) -> list[str]:
        """What the staff log calls them and their cards."""
        people = [ref("cus", each) for each in self.customer_ids]
        return [*people, *(ref("crd", each) for each in self.card_ids)]


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """One thing that happened, to be told by `source`: which table, and for which reason."""

    at: datetime
    id: UUID
    source: str

    @property
    def key(self) -> str:
        """Where the line goes on after it; says nothing about anybody."""
        return f"{(self.at - _EPOCH) // _MICROSECOND:x}-{self.id.hex}-{self.source}"


def read_key(text: str) -> Moment | None:
    """The place that a key names, or None if it is none."""
    micro, _, rest = text[:_KEY_LETTERS_MAX].partition("-")
    letters, _, source = rest.partition("-")
    try:
        return Moment(_EPOCH + int(micro, 16) * _MICROSECOND, UUID(hex=letters), source)
    except (ValueError, OverflowError):
        return None


def whose(session: Session, *, merchant_id: UUID, customer_id: UUID) -> Whose:
    """A living customer with everybody who turned out to be them."""
    people = (
        customer_id,
        *living.gathered(session, merchant_id=merchant_id, customer_id=customer_id),
    )
    cards = session.execute(
        sa.select(Card.id).where(Card.merchant_id == merchant_id, Card.customer_id.in_(people))
    ).scalars()
    return Whose(merchant_id, people, tuple(sorted(cards)))


def page(
    session: Session,
    *,
    whose: Whose,
    kind: str | None = None,
    before: Moment | None = None,
    limit: int = 30,
) -> list[Moment]:
    """What happened, the latest first, before a place; of one kind, or all of it."""
    found: list[Moment] = []
    for name, source in _sources(whose, kind):
        found += _latest(session, name, source, before, limit)
    return sorted(found, reverse=True)[:limit]


@dataclass(frozen=True, slots=True)
class _Source:
    """Rows of one table that tell one kind of thing: when each was, and which are theirs."""

    at: Any
    id: Any
    where: tuple[Any, ...]


def _latest(
    session: Session, name: str, source: _Source, before: Moment | None, limit: int
) -> Iterator[Moment]:
    mine = sa.select(source.at.label("at"), source.id.label("id")).where(*source.where)
    # Read first and ordered then: else a planner may walk through the whole shop's time.
    theirs = mine.where(source.at.is_not(None)).cte("theirs").prefix_with("MATERIALIZED").c
    query = sa.select(theirs.at, theirs.id)
    if before is not None:
        # Two things about one row may have happened at once: the name decides between them.
        same = sa.and_(theirs.at == before.at, theirs.id <= before.id)
        query = query.where(sa.or_(theirs.at < before.at, same))
    rows = session.execute(query.order_by(theirs.at.desc(), theirs.id.desc()).limit(limit + 1))
    found = (Moment(at, key, name) for at, key in rows)
    return (moment for moment in found if before is None or moment < before)


def _sources(whose: Whose, kind: str | None) -> Iterator[tuple[str, _Source]]:
    for name, of_kind, make in _SOURCES:
        is_part = name == "operation" and bool(of_kind)  # all operations are asked for at once
        if of_kind == kind or (kind is None and not is_part):
            yield name, make(whose)


def _mine(column: Any, of: Whose, ids: Collection[Any]) -> tuple[Any, ...]:
    return (column.class_.merchant_id == of.merchant_id, column.in_(ids))


def _operations(*conditions: Any) -> Callable[[Whose], _Source]:
    return lambda of: _Source(
        Operation.occurred_at,
        Operation.id,
        (*_mine(Operation.card_id, of, of.card_ids), *conditions),
    )


def _mails(of: Whose) -> _Source:
    return _Source(Mail.created_at, Mail.id, _mine(Mail.customer_id, of, of.customer_ids))


def _letters(of: Whose) -> _Source:
    """Letters of campaigns that have left, at the moment at which they did."""
    return _Source(Message.sent_at, Message.id, _mine(Message.customer_id, of, of.customer_ids))


def _remarks(of: Whose) -> _Source:
    return _Source(Remark.written_at, Remark.id, _mine(Remark.customer_id, of, of.customer_ids))


def _consents(of: Whose) -> _Source:
    return _Source(
        ConsentEvent.at, ConsentEvent.id, _mine(ConsentEvent.customer_id, of, of.customer_ids)
    )


def _notes(of: Whose) -> _Source:
    mine = _mine(CustomerNote.customer_id, of, of.customer_ids)
    return _Source(
        CustomerNote.written_at, CustomerNote.id, (*mine, CustomerNote.words.is_not(None))
    )


def _acts(of: Whose) -> _Source:
    mine = _mine(StaffAct.target, of, of.refs)
    return _Source(StaffAct.at, StaffAct.id, (*mine, StaffAct.act.not_in(_SAID_ELSEWHERE)))


def _merges(at: Any) -> Callable[[Whose], _Source]:
    return lambda of: _Source(
        at,
        CustomerMerge.id,
        (
            CustomerMerge.merchant_id == of.merchant_id,
            sa.or_(
                CustomerMerge.loser_id.in_(of.customer_ids),
                CustomerMerge.survivor_id.in_(of.customer_ids),
            ),
        ),
    )


def _joined(of: Whose) -> _Source:
    return _Source(Customer.created_at, Customer.id, _mine(Customer.id, of, of.customer_ids))


_SOURCES: tuple[tuple[str, str, Callable[[Whose], _Source]], ...] = (
    ("operation", "visits", _operations(Operation.kind.in_(VISITS))),
    ("operation", "rewards", _operations(Operation.kind.in_(REWARDS))),
    ("operation", "units", _operations(Operation.kind.not_in((*VISITS, *REWARDS)))),
    ("operation", "", _operations()),
    ("mail", "mails", _mails),
    ("letter", "mails", _letters),
    ("remark", "remarks", _remarks),
    ("consent", "consents", _consents),
    ("note", "notes", _notes),
    ("act", "staff", _acts),
    ("merged", "staff", _merges(CustomerMerge.merged_at)),
    ("parted", "staff", _merges(CustomerMerge.undone_at)),
    ("joined", "", _joined),
)
