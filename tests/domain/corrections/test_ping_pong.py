"""Visits moved to and fro, people merged and parted, in any order: nobody gains a unit or a day."""

import os
from bisect import bisect_right
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from loyalty.core.errors import LoyaltyError
from tests.builders import NOW
from tests.domain.corrections import rules
from tests.domain.corrections.hands import account, both, lots, merge, move, unmerge

DAY = timedelta(days=1)
AT = NOW + 20 * DAY
STEADY = settings(
    derandomize=not os.environ.get("WILD"),
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("WILD", "12")),
    phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if os.environ.get("WILD") else [])],
    suppress_health_check=list(HealthCheck),
)
PICK = st.integers(0, 99)
STEP = st.tuples(st.sampled_from(["move", "move", "merge", "part"]), PICK, PICK)
PROGRAMS = {
    "rolling": rules.lasting("rolling", 2),
    "month end": rules.lasting("month_end", 1),
    "sliding": rules.lasting("inactivity", 2),
    "waiting": rules.waiting(24 * 15),
    "clamped": rules.CLAMPED,
}


class Family:
    """Three cards with visits, and what was done to them, so that it can be undone."""

    def __init__(self, shop, program, sales, spent):
        self.shop = shop
        self.cards = [shop.card(program) for _ in range(3)]
        self.visits, self.places, self.done = [], [], []
        for number, (day, euros, cents) in enumerate(sales):
            card = self.cards[number % 3]
            amount = euros * 100 + cents
            body = shop.visit(card, amount, at=NOW + day * DAY).body
            self.visits.append(body["ref"])
            self.places.append(number % 3)
        for number in spent:
            self.attempt(lambda n=number: shop.reserve(self.cards[n % 3], "breakfast", at=AT))

    def attempt(self, act):
        try:
            return act()
        except LoyaltyError:
            return None

    def step(self, kind, pick, other):
        """Do something; what the shop refuses does not happen."""
        one, two = pick % 3, other % 3
        if kind == "move" and self.visits:
            number = pick % len(self.visits)
            if self.attempt(lambda: self.move(number, two)):
                self.done.append(("move", number, self.places[number]))
                self.places[number] = two
        elif kind == "merge" and self.attempt(lambda: self.join(one, two)):
            self.done.append(("merge", one, None))
        elif kind == "part" and self.attempt(lambda: self.part(one)):
            self.done = [each for each in self.done if each[:2] != ("merge", one)]
            self.done.append(("part", one, None))

    def move(self, number, card):
        return move(self.shop, self.visits[number], self.cards[card], at=AT)

    def join(self, one, two):
        return merge(self.shop, self.cards[one], self.cards[two], at=AT)

    def part(self, one):
        return unmerge(self.shop, self.cards[one], at=AT)

    def ends(self):
        """The ends of all units on all cards, sorted."""
        found = [
            (end or "9999", left) for c in self.cards for _, end, left, *_ in lots(self.shop, c)
        ]
        return sorted(end for end, left in found for _ in range(left))

    def sums(self):
        """Exact sums, and what is there beyond what visits earned, over all cards."""
        rows = [account(self.shop, card) for card in self.cards]
        exact = sum(row.earned_millionths for row in rows)
        return exact, sum(row.balance - row.earned_millionths // 1_000_000 for row in rows)


def grown(now, before):
    """Ends of which more units live beyond than before."""
    return [
        end
        for end in {*now, *before}
        if len(now) - bisect_right(now, end) > len(before) - bisect_right(before, end)
    ]


SALES = st.lists(st.tuples(st.integers(0, 19), st.integers(1, 14), st.just(0)), max_size=5)
ODD = st.lists(st.tuples(st.integers(0, 19), st.integers(0, 14), st.integers(0, 99)), max_size=5)
SPENT = st.lists(PICK, max_size=3)


@pytest.mark.parametrize("program", PROGRAMS)
@STEADY
@given(sales=SALES, spent=SPENT, steps=st.lists(STEP, min_size=1, max_size=7))
def test_no_unit_lives_longer_and_none_is_made(shop, program, sales, spent, steps):
    if program not in shop.programs:
        shop.program(program, PROGRAMS[program])
    family = Family(shop, program, sales, [])
    earned = family.ends()
    for number in spent:
        family.attempt(lambda n=number: shop.reserve(family.cards[n % 3], "breakfast", at=AT))
    sums = family.sums()
    for step in steps:
        family.step(*step)
        # On the right card a unit that slides lives by that card's visits, as if always there.
        most = [max(earned)] * len(earned) if program == "sliding" and earned else earned
        assert not grown(family.ends(), most), family.done
        if program != "clamped":
            assert family.sums() == sums, family.done


@pytest.mark.parametrize("program", PROGRAMS)
@STEADY
@given(sales=ODD, spent=SPENT, steps=st.lists(STEP, min_size=1, max_size=6))
def test_undone_in_turn_everything_is_exactly_as_before(shop, program, sales, spent, steps):
    if program not in shop.programs:
        shop.program(program, PROGRAMS[program])
    family = Family(shop, program, sales, spent)
    before, sums = both(shop, family.cards, AT), family.sums()
    for step in steps:
        if step[0] != "part":
            family.step(*step)
            assert family.sums()[0] == sums[0]
    for kind, which, place in reversed(family.done):
        if kind == "move":
            family.move(which, place)
        else:
            family.part(which)
    assert flat(both(shop, family.cards, AT)) == flat(before)


def flat(states):
    """Without the sizes of lots: a lot that was emptied and made anew holds the same."""
    for state in states:
        held = {}
        for unit, end, left, _, waits, grace in state["lots"]:
            held[unit, end, waits, grace] = held.get((unit, end, waits, grace), 0) + left
        state["lots"] = held
    return states
