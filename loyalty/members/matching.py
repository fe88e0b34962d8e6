"""What is asked of members as conditions on customers and their roll-ups."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.cards.models import Card
from loyalty.cards.tokens import read_scan
from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref
from loyalty.core.money import digits
from loyalty.counter.models import Redemption, TierChange, Visit
from loyalty.counter.rollups.models import MemberStats
from loyalty.customers import directory
from loyalty.customers.consents import UNMERGE
from loyalty.customers.models import ConsentEvent, Customer
from loyalty.customers.record_models import CustomerTag
from loyalty.members import came, segmented
from loyalty.members.criteria import Criteria

LATELY_DAYS = 30  # "has been at this place lately"
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


def conditions(session: Session, scope: Scope, criteria: Criteria) -> list[Condition]:
    """What holds of a row of `customer`, joined from outside with `member_stats`."""
    living: list[Condition] = [
        Customer.merchant_id == scope.merchant_id,
        Customer.erased_at.is_(None),
        Customer.merged_into_id.is_(None),
    ]
    return [
        *living,
        *_sums(scope, criteria),
        *_person(scope, criteria),
        *_cards(scope, criteria),
        *came.conditions(scope.merchant_id, criteria, Customer.id),
        *segmented.conditions(
            session,
            merchant_id=scope.merchant_id,
            on=scope.today,
            asked=criteria,
            who=Customer.id,
        ),
    ]


def words(session: Session, scope: Scope, text: str) -> Condition:
    """Whose name, address, number, own reference or card's code this is, or is a part of it."""
    found = directory.holds(text)
    try:
        scan = read_scan(text)
        card = lookup.by_scan(session, merchant_id=scope.merchant_id, scan=scan)
    except Unknown:
        return sa.or_(*found)
    return sa.or_(*found, Customer.id == card.customer_id)


def _sums(scope: Scope, asked: Criteria) -> Iterator[Condition]:
    visits = sa.func.coalesce(MemberStats.visits, 0)
    spend = sa.func.coalesce(MemberStats.spend_minor, 0)
    cent = 10 ** digits(scope.currency)
    if asked.first_from is not None:
        yield MemberStats.first_on >= asked.first_from
    if asked.first_to is not None:
        yield MemberStats.first_on <= asked.first_to
    if asked.last_from is not None:
        yield MemberStats.last_on >= asked.last_from
    if asked.last_to is not None:
        yield MemberStats.last_on <= asked.last_to
    if asked.visits_min is not None:
        yield visits >= asked.visits_min
    if asked.visits_max is not None:
        yield visits <= asked.visits_max
    if asked.spend_min is not None:
        yield spend >= asked.spend_min * cent
    if asked.spend_max is not None:
        yield spend <= asked.spend_max * cent


def _person(scope: Scope, asked: Criteria) -> Iterator[Condition]:
    if asked.birthday is not None:
        yield Customer.birthday.like(f"{asked.birthday}-__")
    if asked.joined_from is not None:
        yield Customer.created_at >= scope.begin_of(asked.joined_from)
    if asked.joined_to is not None and asked.joined_to < date.max:
        yield Customer.created_at < scope.begin_of(asked.joined_to + timedelta(days=1))
    if asked.tag is not None:
        yield Customer.id.in_(
            sa.select(CustomerTag.customer_id).where(
                CustomerTag.merchant_id == scope.merchant_id,
                CustomerTag.tag_id == parse_ref("tag", asked.tag),
            )
        )
    if asked.consent is not None:
        yield Customer.id.in_(_agreeing(scope.merchant_id, asked.consent))


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


def _cards(scope: Scope, asked: Criteria) -> Iterator[Condition]:
    held = held_cards(scope.merchant_id)
    whose = sa.select(held.c.customer_id)
    if asked.program is not None:
        of_program = held.c.program_id == parse_ref("prg", asked.program)
        if asked.level is None:
            yield Customer.id.in_(whose.where(of_program))
        else:
            standing = held.c.card_id.in_(_standing_at(scope.merchant_id, asked.level))
            yield Customer.id.in_(whose.where(of_program, standing))
    if asked.reward is not None:
        waiting = sa.select(Redemption.card_id).where(
            Redemption.merchant_id == scope.merchant_id,
            Redemption.state == "reserved",
            sa.or_(Redemption.until_at.is_(None), Redemption.until_at > scope.at),
        )
        yield Customer.id.in_(whose.where(held.c.card_id.in_(waiting)))
    if asked.place is not None:
        seen = sa.select(Visit.card_id).where(
            Visit.merchant_id == scope.merchant_id,
            Visit.local_on > scope.today - timedelta(days=LATELY_DAYS),
            Visit.location_id == parse_ref("loc", asked.place),
            Visit.voided_at.is_(None),
        )
        yield Customer.id.in_(whose.where(held.c.card_id.in_(seen)))


def _standing_at(merchant_id: UUID, level: str) -> Any:
    """Cards whose latest change left them at that level."""
    later = sa.orm.aliased(TierChange)
    is_passed = (
        sa.select(later.id)
        .where(
            later.merchant_id == TierChange.merchant_id,
            later.card_id == TierChange.card_id,
            later.id > TierChange.id,
        )
        .exists()
    )
    return sa.select(TierChange.card_id).where(
        TierChange.merchant_id == merchant_id, TierChange.level == level, ~is_passed
    )


def held_cards(merchant_id: UUID) -> Any:
    """Every living card with its program and who holds it: whoever had to be merged for that."""
    merged = (
        sa.select(Customer.id, Customer.merged_into_id.label("living"))
        .where(Customer.merchant_id == merchant_id, Customer.merged_into_id.is_not(None))
        .cte("merged", recursive=True)
    )
    further = sa.orm.aliased(Customer)
    merged = merged.union(
        sa.select(merged.c.id, further.merged_into_id)
        .join(
            further,
            sa.and_(further.merchant_id == merchant_id, further.id == merged.c.living),
        )
        .where(further.merged_into_id.is_not(None))
    )
    cards = sa.select(Card.id.label("card_id"), Card.program_id, Card.customer_id).where(
        Card.merchant_id == merchant_id, Card.merged_into_id.is_(None)
    )
    theirs = (
        sa.select(Card.id, Card.program_id, merged.c.living)
        .join(merged, sa.and_(Card.merchant_id == merchant_id, Card.customer_id == merged.c.id))
        .where(Card.merged_into_id.is_(None))
    )
    return sa.union_all(cards, theirs).subquery("held")
