"""The wide machine: two shops, many cards, three kinds of program, new rules, and foreign hands."""

from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from loyalty.cards import keeping
from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref
from tests.builders import NOW, POINTS, STAMPS, CardInHand, Shop, fresh_key
from tests.domain import law
from tests.programs import with_changes

PICK = st.integers(0, 99)
REWARDS = ("breakfast", "free-coffee")


def mixed(units, per_minor):
    """Points and stamps in one program, and a reward that costs both; full cards are kept."""
    free, dear = STAMPS["rewards"][0], POINTS["rewards"][0]
    money = {**POINTS["earn"][0], "units": units, "per": {"amount_minor": per_minor}}
    visit = {"key": "visit", "unit": "points", "units": 2, "per": {"visit": 1}}
    return with_changes(
        POINTS,
        units=POINTS["units"] + STAMPS["units"],
        earn=[money, visit, *STAMPS["earn"]],
        stamps={**STAMPS["stamps"], "size": 3, "on_full": "keep"},
        rewards=[
            {**free, "cost": {"stamps": 3}},
            {**dear, "cost": {"points": 4, "stamps": 1}, "voucher_days": 10},
        ],
    )


RULES = (mixed(1, 100), mixed(3, 70), mixed(1, 999))


@dataclass
class Thing:
    """A card, a visit or a redemption, and whose it is."""

    shop: Shop
    card: CardInHand
    ref: str


class Wide(RuleBasedStateMachine):
    """Everything that two shops can do, to their own cards and to each other's."""

    shop = stranger = None

    def __init__(self):
        super().__init__()
        self.days = 0
        self.cards, self.visits, self.redemptions, self.done = [], [], [], []
        self.touched = None

    @property
    def shops(self):
        return (self.shop, self.stranger)

    @property
    def at(self):
        return NOW + timedelta(days=self.days)

    @initialize()
    def open_doors(self):
        """Programs of this run's own, so that no run depends on the one before."""
        for shop in self.shops:
            shop.program("mixed", RULES[0])
            for program in ("points", "stamps", "mixed"):
                self.enrol(shop, program)

    def enrol(self, shop, program):
        card = shop.card(program)
        self.cards.append(Thing(shop, card, card.ref))

    def attempt(self, shop, thing, act):
        """Whoever is not the shop of the thing finds nothing; a refusal changes nothing."""
        self.touched = thing
        key, before = fresh_key(), self.books(thing)
        answer, refusal = law.outcome(act, key)
        if shop is not thing.shop:
            assert isinstance(refusal, Unknown), "a stranger reached another shop's card"
        if refusal:
            assert self.books(thing) == before, f"{refusal.code} changed something"
            return
        self.done.append((act, key, answer.body))
        self.note(thing, answer.body)

    def note(self, thing, body):
        if body["kind"] == "visit":
            self.visits.append(Thing(thing.shop, thing.card, body["ref"]))
        for voucher in body["vouchers"] if body["kind"] in ("visit", "redemption") else ():
            self.redemptions.append(Thing(thing.shop, thing.card, voucher["redemption"]))

    def books(self, thing):
        with thing.shop.database.read() as session:
            return law.books(session, thing.card.ref)

    def hand(self, things, pick):
        """A thing, and the shop that reaches for it: one time in four the wrong one."""
        thing = things[pick % len(things)]
        other = next(shop for shop in self.shops if shop is not thing.shop)
        return (other if pick % 4 == 3 else thing.shop), thing

    # --- rules

    @rule(pick=PICK, amount=st.sampled_from([0, 130, 450, 1_000]), coffees=st.integers(0, 12))
    def visit(self, pick, amount, coffees):
        shop, card = self.hand(self.cards, pick)
        held, at = replace(card.card), self.at
        scan = (held.code, held.token, held.ref)[pick % 3]
        self.attempt(
            shop,
            card,
            lambda key: shop.visit(held, amount, coffees=coffees, key=key, at=at, scan=scan),
        )

    @rule(pick=PICK, back=st.sampled_from([1, 40, 366]))
    def visit_entered_late(self, pick, back):
        shop, card = self.hand(self.cards, pick)
        held, at, then = replace(card.card), self.at, self.at - timedelta(days=back)
        receipt = f"{self.cards[0].ref}-{back}"
        self.attempt(
            shop,
            card,
            lambda key: shop.visit(
                held, 700, coffees=4, key=key, at=at, occurred_at=then, external_ref=receipt
            ),
        )

    @precondition(lambda self: self.visits)
    @rule(pick=PICK, amount=st.sampled_from([1, 130, 500]), milli=st.sampled_from([500, 3_000]))
    def refund(self, pick, amount, milli):
        shop, visit = self.hand(self.visits, pick)
        how = {"amount_minor": amount} if pick % 2 else {"lines": ((1, milli),)}
        at = self.at
        self.attempt(shop, visit, lambda key: shop.refund(visit.ref, key=key, at=at, **how))

    @precondition(lambda self: self.visits)
    @rule(pick=PICK)
    def void(self, pick):
        shop, visit = self.hand(self.visits, pick)
        at = self.at
        self.attempt(shop, visit, lambda key: shop.void(visit.ref, key=key, at=at))

    @rule(pick=PICK, reward=st.sampled_from(REWARDS))
    def reserve(self, pick, reward):
        shop, card = self.hand(self.cards, pick)
        held, at = replace(card.card), self.at
        self.attempt(shop, card, lambda key: shop.reserve(held, reward, key=key, at=at))

    @precondition(lambda self: self.redemptions)
    @rule(pick=PICK)
    def cancel(self, pick):
        shop, redemption = self.hand(self.redemptions, pick)
        at = self.at
        self.attempt(shop, redemption, lambda key: shop.cancel(redemption.ref, key=key, at=at))

    @rule(pick=PICK, units=st.sampled_from([-4, 3, 9]))
    def adjust(self, pick, units):
        shop, card = self.hand(self.cards, pick)
        unit, at = ("points", "stamps")[pick % 2], self.at
        self.attempt(shop, card, lambda key: shop.adjust(card.card, unit, units, key=key, at=at))

    @rule(pick=PICK, program=st.sampled_from(["points", "stamps", "mixed"]))
    def come_for_the_first_time(self, pick, program):
        self.enrol(self.shops[pick % 2], program)

    @rule(pick=PICK, number=st.integers(0, len(RULES) - 1))
    def make_new_rules(self, pick, number):
        self.shops[pick % 2].publish("mixed", RULES[number], at=self.at)

    @rule(days=st.sampled_from([1, 11, 31, 200]))
    def let_time_pass(self, days):
        self.days += days

    @rule(pick=PICK)
    def lose_a_card(self, pick):
        """The old code is shut, the new one works, nothing is lost."""
        _, thing = self.hand(self.cards, pick)
        before = law.stands(thing.shop, thing.card, self.at)["balances"]
        facts = law.keep(thing.shop, keeping.replace, thing.card, self.at)
        thing.card.code, thing.card.token = facts.code, facts.token
        assert law.stands(thing.shop, thing.card, self.at)["balances"] == before

    @precondition(lambda self: self.done)
    @rule(pick=PICK)
    def press_the_key_again(self, pick):
        act, key, body = self.done[pick % len(self.done)]
        again = act(key)
        assert (again.replayed, again.body) == (True, body)

    # --- what must hold

    @invariant()
    def the_books_of_the_card_are_right(self):
        if self.touched:
            self.right(self.touched)

    def teardown(self):
        for thing in self.cards:
            self.right(thing)

    @staticmethod
    def right(thing):
        with thing.shop.database.read() as session:
            faults = law.broken(session, [parse_ref("crd", thing.card.ref)])
        assert not faults, faults
