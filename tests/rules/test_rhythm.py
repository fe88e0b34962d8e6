"""A member's rhythm: usual gap, limits that are inclusive, who came back, and the sentence."""

import random
from datetime import date
from fractions import Fraction
from uuid import UUID

import pytest

from bench.naive import Naive, Rules
from loyalty.analytics import rhythm, spoken
from loyalty.analytics.past import Past
from loyalty.analytics.rhythm import USUAL, fixed, usual_gap, yardstick

DAY = date(2026, 11, 21).toordinal()


def test_the_usual_gap_is_drawn_towards_the_shops():
    assert usual_gap(0, 24, 4, Fraction(8)) == 8
    assert usual_gap(0, 24, 4, Fraction(30)) == Fraction(84, 5)
    assert usual_gap(5, 5, 1, Fraction(30)) == 30


@pytest.mark.parametrize(
    ("silence", "state"),
    [(0, "active"), (14, "active"), (15, "cooling"), (24, "cooling"), (25, "lapsed"),
     (179, "lapsed"), (180, "lost")],
)  # fmt: skip
def test_limits_are_inclusive(silence, state):
    """Usually every ten days: so cooling at 15, lapsed at 25; lost needs 180 days."""
    measure = yardstick(DAY, 10, 1)
    assert measure.left(DAY - silence - 20, DAY - silence, 3) == state


@pytest.mark.parametrize(("silence", "state"), [(5, "cooling"), (20, "cooling"), (21, "lapsed")])
def test_nobody_is_lapsed_before_21_days_though_they_come_daily(silence, state):
    assert yardstick(DAY, 1, 1).left(DAY - silence - 2, DAY - silence, 3) == state


@pytest.mark.parametrize("gap", [40, 50])
def test_nobody_who_comes_seldom_is_lost_after_180_days(gap):
    measure = yardstick(DAY, gap, 1)
    left = [measure.left(DAY - silence - 2 * gap, DAY - silence, 3) for silence in (180, 5 * gap)]
    assert left == ["lapsed", "lost"]


@pytest.mark.parametrize(
    ("days", "silence", "state"),
    [(1, 60, "new"), (1, 61, "one_off"), (2, 60, "new"), (2, 61, "one_off")],
)
def test_one_or_two_days_make_no_habit(days, silence, state):
    assert yardstick(DAY, 10, 1).left(DAY - silence - 3, DAY - silence, days) == state


@pytest.mark.parametrize(("silence", "state"), [(44, "active"), (45, "cooling"), (90, "lapsed")])
def test_fixed_days_are_the_same_for_everybody(silence, state):
    limits = fixed(cooling_days=45, lapsed_days=90, lost_days=200)
    for often in (1, 60):
        measure = yardstick(DAY, often, 1, limits)
        assert measure.left(DAY - silence - 2 * often, DAY - silence, 3) == state


def lived(dice, members=40, days=500):
    """Members of every kind of rhythm, some of whom stop and come back."""
    found = {}
    for number in range(members):
        day, often, mine = dice.randrange(days // 2), dice.choice([1, 3, 8, 20, 45]), []
        while day < days:
            mine.append(DAY - days + day)
            pause = dice.random() < 0.08
            day += dice.choice([90, 200, 30]) if pause else 1 + int(dice.expovariate(1 / often))
        found[UUID(int=number)] = mine
    return found


RULES = {
    "usual": (USUAL, Rules()),
    "fixed": (
        fixed(cooling_days=20, lapsed_days=35, lost_days=90, new_days=30),
        Rules(30, Fraction(0), 20, Fraction(0), 35, Fraction(0), 90),
    ),
}


@pytest.mark.parametrize("rules", RULES)
@pytest.mark.parametrize("seed", range(3))
def test_every_state_of_every_day_is_the_naive_one(seed, rules):
    limits, slow = RULES[rules]
    days = lived(random.Random(seed))
    written = {str(who): [date.fromordinal(day) for day in mine] for who, mine in days.items()}
    naive, past = Naive(written, slow), Past(days, limits)
    seen = set()
    for back in range(0, 500, 21):
        on = DAY - back
        ours = {str(who): state for who, state in past.states(on).items()}
        assert ours == naive.states(date.fromordinal(on))
        seen |= set(ours.values())
        back_ones = {str(who) for who in past.returned(on)} if back == 0 else set()
        assert back_ones <= {who for who, state in ours.items() if state == "reactivated"}
    assert len(seen) >= 6


def test_a_shop_where_nobody_came_twice_measures_by_thirty_days():
    past = Past({UUID(int=1): [DAY]})
    assert past.measure(DAY).mean == 30
    assert past.states(DAY - 1) == {}
    assert past.states(DAY) == {UUID(int=1): "new"}
    assert Past({}).states(DAY) == {}


@pytest.mark.parametrize(
    ("usual", "silence", "it", "en"),
    [
        (8, 24, "ogni 8 giorni; non si vede da 24 giorni, tre volte il suo solito.",
         "every 8 days; not seen for 24, three times the usual gap."),
        (Fraction(17, 2), 21, "ogni 8 giorni; non si vede da 21 giorni, 2,5 volte il suo solito.",
         "every 8 days; not seen for 21, 2.5 times the usual gap."),
        (1, 1, "ogni giorno; l'ultima volta ieri.", "every day; last seen yesterday."),
        (30, 0, "ogni 30 giorni; l'ultima volta oggi.", "every 30 days; last seen today."),
        (3, 90, "ogni 3 giorni; non si vede da 90 giorni, 30 volte il suo solito.",
         "every 3 days; not seen for 90, 30 times the usual gap."),
    ],
)  # fmt: skip
def test_the_sentence_says_how_often_and_since_when(usual, silence, it, en):
    said = spoken.sentence("Anna", usual=Fraction(usual), silence=silence)
    assert said.it == f"Anna di solito viene {it}"
    assert said.en == f"Anna usually comes {en}"
    assert spoken.sentence(None, usual=Fraction(8), silence=3).en.startswith("This person usually")


def test_every_state_is_one_of_the_products_words():
    assert rhythm.STATES == (
        "new", "one_off", "active", "cooling", "lapsed", "lost", "reactivated",
    )  # fmt: skip
