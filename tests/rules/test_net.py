"""The algebra of refunds: however a refund is split, the same is left."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.core.errors import Invalid, RefundTooLarge
from loyalty.counter import net
from loyalty.counter.net import Given, SoldLine
from loyalty.programs import earning
from loyalty.programs.loading import load


def sold(*lines):
    """Lines of (pieces, amount)."""
    return [
        SoldLine(number, None, None, pieces * 1_000, amount)
        for number, (pieces, amount) in enumerate(lines, start=1)
    ]


def by_amount(minor):
    return Given(minor, ())


def by_lines(*lines):
    return Given(None, lines)


def counted(lines, *refunds):
    return [line.counted for line in net.left(lines, refunds)]


def test_without_refunds_everything_is_left():
    assert counted(sold((1, 300), (2, 500))) == [300, 500]


def test_a_refund_by_amount_lowers_each_line_in_proportion():
    assert counted(sold((1, 300), (1, 100)), by_amount(100)) == [225, 75]


def test_part_of_a_quantity_is_worth_its_part_of_the_amount():
    assert counted(sold((3, 1_000)), by_lines((1, 1_000))) == [Fraction(2_000, 3)]
    assert counted(sold((3, 1_000)), *[by_lines((1, 1_000))] * 3) == [0]


def test_an_amount_is_spread_over_what_the_line_refunds_left():
    lines = sold((1, 300), (1, 100))
    assert counted(lines, by_lines((2, 1_000)), by_amount(150)) == [150, 0]
    assert counted(lines, by_amount(150), by_lines((2, 1_000))) == [150, 0]


def test_more_than_what_is_left_is_too_large_and_the_refusal_says_how_much_is_left():
    lines = sold((1, 300), (1, 100))
    with pytest.raises(RefundTooLarge) as refusal:
        net.left(lines, [by_amount(250), by_amount(151)])
    assert refusal.value.facts == {"largest_minor": 150}
    with pytest.raises(RefundTooLarge):
        net.left(lines, [by_lines((1, 1_000)), by_amount(101)])
    with pytest.raises(RefundTooLarge):
        net.left(lines, [by_amount(200), by_lines((1, 1_000))])


def test_more_pieces_than_were_sold_are_too_many():
    with pytest.raises(RefundTooLarge) as refusal:
        net.left(sold((2, 300)), [by_lines((1, 1_000)), by_lines((1, 1_001))])
    assert refusal.value.facts == {"line": 1, "largest_quantity": "2"}


def test_a_line_that_was_not_sold_cannot_come_back():
    with pytest.raises(Invalid):
        net.left(sold((2, 300)), [by_lines((2, 1_000))])


def test_a_line_without_an_amount_still_has_its_pieces():
    (line,) = net.left(sold((3, None)), [by_lines((1, 2_000))])
    assert (line.quantity_milli, line.counted) == (1_000, None)


def test_the_money_given_back_is_the_exact_difference_rounded_down():
    lines = sold((3, 1_000))
    assert 1_000 - net.paid_left(1_000, lines, [by_lines((1, 1_000))]) == 333
    assert net.paid_left(None, sold((1, None)), []) is None


RULES = load(
    {
        "units": [{"key": "points"}],
        "earn": [
            {"key": "a", "unit": "points", "units": 3, "per": {"amount_minor": 70}},
            {"key": "b", "unit": "points", "units": 1, "per": {"item": 2}},
            {"key": "c", "unit": "points", "units": 5, "per": {"visit": 1}},
        ],
    }
)
PURCHASES = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 900)), min_size=1, max_size=3).map(
    lambda lines: sold(*lines)
)


@st.composite
def refunds(draw):
    """A purchase, and a row of refunds that are each possible when their turn comes."""
    lines = draw(PURCHASES)
    made = []
    for _ in range(draw(st.integers(1, 5))):
        if draw(st.booleans()):
            line = draw(st.sampled_from(lines))
            one = by_lines((line.number, draw(st.integers(1, line.quantity_milli))))
        else:
            one = by_amount(draw(st.integers(1, 900)))
        try:
            net.left(lines, [*made, one])
        except RefundTooLarge:
            continue
        made.append(one)
    return lines, made


def points(lines, made):
    return sum(share.millionths for share in earning.shares(RULES, net.left(lines, made)))


@given(refunds(), st.randoms(use_true_random=False))
def test_any_order_and_any_split_leaves_the_same(case, chance):
    lines, made = case
    shuffled = made[:]
    chance.shuffle(shuffled)
    amount = sum(one.amount_minor or 0 for one in made)
    pieces: dict[int, int] = {}
    for one in made:
        for number, milli in one.lines:
            pieces[number] = pieces.get(number, 0) + milli
    at_once = [Given(None, tuple(pieces.items()))] + ([by_amount(amount)] if amount else [])
    assert net.left(lines, shuffled) == net.left(lines, made) == net.left(lines, at_once)


@given(refunds())
def test_a_further_refund_never_earns_anything(case):
    lines, made = case
    steps = [points(lines, made[:number]) for number in range(len(made) + 1)]
    assert steps == sorted(steps, reverse=True)


@given(PURCHASES)
def test_everything_returned_leaves_nothing(lines):
    pieces = [by_lines((line.number, line.quantity_milli)) for line in lines]
    assert points(lines, pieces) == 0
    total = sum(line.amount_minor for line in lines)
    if total:
        assert sum(counted(lines, by_amount(total))) == 0
