"""Whether a win-back worked: the interval tells the truth as often as it says."""

import random

import pytest

from loyalty.analytics.effect import NOTHING_KNOWN, Difference, newcombe, pooled, verdict, wilson

EXPERIMENTS = 1_000


@pytest.mark.parametrize(
    ("groups", "low", "high"),
    [  # Newcombe 1998, table II, method 10
        ((56, 70, 48, 80), 0.0524, 0.3339),
        ((9, 10, 3, 10), 0.1705, 0.8090),
        ((6, 7, 2, 7), 0.0582, 0.8062),
        ((5, 56, 0, 29), -0.0381, 0.1926),
        ((0, 10, 0, 20), -0.1611, 0.2775),
        ((10, 10, 0, 20), 0.6791, 1.0000),
        ((10, 10, 0, 10), 0.6075, 1.0000),
    ],
)
def test_the_interval_is_the_published_one(groups, low, high):
    found = newcombe(*groups)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def came(chance, people, truth):
    return sum(chance.random() < truth for _ in range(people))


def covered(chance, find, truths):
    """In how many of a thousand experiments the interval holds the true difference."""
    hits = 0
    for _ in range(EXPERIMENTS):
        found, true = find(chance, truths)
        hits += found.low <= true <= found.high
    return hits / EXPERIMENTS


def one(chance, truths):
    treated, held = truths
    return newcombe(came(chance, 160, treated), 160, came(chance, 40, held), 40), treated - held


def three(chance, truths):
    treated, held = truths
    sizes = ((80, 20), (160, 40), (50, 50))
    drawn = [
        (came(chance, n_a, treated + drift), n_a, came(chance, n_b, held + drift), n_b)
        for (n_a, n_b), drift in zip(sizes, (0, 0.1, 0.2), strict=True)
    ]
    return pooled(drawn), treated - held


@pytest.mark.parametrize("find", [one, three], ids=["one campaign", "three pooled"])
@pytest.mark.parametrize("truths", [(0.30, 0.20), (0.10, 0.10)], ids=["10 points", "nothing"])
def test_of_a_thousand_experiments_the_interval_covers_the_truth_in_95_percent(find, truths):
    chance = random.Random(f"{find.__name__}{truths}")
    assert 0.93 <= covered(chance, find, truths) <= 0.97


def test_one_experiment_pooled_is_that_experiment():
    assert pooled([(40, 160, 6, 40)]) == newcombe(40, 160, 6, 40)


def test_pooling_compares_each_experiment_with_its_own_control():
    """All together 36 % against 45 % came back, though each time more came than without a mail."""
    good_week, bad_week = (18, 20, 80, 100), (30, 110, 2, 10)
    assert newcombe(48, 130, 82, 110).difference < 0
    assert pooled([good_week, bad_week]).difference > 0


def test_nobody_in_a_group_leaves_all_open():
    assert newcombe(0, 0, 3, 10) == newcombe(3, 10, 0, 0) == pooled([]) == NOTHING_KNOWN
    assert pooled([(3, 10, 0, 0), (40, 160, 6, 40)]) == newcombe(40, 160, 6, 40)
    assert wilson(0, 0) == (0, 1)


@pytest.mark.parametrize(
    ("found", "day", "said"),
    [
        (Difference(0.1, 0.02, 0.18), 28, "effect"),
        (Difference(0.1, 0.02, 0.18), 27, "too_few"),
        (Difference(-0.1, -0.18, -0.02), 40, "effect"),
        (Difference(0.01, -0.04, 0.06), 28, "none"),
        (Difference(0.01, -0.05, 0.06), 28, "too_few"),
        (NOTHING_KNOWN, 28, "too_few"),
    ],
)
def test_the_verdict_waits_for_its_day_and_says_when_there_are_too_few(found, day, said):
    assert verdict(found, day=day) == said
