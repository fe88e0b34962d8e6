"""Conditions into the database's words: each field as a comparison on a row of members."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from loyalty.analytics.conditions import Condition
from loyalty.analytics.ground import Ground
from loyalty.analytics.standing import among, days_between
from loyalty.cards.models import Card
from loyalty.core import calendar
from loyalty.core.db import table
from loyalty.core.ids import parse_ref
from loyalty.counter.models import TierChange, Visit, VisitLine
from loyalty.counter.rollups.models import MemberProduct, MemberStats
from loyalty.customers.consents import UNMERGE, Purpose
from loyalty.customers.models import ConsentEvent, Customer
from loyalty.customers.record_models import CustomerTag, Tag
from loyalty.ledger.models import Account

_STATS, _CUSTOMER, _CARD = table(MemberStats).c, table(Customer).c, table(Card).c
_VISIT, _LINE, _ACCOUNT = table(Visit).c, table(VisitLine).c, table(Account).c
_CHANGE, _PRODUCT = table(TierChange), table(MemberProduct).c
_EVENT = table(ConsentEvent)
_TAG, _TAGGED = table(Tag).c, table(CustomerTag).c
_DAYS_AHEAD = 366

Predicate = sa.ColumnElement[bool]


def compile_one(ground: Ground, condition: Condition) -> Predicate:
    """The condition on a row of `standing.MEMBERS`; what is not known satisfies nothing."""
    found = _BY_FIELD[condition.field.partition(".")[0]](ground, condition)
    if condition.kind.is_habit and (condition.op != "set" or condition.value):
        found = sa.and_(found, agrees(ground, Purpose.PROFILING))
    return sa.func.coalesce(found, sa.false())


def compare(column: sa.ColumnElement[Any], condition: Condition) -> Predicate:
    """A value against what the condition says."""
    low, high = condition.bounds
    if low is None and high is None:
        return column.in_(condition.choices)
    ends = [column >= low] if low is not None else []
    ends += [column <= high] if high is not None else []
    return sa.and_(*ends)


def _is_there(found: Predicate, condition: Condition) -> Predicate:
    return found if condition.value else sa.not_(found)


def _column(column: sa.ColumnElement[Any], condition: Condition) -> Predicate:
    if condition.op == "set":
        return _is_there(column.is_not(None), condition)
    return compare(column, condition)


def _state(ground: Ground, condition: Condition) -> Predicate:
    return compare(ground.state, condition)


def _visits(_: Ground, condition: Condition) -> Predicate:
    return compare(sa.func.coalesce(_STATS.visits, 0), condition)


def _spend(_: Ground, condition: Condition) -> Predicate:
    return compare(sa.func.coalesce(_STATS.spend_minor, 0), condition)


def _last_visit(ground: Ground, condition: Condition) -> Predicate:
    today = sa.literal(ground.on, sa.Date)
    return _column(days_between(ground.session, today, _STATS.last_on), condition)


def _source(_: Ground, condition: Condition) -> Predicate:
    return _column(_CUSTOMER.source, condition)


def _joined(ground: Ground, condition: Condition) -> Predicate:
    """By the shop's calendar: who joined today did so 0 days ago."""
    created = _CUSTOMER.created_at
    low, high = condition.bounds
    if low is None and high is None:
        ends = [_joined_on(ground, created, days) for days in condition.choices]
        return sa.or_(*ends)
    parts = []
    if low is not None:
        parts.append(created < _midnight_after(ground, low))
    if high is not None:
        parts.append(created >= _midnight_after(ground, high + 1))
    return sa.and_(*parts)


def _joined_on(ground: Ground, created: Any, days: int) -> Predicate:
    begin, end = _midnight_after(ground, days + 1), _midnight_after(ground, days)
    return sa.and_(created >= begin, created < end)


def _midnight_after(ground: Ground, days_ago: int) -> Any:
    """When the day so many days ago is over in the shop."""
    return calendar.end_of(ground.on - timedelta(days=days_ago), ground.timezone)


def _birthday(ground: Ground, condition: Condition) -> Predicate:
    if condition.op == "set":
        return _is_there(_CUSTOMER.birthday.is_not(None), condition)
    ahead = range(_DAYS_AHEAD)
    return _CUSTOMER.birthday.in_(
        [on for on, days in birthdays(ground.on, ahead).items() if condition.holds(days)]
    )


def birthdays(on: date, ahead: range = range(_DAYS_AHEAD)) -> dict[str, int]:
    """In how many days each birthday (MM-DD) comes next; 29 February counts as 28."""
    found: dict[str, int] = {}
    for days in ahead:
        said = (on + timedelta(days=days)).strftime("%m-%d")
        if said != "02-29":
            found.setdefault(said, days)
    found["02-29"] = found["02-28"]
    return found


def _units(ground: Ground, condition: Condition) -> Predicate:
    """What all their cards hold of a unit together; who has no account of it holds 0."""
    rows = ground.session.execute(
        sa.select(_CARD.customer_id, _ACCOUNT.balance)
        .join_from(table(Card), table(Account), ground.on_card(_ACCOUNT.card_id))
        .where(_ACCOUNT.merchant_id == ground.merchant_id, _ACCOUNT.unit == condition.part)
    )
    held = ground.by_living(rows)
    if condition.op == "set":
        return _is_there(_among(ground, held), condition)
    if condition.holds(0):
        return sa.not_(
            _among(ground, (who for who, much in held.items() if not condition.holds(much)))
        )
    return _among(ground, (who for who, much in held.items() if condition.holds(much)))


def _among(ground: Ground, ids: Iterable[UUID]) -> Predicate:
    return among(ground.session, _CUSTOMER.id, list(ids))


def _tier(ground: Ground, condition: Condition) -> Predicate:
    later = _CHANGE.alias()
    is_latest = ~sa.exists().where(
        later.c.merchant_id == _CHANGE.c.merchant_id,
        later.c.card_id == _CHANGE.c.card_id,
        later.c.id > _CHANGE.c.id,
    )
    at = (
        sa.select(_CARD.customer_id)
        .join_from(table(Card), _CHANGE, ground.on_card(_CHANGE.c.card_id))
        .where(_CHANGE.c.merchant_id == ground.merchant_id, is_latest)
    )
    if condition.op == "set":
        return _is_there(ground.holders(at.where(_CHANGE.c.level.is_not(None))), condition)
    return ground.holders(at.where(_CHANGE.c.level.in_(condition.choices)))


def _location(ground: Ground, condition: Condition) -> Predicate:
    been = sa.select(_CARD.customer_id).join_from(
        table(Card), table(Visit), ground.on_card(_VISIT.card_id)
    )
    been = been.where(*ground.counted)
    if condition.op == "set":
        return _is_there(ground.holders(been.where(_VISIT.location_id.is_not(None))), condition)
    places = [parse_ref("loc", each) for each in condition.choices]
    return ground.holders(been.where(_VISIT.location_id.in_(places)))


def _bought(ground: Ground, condition: Condition) -> Predicate:
    """A product by its sku, or by its name where it has none, as favourites count it."""
    if condition.part == "category":
        return _bought_of(ground, condition)
    had = sa.select(_PRODUCT.customer_id).where(_PRODUCT.merchant_id == ground.merchant_id)
    if condition.op == "set":
        return _is_there(_CUSTOMER.id.in_(had), condition)
    return _CUSTOMER.id.in_(had.where(_PRODUCT.product.in_(condition.choices)))


def _bought_of(ground: Ground, condition: Condition) -> Predicate:
    of = (_LINE.merchant_id == _VISIT.merchant_id, _LINE.visit_id == _VISIT.id)
    had = (
        sa.select(_CARD.customer_id)
        .join_from(table(Card), table(Visit), ground.on_card(_VISIT.card_id))
        .join(table(VisitLine), sa.and_(*of))
        .where(*ground.counted)
    )
    if condition.op == "set":
        return _is_there(ground.holders(had.where(_LINE.category.is_not(None))), condition)
    return ground.holders(had.where(_LINE.category.in_(condition.choices)))


def _tag(ground: Ground, condition: Condition) -> Predicate:
    """By what the tag is called, large and small letters alike."""
    carried = sa.select(_TAGGED.customer_id).where(_TAGGED.merchant_id == ground.merchant_id)
    if condition.op == "set":
        return _is_there(_CUSTOMER.id.in_(carried), condition)
    named = sa.select(_TAG.id).where(
        _TAG.merchant_id == ground.merchant_id,
        _TAG.folded.in_([each.casefold() for each in condition.choices]),
    )
    return _CUSTOMER.id.in_(carried.where(_TAGGED.tag_id.in_(named)))


def _consent(ground: Ground, condition: Condition) -> Predicate:
    purpose = Purpose(condition.part)
    if condition.op == "set":
        said = _in_force(ground, purpose)
        return _is_there(_CUSTOMER.id.in_(said), condition)
    given = agrees(ground, purpose)
    return given if condition.value else sa.not_(given)


def agrees(ground: Ground, purpose: Purpose) -> Predicate:
    """Whether the word in force of a member for a purpose is a yes."""
    return _CUSTOMER.id.in_(_in_force(ground, purpose).where(_EVENT.c.given.is_(True)))


def _in_force(ground: Ground, purpose: Purpose) -> sa.Select[Any]:
    """Whose log says what, as `consents.latest` reads it: of each the last event that stands."""
    later = _EVENT.alias()
    newer = sa.or_(
        later.c.at > _EVENT.c.at, sa.and_(later.c.at == _EVENT.c.at, later.c.id > _EVENT.c.id)
    )
    outdone = sa.exists().where(
        later.c.merchant_id == _EVENT.c.merchant_id,
        later.c.customer_id == _EVENT.c.customer_id,
        later.c.purpose == _EVENT.c.purpose,
        newer,
        _stands(later),
    )
    return sa.select(_EVENT.c.customer_id).where(
        _EVENT.c.merchant_id == ground.merchant_id,
        _EVENT.c.purpose == purpose.value,
        _stands(_EVENT),
        ~outdone,
    )


def _stands(event: Any) -> Predicate:
    """A merge that was undone counts as if it had not been, and so does its undo."""
    undo = _EVENT.alias()
    undone = sa.exists().where(
        undo.c.merchant_id == event.c.merchant_id,
        undo.c.customer_id == event.c.customer_id,
        undo.c.purpose == event.c.purpose,
        undo.c.merge_id == event.c.merge_id,
        undo.c.source == UNMERGE,
    )
    return sa.or_(event.c.merge_id.is_(None), ~undone)


_BY_FIELD: dict[str, Callable[[Ground, Condition], Predicate]] = {
    "state": _state,
    "visits": _visits,
    "spend_minor": _spend,
    "last_visit_days": _last_visit,
    "units": _units,
    "tier": _tier,
    "birthday_in_days": _birthday,
    "location": _location,
    "source": _source,
    "bought": _bought,
    "tag": _tag,
    "consent": _consent,
    "joined_days": _joined,
}
