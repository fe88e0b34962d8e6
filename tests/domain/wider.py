"""The wider machine: beside the day's work, mistakes put right, levels, causes, and time itself."""

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from loyalty.cards import keeping
from loyalty.core.errors import LoyaltyError
from loyalty.core.ids import parse_ref
from loyalty.core.money import Money
from loyalty.counter import causes, chores, due
from loyalty.counter.requests import intent
from loyalty.merchants.roles import system_duty
from loyalty.programs import editor
from tests.builders import POINTS, STAMPS, fresh_key
from tests.domain import law
from tests.domain.corrections import hands
from tests.domain.wide import PICK, Thing, Wide
from tests.programs import with_changes

NAME = {"it": "un dono", "en": "a gift"}
GIFT = {"key": "gift", "kind": "donation", "name": NAME, "cost": {"points": 3}, "value_minor": 50}
UNIT = {**POINTS["units"][0], "pending_hours": 24, "expiry": {"kind": "inactivity", "months": 1}}
CLUB = with_changes(
    POINTS,
    units=[UNIT, *STAMPS["units"]],
    earn=[
        {**POINTS["earn"][0], "per": {"amount_minor": 70}},
        *STAMPS["earn"],
        {"key": "gold", "unit": "points", "multiply_percent": 150, "when": {"tiers": ["gold"]}},
    ],
    caps=[{"unit": "points", "per": "day", "units": 25}],
    stamps={**STAMPS["stamps"], "size": 5},
    tiers={
        "measure": "spend",
        "window": {"kind": "rolling", "months": 2},
        "grace_days": 5,
        "levels": [{"key": "silver", "from": 0}, {"key": "gold", "from": 1_500}],
    },
    cause={
        "key": "gatti",
        "beneficiary": {"name": "Gattile Sereno"},
        "rate": [1, 30],
        "payable_after_days": 5,
    },
    rewards=[
        {**POINTS["rewards"][0], "cost": {"points": 4}, "voucher_days": 10},
        {**STAMPS["rewards"][0], "cost": {"stamps": 5}},
        GIFT,
    ],
)


class Wider(Wide):
    """The same two shops, with a club of all kinds, and people who make mistakes."""

    def __init__(self):
        super().__init__()
        self.clubs, self.club_visits, self.merged = [], [], []

    @initialize()
    def open_clubs(self):
        for shop in self.shops:
            shop.program("club", CLUB)
            for _ in range(3):
                self.enrol(shop, "club")
                self.clubs.append(self.cards[-1])

    def club(self, pick):
        return self.hand(self.clubs, pick)

    def near(self, thing, pick):
        """A club card of the same shop; now and then one of next door."""
        near = [each for each in self.clubs if each.shop is thing.shop]
        return self.clubs[pick % len(self.clubs)] if pick % 9 == 8 else near[pick % len(near)]

    def correct(self, shop, things, act):
        """The same for what has no key; a refusal changes nothing on any of the cards."""
        self.touched = things[-1]
        before = [self.books(each) for each in things]
        answer, refusal = law.outcome(lambda _: act(), None)
        if refusal:
            assert [self.books(each) for each in things] == before, f"{refusal.code} changed it"
            return None
        assert all(shop is each.shop for each in things), "a stranger put something right here"
        return answer

    # --- mistakes put right

    @rule(pick=PICK, amount=st.sampled_from([90, 700, 1_500]), coffees=st.integers(0, 4))
    def visit_as_a_member(self, pick, amount, coffees):
        shop, thing = self.club(pick * 4)
        held, at = replace(thing.card), self.at
        self.attempt(
            shop, thing, lambda key: shop.visit(held, amount, coffees=coffees, key=key, at=at)
        )

    @rule(pick=PICK, amount=st.sampled_from([700, 1_500]), other=PICK)
    def visit_and_see_that_it_was_the_wrong_card(self, pick, amount, other):
        self.visit_as_a_member(pick, amount, 1)
        if self.club_visits:
            self.move_a_visit(self.club_visits[-1].shop, self.club_visits[-1], other)

    @precondition(lambda self: self.club_visits)
    @rule(pick=PICK, other=PICK)
    def move(self, pick, other):
        self.move_a_visit(*self.hand(self.club_visits, pick), other)

    def move_a_visit(self, shop, visit, other):
        to, at = self.near(visit, other).card, self.at
        scan = (to.code, to.token, to.ref)[other % 3]
        self.attempt(
            shop, visit, lambda key: hands.move(shop, visit.ref, to, at=at, key=key, scan=scan)
        )

    @rule(pick=PICK, other=PICK)
    def merge(self, pick, other):
        shop, one = self.club(pick)
        two = self.near(one, other)
        if self.correct(
            shop, [one, two], lambda: hands.merge(shop, one.card, two.card, at=self.at)
        ):
            self.merged.append(one)

    @precondition(lambda self: self.merged)
    @rule(pick=PICK)
    def part(self, pick):
        shop, thing = self.hand(self.merged, pick)
        if self.correct(shop, [thing], lambda: hands.unmerge(shop, thing.card, at=self.at)):
            self.merged.remove(thing)

    @rule(pick=PICK)
    def find_a_card(self, pick):
        """It was lost before, or not; then there is nothing to find."""
        shop, thing = self.hand(self.cards, pick * 4)
        before = law.stands(shop, thing.card, self.at)["balances"]
        facts = self.correct(
            shop, [thing], lambda: law.keep(shop, keeping.restore, thing.card, self.at)
        )
        if facts is not None:
            thing.card.code, thing.card.token = facts.code, facts.token
        assert law.stands(shop, thing.card, self.at)["balances"] == before

    # --- the house

    @rule(pick=PICK)
    def pause_for_a_moment(self, pick):
        """A paused program takes no sales; what is there stays, and can be put right."""
        shop, thing = self.club(pick * 4)
        facts = {"merchant_id": shop.merchant_id, "program_id": self.program_of(shop)}
        with shop.database.write() as session:
            editor.pause(session, **facts)
        answer, refusal = law.outcome(lambda key: shop.visit(thing.card, 100, key=key), fresh_key())
        assert answer is None
        assert refusal.code in ("program_paused", "card_blocked")
        with shop.database.write() as session:
            editor.resume(session, **facts)

    @rule(pick=PICK)
    def give_to_the_cause(self, pick):
        shop, thing = self.club(pick)
        at, card = self.at, thing.card
        self.attempt(shop, thing, lambda key: shop.reserve(card, "gift", key=key, at=at))

    @rule(pick=PICK, minor=st.sampled_from([1, 10, 60]))
    def pay_the_cause(self, pick, minor):
        shop, at = self.shops[pick % 2], self.at
        before = self.cause(shop)
        payment = causes.Payment("gatti", Money(minor, "EUR"), at.date(), "ricevuta")
        try:
            with shop.database.write() as session:
                causes.pay(
                    session,
                    duty=system_duty(shop.merchant_id),
                    payment=payment,
                    intent=intent(fresh_key(), minor),
                    at=at,
                )
        except LoyaltyError:
            assert minor > before.payable_minor
            return
        after = self.cause(shop)
        assert after.paid_minor == before.paid_minor + minor
        assert after.payable_minor == before.payable_minor - minor >= 0

    @rule(pick=PICK)
    def let_the_worker_see_to_a_card(self, pick):
        """What time has done is written down; nobody can tell the difference."""
        shop, thing = self.club(pick * 4)
        before = hands.state(shop, thing.card, self.at, sizes=False)
        with shop.database.write() as session:
            place = due.Shop(shop.merchant_id, self.program_of(shop), 1, "EUR", "Europe/Rome")
            card_id = parse_ref("crd", before["seen"]["ref"])
            chores.catch_up(session, shop=place, card_ids=[card_id], at=self.at)
        after = hands.state(shop, thing.card, self.at, sizes=False)
        if len(after["vouchers"]) == len(before["vouchers"]):  # else stamps that waited fill a card
            assert after["seen"]["balances"] == before["seen"]["balances"]
            assert after["seen"]["tier"] == before["seen"]["tier"]

    def program_of(self, shop):
        return parse_ref("prg", shop.programs["club"])

    def cause(self, shop):
        with shop.database.read() as session:
            return causes.one(session, merchant_id=shop.merchant_id, cause="gatti", at=self.at)

    # --- what must hold

    @invariant()
    def the_causes_add_up(self):
        for shop in self.shops:
            if "club" in shop.programs and self.days % 7 == 0:
                found = self.cause(shop)
                assert found.pledged_minor == found.unpaid_minor + found.paid_minor
                assert found.payable_minor <= found.unpaid_minor

    def note(self, thing, body):
        super().note(thing, body)
        if body["kind"] == "visit" and body["program"] == thing.shop.programs["club"]:
            self.club_visits.append(self.visits[-1])
        if body["kind"] == "move":
            fresh = [each for each in body["vouchers"] if each["state"] == "reserved"]
            self.redemptions += [Thing(thing.shop, thing.card, v["redemption"]) for v in fresh]
