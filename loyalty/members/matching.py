"""What is asked of members as conditions on customers and their roll-ups."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics.ground import Ground
from loyalty.cards import lookup
from loyalty.cards.tokens import read_scan
from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref
from loyalty.core.money import digits
from loyalty.counter.models import Redemption, Visit
from loyalty.counter.rollups.models import MemberStats
from loyalty.customers import directory
from loyalty.customers.consents import UNMERGE
from loyalty.customers.models import ConsentEvent, Customer
from loyalty.customers.record_models import CustomerTag
from loyalty.members import days, segmented
from loyalty.members.criteria import Criteria
from loyalty.members.holders import held_cards, standing_at

LATELY_DAYS = 30  # "has been at this place lately"
FEW = 500  # so many found by words are asked for by their ids
Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose members, in which money and zone, and when."""

    merchant_id: UUID
    currency: str
    timezone: str
    at: datetime

    @property
    def today(self) -> date:
        """The date in the shop."""
        return self.at.astimezone(ZoneInfo(self.timezone)).date()

    def begin_of(self, on: date) -> datetime:
        """The first moment of a day in the shop."""
        return datetime.combine(on, time(), ZoneInfo(self.timezone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked, in the parts of which each table is asked its own.

    `person` holds of a row of `customer`, `sums` of a row of `member_stats` with visits.
    `fits_new`: whether those who never came are meant too. `meant` select ids of customers, all of
    which must hold. `found`: whom words mean, where that is
    few.
    """

    scope: Scope
    criteria: Criteria
    person: tuple[Condition, ...]
    sums: tuple[Condition, ...]
    fits_new: bool
    meant: tuple[Any, ...] = ()
    found: tuple[UUID, ...] | None = None

    @property
    def is_open(self) -> bool:
        """Whether nothing is asked: everybody is meant."""
        return self.found is None and not self.person and not self.criteria.filters()

    def of_customers(self) -> list[Condition]:
        """What holds of a row of `customer`."""
        return [*living(self.scope.merchant_id), *self.person, *self._of(Customer.id)]

    def of_stats(self) -> list[Condition]:
        """What holds of a row of `member_stats`, of those who came."""
        who = MemberStats.customer_id
        return [*came(self.scope.merchant_id), *self.sums, *self._ids(who), self._living(who)]

    def everybody(self) -> sa.Select[UUID]:
        """Selects the `id` of each who is meant."""
        if self.sums and not self.fits_new:
            return sa.select(MemberStats.customer_id.label("id")).where(*self.of_stats())
        return sa.select(Customer.id).where(*self.of_customers())

    def _of(self, who: Any) -> Iterator[Condition]:
        yield from self._ids(who)
        if not self.sums:
            return
        stats = sa.select(MemberStats.customer_id).where(*came(self.scope.merchant_id))
        if self.fits_new:
            yield who.not_in(stats.where(sa.not_(sa.and_(*self.sums))))
        else:
            yield who.in_(stats.where(*self.sums))

    def _ids(self, who: Any) -> Iterator[Condition]:
        if self.found is not None:
            yield who.in_(self.found)
        yield from (who.in_(each) for each in self.meant)
        yield from _records(self.scope, self.criteria, who)
        yield from _cards(self.scope, self.criteria, who)

    def _living(self, who: Any) -> Condition:
        """Those who are not are few: to look for all others would take longer."""
        if not self.person:
            others = _gone(self.scope.merchant_id)
            is_none: Condition = who.not_in(others)
            return is_none
        theirs = sa.select(Customer.id).where(*living(self.scope.merchant_id), *self.person)
        is_one: Condition = who.in_(theirs)
        return is_one


def filters(session: Session, scope: Scope, criteria: Criteria, text: str = "") -> Filters:
    """What a list asks, with the words that were typed."""
    person = tuple(_person(scope, criteria))
    ground = Ground(session, scope.merchant_id, scope.today)
    sums = tuple(_sums(scope, criteria, ground))
    meant = (*days.there(scope.merchant_id, criteria), *segmented.members(ground, criteria))
    made = Filters(scope, criteria, person, sums, _fits_new(criteria), meant)
    if not text:
        return made
    told = _words(session, scope, text)
    few = sa.select(Customer.id).where(*living(scope.merchant_id), told).limit(FEW + 1)
    found = session.execute(few).scalars().all()
    if len(found) > FEW:
        return replace(made, person=(*person, told))
    return replace(made, found=tuple(found))


def living(merchant_id: UUID) -> list[Condition]:
    """Customers of the shop who are neither forgotten nor somebody else by now."""
    return [
        Customer.merchant_id == merchant_id,
        Customer.erased_at.is_(None),
        Customer.merged_into_id.is_(None),
    ]


def came(merchant_id: UUID) -> list[Condition]:
    """Rows of `member_stats` of those who came."""
    return [MemberStats.merchant_id == merchant_id, MemberStats.visits > 0]


def is_gone() -> Condition:
    """Forgotten, or somebody else by now: an index of its own holds those few.

    SQLite takes it only where it can also begin somewhere: hence the least of all ids.
    """
    has_left = sa.or_(Customer.erased_at.is_not(None), Customer.merged_into_id.is_not(None))
    return sa.and_(Customer.id > UUID(int=0), has_left)


def _gone(merchant_id: UUID) -> Any:
    return sa.select(Customer.id).where(Customer.merchant_id == merchant_id, is_gone())


def _words(session: Session, scope: Scope, text: str) -> Condition:
    """Whose name, address, number, own reference or card's code this is, or is a part of it."""
    found = directory.holds(session, text)
    try:
        scan = read_scan(text)
        card = lookup.by_scan(session, merchant_id=scope.merchant_id, scan=scan)
    except Unknown:
        return sa.or_(*found)
    return sa.or_(*found, Customer.id == card.customer_id)


def _sums(scope: Scope, criteria: Criteria, ground: Ground) -> Iterator[Condition]:
    asked, cent = criteria, 10 ** digits(scope.currency)
    if asked.state is not None:
        yield ground.is_in(asked.state)
    if asked.first_from is not None:
        yield MemberStats.first_on >= asked.first_from
    if asked.first_to is not None:
        yield MemberStats.first_on <= asked.first_to
    if asked.last_from is not None:
        yield MemberStats.last_on >= asked.last_from
    if asked.last_to is not None:
        yield MemberStats.last_on <= asked.last_to
    if asked.visits_min is not None:
        yield MemberStats.visits >= asked.visits_min
    if asked.visits_max is not None:
        yield MemberStats.visits <= asked.visits_max
    if asked.spend_min is not None:
        yield MemberStats.spend_minor >= asked.spend_min * cent
    if asked.spend_max is not None:
        yield MemberStats.spend_minor <= asked.spend_max * cent


def _fits_new(asked: Criteria) -> bool:
    """Whether somebody without a visit is meant: new, of no visits and no money."""
    ends = (asked.last_from, asked.last_to, asked.first_from, asked.first_to)
    is_dated = any(end is not None for end in ends)
    return asked.state in (None, "new") and not (is_dated or asked.visits_min or asked.spend_min)


def _person(scope: Scope, asked: Criteria) -> Iterator[Condition]:
    if asked.birthday is not None:
        yield Customer.birthday.like(f"{asked.birthday}-__")
    if asked.joined_from is not None:
        yield Customer.created_at >= scope.begin_of(asked.joined_from)
    if asked.joined_to is not None and asked.joined_to < date.max:
        yield Customer.created_at < scope.begin_of(asked.joined_to + timedelta(days=1))


def _records(scope: Scope, asked: Criteria, who: Any) -> Iterator[Condition]:
    if asked.tag is not None:
        yield who.in_(
            sa.select(CustomerTag.customer_id).where(
                CustomerTag.merchant_id == scope.merchant_id,
                CustomerTag.tag_id == parse_ref("tag", asked.tag),
            )
        )
    if asked.consent is not None:
        yield who.in_(_agreeing(scope.merchant_id, asked.consent))


def _agreeing(merchant_id: UUID, purpose: str) -> Any:
    """Whose last word on the purpose is yes; as `consents.latest` says it."""
    undo = sa.orm.aliased(ConsentEvent)
    undone = (
        sa.select(undo.id)
        .where(
            undo.merchant_id == ConsentEvent.merchant_id,
            undo.customer_id == ConsentEvent.customer_id,
            undo.merge_id == ConsentEvent.merge_id,
            undo.purpose == ConsentEvent.purpose,
            undo.source == UNMERGE,
        )
        .exists()
    )
    place = sa.func.row_number().over(
        partition_by=ConsentEvent.customer_id,
        order_by=(ConsentEvent.at.desc(), ConsentEvent.id.desc()),
    )
    said = (
        sa.select(ConsentEvent.customer_id, ConsentEvent.given, place.label("place"))
        .where(
            ConsentEvent.merchant_id == merchant_id,
            ConsentEvent.purpose == purpose,
            sa.or_(ConsentEvent.merge_id.is_(None), ~undone),
        )
        .subquery()
    )
    return sa.select(said.c.customer_id).where(said.c.place == 1, said.c.given)


def _cards(scope: Scope, asked: Criteria, who: Any) -> Iterator[Condition]:
    cards = held_cards(scope.merchant_id)
    whose = sa.select(cards.c.customer_id)
    if asked.program is not None:
        of_program = cards.c.program_id == parse_ref("prg", asked.program)
        if asked.level is None:
            yield who.in_(whose.where(of_program))
        else:
            standing = cards.c.card_id.in_(standing_at(scope.merchant_id, asked.level))
            yield who.in_(whose.where(of_program, standing))
    if asked.reward is not None:
        waiting = sa.select(Redemption.card_id).where(
            Redemption.merchant_id == scope.merchant_id,
            Redemption.state == "reserved",
            sa.or_(Redemption.until_at.is_(None), Redemption.until_at > scope.at),
        )
        yield who.in_(whose.where(cards.c.card_id.in_(waiting)))
    if asked.place is not None:
        seen = sa.select(Visit.card_id).where(
            Visit.merchant_id == scope.merchant_id,
            Visit.local_on > scope.today - timedelta(days=LATELY_DAYS),
            Visit.location_id == parse_ref("loc", asked.place),
            Visit.voided_at.is_(None),
        )
        yield who.in_(whose.where(cards.c.card_id.in_(seen)))
