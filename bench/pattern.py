"""A small shop with a lived past, made by the product's own verbs: what `bench.copies` multiplies.

Its customers come some often and some seldom, some have stopped coming; they pay, are rewarded, and
bring things back, each at the time when it would have happened.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bench import cast
from loyalty.core import clock
from loyalty.core.db import Database
from loyalty.core.money import Money
from loyalty.counter import redemptions, refunds, visits
from loyalty.counter.requests import RefundRequest, VisitRequest, intent
from loyalty.customers.directory import Profile
from loyalty.merchants.roles import Duty, Role, staff_duty
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once

SEED = 20_261_126
PAST = timedelta(days=360)  # nothing of a year's points is over yet
COST, REWARDED, RETURNED = 10, 0.10, 0.02
A_WRITE = 200  # verbs in one write: quick, and no till waits
NAMES = ("Anna", "Bruno", "Carla", "Dario", "Elena", "Franco", "Giulia", "Hamid", "Irene", "Luca")
FAMILIES = ("Rossi", "Ferri", "Conti", "Greco", "Fontana", "Serra", "Villa", "Marino", "Gatti")


@dataclass(frozen=True)
class Sold:
    """A sale of the past: to which card, when, and for how much."""

    who: int
    at: datetime
    amount_minor: int


@dataclass(frozen=True)
class Pattern:
    """The shop: its id, a key for everything, and the code of each card."""

    merchant_id: UUID
    key: str
    codes: tuple[str, ...]


def live(database: Database, *, cards: int, visits_made: int) -> Pattern:
    """A shop that opened PAST ago, with so many cards and visits."""
    chance, until = random.Random(SEED), clock.now()
    began = until - PAST
    merchant_id, program, key = cast.open_shop(database, began)
    duty = staff_duty(merchant_id, merchant_id, Role.OWNER)
    days = [began + PAST * chance.random() / 2 for _ in range(cards)]
    codes = []
    with database.write() as session:
        for number, at in enumerate(sorted(days)):
            person = Profile(name=f"{NAMES[number % 10]} {FAMILIES[number % 9]}")
            codes.append(cast.enrol(session, duty, program, at, person)["code"])
    past = _past(chance, sorted(days), until, visits_made)
    counter = _Counter(duty, codes, chance)
    for first in range(0, len(past), A_WRITE):
        with database.write() as session:
            for sold in past[first : first + A_WRITE]:
                counter.serve(session, sold)
    once(database, CHORES, at=until)  # nobody waits to be told of what is long past
    return Pattern(merchant_id, key, tuple(codes))


def _past(
    chance: random.Random, since: Sequence[datetime], until: datetime, visits_made: int
) -> list[Sold]:
    """The sales in the order of time; two customers in five have stopped coming at some day."""
    often = [chance.expovariate(1) + 0.05 for _ in since]
    last = [at + (until - at) * (chance.random() if chance.random() < 0.4 else 1) for at in since]
    found = []
    for who in chance.choices(range(len(since)), often, k=visits_made):
        at = since[who] + (last[who] - since[who]) * chance.random()
        found.append(Sold(who, at, chance.randrange(150, 6_000)))
    return sorted(found, key=lambda sold: sold.at)


class _Counter:
    def __init__(self, duty: Duty, codes: Sequence[str], chance: random.Random) -> None:
        self._duty, self._codes, self._chance, self._keys = duty, codes, chance, count(1)

    def serve(self, session: Session, sold: Sold) -> None:
        """A sale, and now and then a reward or a return a minute later."""
        code, later = self._codes[sold.who], sold.at + timedelta(minutes=1)
        request = VisitRequest(scan=code, amount=Money(sold.amount_minor, "EUR"))
        body = visits.accrue(
            session, duty=self._duty, request=request, intent=self._intent(code), at=sold.at
        ).body
        if self._holds(body) and self._chance.random() < REWARDED:
            self._reward(session, code, later)
        if self._chance.random() < RETURNED:
            back = RefundRequest(amount=Money(sold.amount_minor // 2, "EUR"))
            meant = self._intent(body["ref"])
            refunds.refund(
                session, duty=self._duty, visit_ref=body["ref"], request=back, intent=meant,
                at=later,
            )  # fmt: skip

    def _holds(self, body: dict[str, Any]) -> bool:
        return bool(body["balances"]["points"]["available"] >= COST)

    def _reward(self, session: Session, code: str, at: datetime) -> None:
        reserved = redemptions.reserve(
            session,
            duty=self._duty,
            scan=code,
            reward="breakfast",
            intent=self._intent(code),
            at=at,
        )
        redemptions.fulfil(
            session, duty=self._duty, redemption_ref=reserved.body["ref"], intent=None, at=at
        )

    def _intent(self, body: str) -> Any:
        return intent(f"pattern-{next(self._keys)}", body)
