"""Filling the street: eighteen months through the counter's own steps, from one seed.

The same seed on the same day gives the same people, visits and mishaps; ids and codes are new
each time, as secrets are.
"""

import random
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import count, cycle, islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.calendar import zone
from loyalty.core.db import Database
from loyalty.demo import (
    counter,
    errands,
    habits,
    incidents,
    jottings,
    laddering,
    opening,
    remarks,
    upkeep,
    winning_back,
)
from loyalty.demo.counter import Coming, Member
from loyalty.demo.habits import DAYS, TIMEZONE
from loyalty.demo.incidents import Days
from loyalty.demo.people import Crowd, duplicate
from loyalty.demo.plan import ShopPlan
from loyalty.demo.shops import STREET
from loyalty.merchants.models import Merchant

SEED = 2026
_WHOLE = 100
_PORTION_DAYS = 28  # what happens beside the sales happens between two portions of them
_INCIDENTS = 5  # after each portion
_TWINS_PERCENT, _TWINS_MIN = 3, 2  # so many customers have a second card
_BREATH = timedelta(minutes=20)  # the last visit is so long ago that something could follow it
_NOON = 12  # so that a day of 23 or 25 hours does not end on its neighbour
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """How much is there now."""

    customers: int
    visits: int


@dataclass(slots=True)
class Life:
    """The life of one shop that is to come: everybody, and every visit in the order of time."""

    plan: ShopPlan
    chance: random.Random
    members: list[Member]
    coming: list[Coming]
    twins: list[tuple[Member, Member]]


def is_filled(session: Session) -> bool:
    """Whether any shop is there already; the demo never mixes with real ones."""
    return session.execute(sa.select(Merchant.id).limit(1)).first() is not None


def fill(database: Database, *, at: datetime, progress: Progress, percent: int = _WHOLE) -> Filled:
    """Open the shops and let the time until `at` pass, with so many percent of the customers."""
    lives = to_come(at=at, percent=percent)
    passed, visits, total = 0, 0, sum(len(life.coming) for life in lives)
    for life in lives:
        for wanted, served in _live(database, life, at):
            passed, visits = passed + wanted, visits + served
            progress(min(passed, total), total)
    return Filled(sum(len(life.members) for life in lives), visits)


def to_come(*, at: datetime, percent: int = _WHOLE) -> list[Life]:
    """What will happen in each shop until `at`, by chance alone: nothing is written."""
    crowd = Crowd(_chance("crowd"))
    return [_life(plan, crowd, at, percent) for plan in STREET]


def _chance(of: str) -> random.Random:
    """One source for each part: a change in one shop leaves the others as they are."""
    return random.Random(f"{SEED}/{of}")  # noqa: S311  # the same street each time, not a secret


def _life(plan: ShopPlan, crowd: Crowd, at: datetime, percent: int) -> Life:
    chance, until = _chance(plan.key), at - _BREATH
    today = until.astimezone(zone(TIMEZONE)).date()
    many = plan.trade.customers * percent // _WHOLE
    again = max(_TWINS_MIN, many * _TWINS_PERCENT // _WHOLE)
    profiles = crowd.some(many - again)
    named = [profile for profile in profiles if profile.name][:again]
    members = [
        Member(
            profile,
            habits.make(plan.trade, plan.products, chance, today),
            chance.randrange(len(plan.locations)),
        )
        for profile in [*profiles, *map(duplicate, named)]
    ]
    coming = [
        Coming(moment, member)
        for member in members
        for moment in habits.moments(member.habit, plan.trade, chance, until)
    ]
    coming.sort(key=lambda visit: visit.at)
    firsts = [member for member in members if any(member.profile is one for one in named)]
    return Life(plan, chance, members, coming, list(zip(firsts, members[-again:], strict=True)))


def _live(database: Database, life: Life, at: datetime) -> Iterator[tuple[int, int]]:
    """The shop opens and lives, portion by portion, each in one write.

    Gives how many wanted to come, and how many were served: a blocked card serves nobody.
    """
    began = at - timedelta(days=DAYS)
    with database.write() as session:
        shop = opening.open_shop(session, life.plan, _midnight(began))
        winning_back.set_up(session, shop, _midnight(began))
    numbers, deck, said = count(1), cycle(incidents.USUAL), _chance(f"{life.plan.key}/said")
    merged: list[tuple[Member, datetime]] = []
    invited: list[winning_back.Invited] = []
    for number, (portion, ends_at) in enumerate(_portions(life.coming, began, at)):
        with database.write() as session:
            came = counter.let_pass(session, shop, portion, life.chance)
            served = len(came)
            after = came[-1].at if came else ends_at - _BREATH
            days = Days(shop, life.chance, came, after, life.twins, merged, numbers)
            for incident in islice(deck, _INCIDENTS):
                incident(session, days)
            upkeep.see_to(session, days, number)
            remarks.hear(session, days, said, at)
            jottings.note_down(session, days, said)
            winning_back.use_vouchers(session, shop, invited)
        invited = winning_back.write_after(
            database, shop, number, members=life.members, coming=life.coming, chance=said,
            at=ends_at,
        )  # fmt: skip
        yield len(portion), served
    with database.write() as session:
        jottings.sort_out(session, shop, life.members, said, at)
        upkeep.leave(session, shop, at)
        upkeep.count_who_came(session, shop, at)
        errands.describe(session, shop, at)
        errands.write_down(session, shop, at)
        winning_back.begin_another(session, shop, at)
        laddering.climb(session, shop, _chance(f"{life.plan.key}/won"), at)
    errands.bring(database, shop, at)
    errands.notice(database, shop, at)


def _portions(
    coming: list[Coming], began: datetime, at: datetime
) -> Iterator[tuple[list[Coming], datetime]]:
    """Four weeks of visits each, with the moment at which they are over; the last is shorter."""
    start, ends_at = 0, _midnight(began)
    while ends_at < at:
        ends_at = min(at, _midnight(ends_at + timedelta(days=_PORTION_DAYS, hours=_NOON)))
        end = bisect_left(coming, ends_at, lo=start, key=lambda visit: visit.at)
        yield coming[start:end], ends_at
        start = end


def _midnight(moment: datetime) -> datetime:
    """The beginning of that day on the street."""
    on = moment.astimezone(zone(TIMEZONE)).date()
    return datetime.combine(on, time(), zone(TIMEZONE)).astimezone(UTC)
