"""Eventful days of a shop: everything that can happen to cards, one deed at a time."""

from dataclasses import dataclass, field
from datetime import timedelta

from loyalty.core.errors import LoyaltyError
from loyalty.core.ids import parse_ref
from loyalty.counter import chores, due
from loyalty.counter.requests import LineRequest
from tests.builders import NOW
from tests.domain import files
from tests.domain.corrections import hands
from tests.domain.rulebook.book import BREAKFAST, FREE_COFFEE, GOLD, SHELTER, SILVER, bonus

PLATINUM = {"key": "platinum", "name": {"it": "Platino", "en": "Platinum"}}
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
    unit = {"unit": "points"} if measure == "units" else {}
    levels = [SILVER, {**GOLD, "from": starts[0]}, {**PLATINUM, "from": starts[1]}]
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
            "grace_days": 10, "levels": levels,
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
    rules(starts=(1_500, 4_000), expiry=("inactivity", 4)),
)


@dataclass
class Days:
    """A club of a shop, its cards, and what they did so far; each verb is one write, or none."""

    shop: object
    program: str = "club"
    day: int = 0
    minute: int = 0
    version: int = 1
    cards: list = field(default_factory=list)
    visits: list = field(default_factory=list)
    redemptions: list = field(default_factory=list)

    @property
    def at(self):
        return NOW + timedelta(days=self.day, minutes=self.minute)

    def enrol(self):
        self.cards.append(self.shop.card(self.program, self.at))
        return self.cards[-1]

    def attempt(self, act, *args, **more):
        """A refusal changes nothing, and is no news here."""
        try:
            return act(*args, at=self.at, **more)
        except LoyaltyError:
            return None

    def visit(self, card, amount, coffees=0, back=0):
        """Cake and coffees at a cent; `back` days ago, if entered late. Its ref."""
        lines = [LineRequest(category="cake", amount_minor=amount - coffees)]
        if coffees:
            milli = coffees * 1_000
            lines.append(LineRequest(category="coffee", quantity_milli=milli, amount_minor=coffees))
        more = {"occurred_at": self.at - timedelta(days=back)} if back else {}
        return self.note(self.attempt(self.shop.visit, card, lines=lines, **more), self.visits)

    def note(self, answer, refs):
        """Remember what was made; the ref of an operation that happened."""
        if answer is None:
            return None
        refs.append(answer.body["ref"])
        if refs is self.visits:
            self.redemptions += [each["redemption"] for each in answer.body["vouchers"]]
        return answer.body["ref"]

    def refund(self, visit, amount=None, lines=()):
        return self.attempt(self.shop.refund, visit, amount, lines=lines)

    def void(self, visit):
        return self.attempt(self.shop.void, visit)

    def reserve(self, card, reward):
        return self.note(self.attempt(self.shop.reserve, card, reward), self.redemptions)

    def fulfil(self, redemption):
        return self.attempt(self.shop.fulfil, redemption)

    def cancel(self, redemption):
        return self.attempt(self.shop.cancel, redemption)

    def adjust(self, card, unit, units):
        return self.attempt(self.shop.adjust, card, unit, units)

    def move(self, visit, card):
        return self.attempt(hands.move, self.shop, visit, card)

    def merge(self, one, other):
        return self.attempt(hands.merge, self.shop, one, other)

    def part(self, card):
        return self.attempt(hands.unmerge, self.shop, card)

    def publish(self, raw, *, adopt=True):
        """Newer rules, a minute after all else; the worker sees to it, or is late."""
        self.minute += 1
        before, self.version = self.version, self.shop.publish(self.program, raw, self.at)
        self.minute += 1
        if adopt:
            self.chore(chores.adopt, before=before)

    def chore(self, verb, **more):
        """What a worker does by night, for every card of the program that stands by itself."""
        program_id = parse_ref("prg", self.shop.programs[self.program])
        with self.shop.database.write() as session:
            shop = due.shop_of(session, merchant_id=self.shop.merchant_id, program_id=program_id)
            found = due.cards(session, shop=shop, after=None, limit=1_000)
            verb(session, shop=shop, card_ids=found.card_ids, at=self.at, **more)

    def night(self):
        self.chore(chores.catch_up)
        self.chore(chores.notify)


def do(days, kind, one, two, much):
    """Something of that kind, to things picked by number."""
    card, other = (days.cards[number % len(days.cards)] for number in (one, two))
    visit = days.visits[one % len(days.visits)] if days.visits else None
    redemption = days.redemptions[one % len(days.redemptions)] if days.redemptions else None
    amount = (130, 700, 1_999, 4_000)[much % 4]
    deeds = {
        "visit": lambda: days.visit(card, amount, two % 6),
        "late": lambda: days.visit(card, amount, 1, back=(1, 30, 75)[two % 3]),
        "amount back": lambda: days.refund(visit, amount),
        "piece back": lambda: days.refund(visit, lines=((1, 1_000),)),
        "void": lambda: days.void(visit),
        "move": lambda: days.move(visit, other),
        "reserve": lambda: days.reserve(card, REWARDS[two % 3]),
        "fulfil": lambda: days.fulfil(redemption),
        "cancel": lambda: days.cancel(redemption),
        "adjust": lambda: days.adjust(card, ("points", "stamps")[two % 2], (-3, 2, 9)[much % 3]),
        "merge": lambda: days.merge(card, other),
        "part": lambda: days.part(card),
        "publish": lambda: days.publish(RULES[one % len(RULES)], adopt=bool(two % 3)),
        "lengthen": lambda: days.chore(chores.lengthen),
        "night": days.night,
        "file": lambda: files.some(days, one, two, much),
        "undo": lambda: files.undo(days, two),
    }
    if kind == "wait":
        days.day += (1, 5, 16, 40)[much % 4]
    elif (visit or kind not in OF_A_VISIT) and (redemption or kind not in OF_A_REWARD):
        deeds[kind]()


OF_A_VISIT, OF_A_REWARD = ("amount back", "piece back", "void", "move"), ("fulfil", "cancel")
KINDS = (
    *("visit", "visit", "visit", "late", "amount back", "piece back", "void", "move", "reserve"),
    *("fulfil", "cancel", "adjust", "merge", "part", "publish", "lengthen", "night"),
    *("wait", "wait", "file", "file", "undo"),
)


def live(shop):
    """A story in which everything happens that can happen to a card."""
    shop.program("club", RULES[0])
    days = Days(shop)
    for _ in range(7):
        days.enrol()
    _buy_and_return(days)
    _correct(days)
    _join_and_part(days)
    _grow_older(days)
    files.story(days)
    return days


def _buy_and_return(days):
    anna, bruna, carla, *_ = days.cards
    first = days.visit(anna, 2_500, 3)
    days.visit(anna, 4_999, 2)
    days.refund(first, 700)
    days.refund(first, lines=((1, 500),))
    days.void(days.visit(bruna, 2_700, 1))
    days.visit(bruna, 2_500, 1, back=30)
    days.visit(carla, 4_000, 4)
    days.fulfil(days.redemptions[0])
    days.day = 2
    days.night()
    days.fulfil(days.reserve(anna, "breakfast"))
    days.cancel(days.reserve(anna, "breakfast"))
    days.reserve(anna, "gift")
    days.cancel(days.reserve(anna, "gift"))


def _correct(days):
    anna, bruna, carla, dora, *_ = days.cards
    days.adjust(anna, "points", 9)
    days.adjust(anna, "points", -3)
    days.move(days.visits[0], bruna)
    days.move(days.visits[0], anna)
    days.move(days.visit(dora, 2_200, 2), carla)
    days.visit(dora, 700, 1)


def _join_and_part(days):
    _, bruna, carla, dora, elsa, fulvia, gina = days.cards
    days.merge(carla, dora)
    days.visit(dora, 1_300, 2)
    days.refund(days.visits[3], 500)
    days.part(carla)
    days.visit(gina, 2_500)
    days.merge(fulvia, gina)
    days.part(fulvia)
    days.day = 4
    days.merge(elsa, bruna)
    days.visit(elsa, 2_600, 1)


def _grow_older(days):
    anna, bruna, carla, dora, *_ = days.cards
    days.publish(RULES[4], adopt=False)
    days.chore(chores.lengthen)
    days.day = 60
    days.night()
    days.visit(carla, 9_000)
    days.day = 84
    days.night()
    days.day = 100
    days.publish(RULES[1])
    days.night()
    days.void(days.visits[1])
    days.visit(dora, 1_000)
    days.day = 103
    days.reserve(dora, "breakfast")
    days.void(days.visits[-1])
    days.day = 220
    days.night()
    days.void(days.visits[3])
    days.publish(RULES[0])
    days.visit(bruna, 4_000, 2)
    days.visit(anna, 1_000, 1)
