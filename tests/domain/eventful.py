"""Eventful days of a shop: everything that can happen to cards, one deed at a time."""

from dataclasses import dataclass, field
from datetime import timedelta

from loyalty.core.errors import LoyaltyError
from loyalty.core.ids import parse_ref
from loyalty.counter import chores, due, merging, moves, parting
from loyalty.counter.requests import LineRequest, intent
from tests.builders import NOW, fresh_key
from tests.domain.rulebook.book import BREAKFAST, FREE_COFFEE, GOLD, SHELTER, SILVER, bonus

PLATINUM = {"key": "platinum", "name": {"it": "Platino", "en": "Platinum"}, "from": 9_000}
POINTS = {"key": "points", "label": {"it": "punti", "en": "points"}, "pending_hours": 30}
STAMPS = {"key": "stamps", "label": {"it": "timbri", "en": "stamps"}}
BASE = {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 70}}
COFFEE = {
    "key": "coffee", "unit": "stamps", "units": 1, "per": {"item": 1},
    "when": {"categories": ["coffee"]},
}  # fmt: skip
GIFT = {
    "key": "gift", "kind": "donation", "name": {"it": "1 € al rifugio", "en": "€1 to the shelter"},
    "cost": {"points": 5}, "value_minor": 100,
}  # fmt: skip
REWARDS = ("breakfast", "free-coffee", "gift")


def rules(measure="spend", starts=(2_000, 9_000), *, expiry=("inactivity", 2), **more):
    """Points that wait and slide, stamps, levels, a cause, caps, a bonus, rewards with a stock."""
    gold = {**GOLD, "from": starts[0]}
    unit = {"unit": "points"} if measure == "units" else {}
    return {
        "units": [
            {**POINTS, "expiry": {"kind": expiry[0], "months": expiry[1]}},
            {**STAMPS, "expiry": {"kind": "rolling", "months": 3}},
        ],
        "earn": [BASE, COFFEE, bonus(150, weekdays=[6, 7]), bonus(50, "half", tiers=["silver"])],
        "caps": [{"unit": "points", "per": "day", "units": 60}],
        "stamps": {"unit": "stamps", "size": 4, "reward": "free-coffee", "on_full": "issue"},
        "tiers": {
            "measure": measure, **unit, "window": {"kind": "rolling", "months": 2},
            "grace_days": 10, "levels": [SILVER, gold, {**PLATINUM, "from": starts[1]}],
        },
        "cause": SHELTER,
        "rewards": [
            {**BREAKFAST, "cost": {"points": 8}, "stock": 3},
            {**FREE_COFFEE, "cost": {"stamps": 4}},
            GIFT,
        ],
        "proof": {"redeem": "typed"},
        **more,
    }  # fmt: skip


RULES = (
    rules(),
    rules("visits", (2, 5), expiry=("rolling", 4), debt="clamp"),
    rules("units", (30, 90), expiry=("month_end", 1)),
    rules(expiry=("inactivity", 3), tiers=None, earn=[BASE, COFFEE]),
    rules("spend", (1_500, 4_000), drop="straight"),
)


@dataclass
class Days:
    """A shop, its cards, and what it did so far; each verb is one write or none."""

    shop: object
    program: str = "club"
    day: int = 0
    minute: int = 0
    cards: list = field(default_factory=list)
    visits: list = field(default_factory=list)
    redemptions: list = field(default_factory=list)
    done: set = field(default_factory=set)
    version: int = 1

    @property
    def at(self):
        return NOW + timedelta(days=self.day, minutes=self.minute)

    def enrol(self, **profile):
        self.cards.append(self.shop.card(self.program, self.at, **profile))
        return self.cards[-1]

    def attempt(self, name, act, *args, **more):
        """A refusal changes nothing and is no news; what is done is noted."""
        try:
            answer = act(*args, **more)
        except LoyaltyError as refusal:
            self.done.add((name, refusal.code))
            return None
        self.done.add(name)
        return answer

    def visit(self, card, amount, coffees=0, back=0):
        lines = [LineRequest(category="cake", amount_minor=amount - coffees)]
        if coffees:
            milli = coffees * 1_000
            lines.append(LineRequest(category="coffee", quantity_milli=milli, amount_minor=coffees))
        more = {"occurred_at": self.at - timedelta(days=back)} if back else {}
        answer = self.attempt(
            "late" if back else "visit", self.shop.visit, card, lines=lines, at=self.at, **more
        )
        if answer:
            self.visits.append(answer.body["ref"])
            self.redemptions += [v["redemption"] for v in answer.body["vouchers"]]
        return answer

    def refund(self, visit, amount=None, lines=()):
        return self.attempt("refund", self.shop.refund, visit, amount, lines=lines, at=self.at)

    def void(self, visit):
        return self.attempt("void", self.shop.void, visit, at=self.at)

    def reserve(self, card, reward):
        answer = self.attempt("reserve", self.shop.reserve, card, reward, at=self.at)
        if answer:
            self.redemptions += [v["redemption"] for v in answer.body["vouchers"]]
        return answer

    def fulfil(self, redemption):
        return self.attempt("fulfil", self.shop.fulfil, redemption, at=self.at)

    def cancel(self, redemption):
        return self.attempt("cancel", self.shop.cancel, redemption, at=self.at)

    def adjust(self, card, unit, units):
        return self.attempt("adjust", self.shop.adjust, card, unit, units, at=self.at)

    def write(self, name, verb, **facts):
        def act():
            with self.shop.database.write() as session:
                return verb(session, **facts)

        return self.attempt(name, act)

    def move(self, visit, card):
        return self.write(
            "move", moves.move, duty=self.shop.owner, visit_ref=visit, card=card.code,
            reason="carta sbagliata", intent=intent(fresh_key(), None), at=self.at,
        )  # fmt: skip

    def merge(self, one, other):
        return self.write(
            "merge", merging.merge, duty=self.shop.owner, customer_ref=one.customer,
            into_ref=other.customer, at=self.at,
        )  # fmt: skip

    def part(self, card):
        return self.write(
            "part", parting.unmerge, duty=self.shop.owner, customer_ref=card.customer, at=self.at
        )

    def publish(self, raw, *, adopt=True):
        self.minute += 1
        before, self.version = self.version, self.shop.publish(self.program, raw, self.at)
        self.minute += 1
        self.done.add("publish")
        if adopt:
            self.chore("adopt", chores.adopt, before=before)

    def chore(self, name, verb, **more):
        """What a worker does by night, for every card of the program that stands by itself."""
        with self.shop.database.write() as session:
            shop = due.shop_of(
                session,
                merchant_id=self.shop.merchant_id,
                program_id=parse_ref("prg", self.shop.programs[self.program]),
            )
            found = due.cards(session, shop=shop, after=None, limit=1_000)
            verb(session, shop=shop, card_ids=found.card_ids, at=self.at, **more)
        self.done.add(name)

    def night(self):
        self.chore("catch_up", chores.catch_up)
        self.chore("notify", chores.notify)
