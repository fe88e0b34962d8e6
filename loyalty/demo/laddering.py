"""How one shop of the street wins people back: a year of journeys, and those under way today.

What is long past is told as it would have been; the last weeks are done by the engine itself, with
the clock moved, for people who have not come since.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.analytics import past, rhythm, standing
from loyalty.automations import advancing, asking, editions, entering, facts, switching, upkeep
from loyalty.automations.journeys import WELCOME, WIN_BACK
from loyalty.automations.models import Automation, AutomationRun, AutomationStep
from loyalty.campaigns import rules, states, tokens
from loyalty.campaigns.models import Message
from loyalty.campaigns.rules import House
from loyalty.core import bulk
from loyalty.core.calendar import local_day, zone
from loyalty.core.db import current, table
from loyalty.core.ids import new_id, ref
from loyalty.counter import gifts, redemptions
from loyalty.customers import living
from loyalty.demo.habits import TIMEZONE
from loyalty.demo.opening import Shop
from loyalty.feedback import losses
from loyalty.feedback.losses import Said

SHOP = "cafe"
_BEGAN_DAYS, _LATELY_DAYS = 330, 40
_WINDOW_DAYS = 28
_HELD_OF_RETURNED, _HELD_OF_GONE = 12, 27  # of a hundred: letters bring some back
_ANSWERS_PERCENT, _NOTED, _USED_PERCENT = 45, 9, 60
_STEPS = (("reminder", 0), ("question", 5), ("offer", 10), ("last_day", 23))
_LADDER_DAYS = 33
_WORDS = {
    "service": "L'ultima volta ho aspettato venti minuti per un caffè.",
    "price": "Il cornetto è passato da 1,20 a 1,50.",
    "moved": "Ho cambiato ufficio, ora lavoro dall'altra parte della città.",
    "elsewhere": None,
    "habits": None,
    "back_soon": "Sono stata via, torno presto!",
    "quality": "Il caffè nuovo è troppo amaro per me.",
    "other": None,
}
_RUN, _STEP, _MESSAGE = table(AutomationRun), table(AutomationStep), table(Message)


def climb(session: Session, shop: Shop, chance: random.Random, at: datetime) -> None:
    """Switch both automations on, and let their time pass."""
    if shop.plan.key != SHOP:
        return
    began = at - timedelta(days=_BEGAN_DAYS)
    _switch_on(session, shop, WIN_BACK, began)
    _switch_on(session, shop, WELCOME, at - timedelta(days=3))
    house = rules.house(session, merchant_id=shop.merchant_id)
    row = session.get_one(Automation, (shop.merchant_id, WIN_BACK))
    there = editions.current_of(session, merchant_id=shop.merchant_id, kind=WIN_BACK)
    letters = {step: one.id for step, one in there.items()}
    _tell_the_past(session, shop, letters, chance, at)
    for days in range(_LATELY_DAYS, -1, -1):
        _a_day(session, row, house, at - timedelta(days=days))
    _answer(session, shop, chance, at)
    _note(session, shop, chance, at)


def _switch_on(session: Session, shop: Shop, kind: str, at: datetime) -> None:
    if kind == WIN_BACK:
        offer = {"reward": shop.version.document.rewards[0].key, "valid_days": 14}
        switching.set_terms(
            session, duty=shop.owner, kind=kind, offer=offer, holdout_percent=20, version=0, at=at
        )
    prepared = switching.prepare(session, merchant_id=shop.merchant_id, kind=kind)
    switching.switch_on(session, duty=shop.owner, kind=kind, prepared=prepared, at=at)


@dataclass(frozen=True, slots=True)
class _Silence:
    """A time in which somebody stayed away for too long; `back_on` is when they came again."""

    customer_id: UUID
    last_on: date
    lapsed_on: date
    back_on: date | None
    gap_days: int


def _silences(session: Session, merchant_id: UUID, at: datetime) -> Iterator[_Silence]:
    """The latest one of each, if it began long enough ago."""
    today = local_day(at, TIMEZONE)
    first, until = today - timedelta(days=_BEGAN_DAYS), today - timedelta(days=_LATELY_DAYS)
    mean = standing.yardstick(session, merchant_id=merchant_id, on=today).mean
    found = past.read(session, merchant_id=merchant_id).days
    here = living.among(session, merchant_id=merchant_id, customer_ids=list(found))
    for who in sorted(here):
        days = found[who]
        for number in range(len(days) - 1, rhythm.HABIT_DAYS - 2, -1):
            usual = rhythm.usual_gap(days[0], days[number], number + 1, mean)
            lapsed = days[number] + max(21, -(-usual * 25 // 10))
            back = days[number + 1] if number + 1 < len(days) else None
            on = date.fromordinal(int(lapsed))
            if (back is None or back > lapsed) and first <= on < until:
                yield _Silence(
                    who, date.fromordinal(days[number]), on,
                    date.fromordinal(back) if back else None, max(1, round(usual)),
                )  # fmt: skip
                break


def _tell_the_past(
    session: Session,
    shop: Shop,
    letters: dict[str, UUID],
    chance: random.Random,
    at: datetime,
) -> None:
    row = session.get_one(Automation, (shop.merchant_id, WIN_BACK))
    runs, messages, steps = [], [], []
    for one in _silences(session, row.merchant_id, at):
        run, taken = _told(row, one, chance, at)
        runs.append(run)
        for step, on in taken:
            message = _message(run, letters[step], _morning(on))
            messages.append(message)
            steps.append(_step(run, step, message))
    _use_gifts(session, shop, runs, messages, chance)
    for what, rows in ((_RUN, runs), (_MESSAGE, messages), (_STEP, steps)):
        bulk.insert(session.connection(), what, rows)


def _use_gifts(
    session: Session,
    shop: Shop,
    runs: list[dict[str, Any]],
    messages: list[dict[str, Any]],
    chance: random.Random,
) -> None:
    """Some of those who came back in time for their gift had it handed over."""
    giving = switching.find(session, merchant_id=shop.merchant_id, kind=WIN_BACK)
    offer = switching.gift_of(session, merchant_id=shop.merchant_id, setting=giving)
    assert offer is not None, "set at the beginning"
    there = editions.current_of(session, merchant_id=shop.merchant_id, kind=WIN_BACK)
    told = {one["customer_id"]: one for one in messages
            if one["campaign_id"] == there["offer"].id}  # fmt: skip
    cards = gifts.cards_of(
        session, merchant_id=shop.merchant_id, program_id=offer.program_id, customer_ids=list(told)
    )
    duty = next(iter(shop.tills.values()))[0]
    for run in runs:
        letter, card = told.get(run["customer_id"]), cards.get(run["customer_id"])
        if letter is None or card is None or run["ended_as"] != "came_back":
            continue
        gift = offer.gift(shop.merchant_id, at=letter["sent_at"], timezone=TIMEZONE)
        if chance.randrange(100) >= _USED_PERCENT or run["ended_at"] >= gift.until_at:
            continue
        (voucher,) = gifts.give(session, gift=gift, cards=[card], at=letter["sent_at"])
        letter["redemption_id"] = voucher
        redemptions.fulfil(
            session, duty=duty, redemption_ref=ref("red", voucher), intent=None, at=run["ended_at"]
        )


def _told(
    row: Automation, one: _Silence, chance: random.Random, at: datetime
) -> tuple[dict[str, Any], list[tuple[str, date]]]:
    """One run as it would have been, and the letters that left by the time it ended."""
    in_time = one.back_on is not None and (one.back_on - one.lapsed_on).days <= _WINDOW_DAYS
    is_held = chance.randrange(100) < (_HELD_OF_RETURNED if in_time else _HELD_OF_GONE)
    over = one.lapsed_on + timedelta(days=_LADDER_DAYS)
    came = one.back_on is not None and one.back_on < over
    ended = one.back_on if came and one.back_on else over
    taken = [
        (step, one.lapsed_on + timedelta(days=days))
        for step, days in _STEPS
        if one.lapsed_on + timedelta(days=days) < ended and not is_held
    ]
    how = "came_back" if came else "compared" if is_held else "sunset"
    run = {
        "merchant_id": row.merchant_id,
        "id": new_id(),
        "kind": row.kind,
        "customer_id": one.customer_id,
        "cycle": 1,
        "is_held": is_held,
        "last_on": one.last_on,
        "gap_days": one.gap_days,
        "step": len(taken),
        "delays": 0,
        "due_at": _morning(ended),
        "started_at": _morning(one.lapsed_on),
        "ended_at": min(at, _morning(ended)),
        "ended_as": how,
    }
    return run, taken


def _morning(on: date) -> datetime:
    return datetime.combine(on, time(10, 4), zone(TIMEZONE)).astimezone(UTC)


def _message(run: dict[str, Any], campaign_id: UUID, at: datetime) -> dict[str, Any]:
    empty = ("redemption_id", "reason", "came_back", "address_hash", "worker", "lease_ends_at")
    return {
        "merchant_id": run["merchant_id"],
        "id": new_id(),
        "campaign_id": campaign_id,
        "customer_id": run["customer_id"],
        "cycle": run["cycle"],
        "state": states.SENT,
        "is_drawn": True,
        "attempts": 1,
        "smtp_code": 250,
        "due_at": at,
        "created_at": at,
        "sent_at": at,
        **dict.fromkeys(empty),
    }


def _step(run: dict[str, Any], step: str, message: dict[str, Any]) -> dict[str, Any]:
    return {
        "merchant_id": run["merchant_id"],
        "run_id": run["id"],
        "step": step,
        "message_id": message["id"],
        "taken_at": message["sent_at"],
    }


def _a_day(session: Session, row: Automation, house: House, day: datetime) -> None:
    """What the worker did on one of the last mornings: who begins, who goes on, what left."""
    at = house.next_open(_morning(local_day(day, TIMEZONE)))
    if at > day:
        return
    found = entering.look(session, row=row, house=house, at=at)
    entering.write(session, row=row, people=found.ready, at=at)
    upkeep.looked(session, row=row, house=house, at=at)
    due = advancing.due(session, merchant_id=row.merchant_id, kind=row.kind, at=at, limit=500)
    measure = facts.measure(session, house=house, at=at)
    advancing.advance(session, row=row, house=house, run_ids=due, yardstick=measure, at=at)
    session.execute(
        sa.update(_MESSAGE)
        .where(_MESSAGE.c.merchant_id == row.merchant_id, _MESSAGE.c.state == states.READY)
        .where(_MESSAGE.c.cycle > 0)
        .values(state=states.SENT, attempts=1, smtp_code=250, sent_at=at + timedelta(minutes=2))
    )


def _answer(session: Session, shop: Shop, chance: random.Random, at: datetime) -> None:
    """Some of those who were asked say why."""
    asked = session.execute(
        sa.select(_STEP.c.message_id, _STEP.c.taken_at)
        .where(_STEP.c.merchant_id == shop.merchant_id, _STEP.c.step == "question")
        .where(_STEP.c.message_id.is_not(None))
        .order_by(_STEP.c.taken_at, _STEP.c.message_id)
    ).all()
    reasons = list(_WORDS)
    for row in asked:
        if chance.randrange(100) >= _ANSWERS_PERCENT:
            continue
        reason = chance.choice(reasons)
        words = _WORDS[reason] if chance.randrange(2) else None
        token = tokens.of(row.message_id, current().settings.secret)
        when = min(at, row.taken_at + timedelta(hours=chance.randrange(1, 30)))
        asking.answer(session, token=token, said=Said(reason, words), at=when)


def _note(session: Session, shop: Shop, chance: random.Random, at: datetime) -> None:
    """What the staff know of some others."""
    today = local_day(at, TIMEZONE)
    found = past.read(session, merchant_id=shop.merchant_id)
    gone = sorted(who for who, state in found.states(today.toordinal()).items()
                  if state in rhythm.GONE)  # fmt: skip
    here = living.among(session, merchant_id=shop.merchant_id, customer_ids=gone)
    some = [who for who in gone if who in here]
    for who in chance.sample(some, min(len(some), _NOTED)):
        reason = chance.choice(("moved", "habits", "price", "elsewhere", "service"))
        losses.note(
            session,
            merchant_id=shop.merchant_id,
            customer_id=who,
            said=Said(reason, None),
            actor=shop.manager.actor,
            at=at - timedelta(days=chance.randrange(1, 60)),
        )
