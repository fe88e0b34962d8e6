"""Bonuses at the counter: which rules fired, and why, in the words of the receipt."""

from datetime import UTC, datetime

import pytest

from tests.builders import NOW
from tests.domain.rulebook.book import (
    WELCOME,
    bonus,
    cake,
    coffee,
    join,
    levels,
    points,
)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


def earned(shop, card, amount=1_000, **more):
    return shop.visit(card, amount, **more).body["earned"]["points"]


def test_two_bonuses_multiply_and_each_says_its_part(shop):
    card = join(shop, points(bonus(200, weekdays=[6]), bonus(150)))
    body = shop.visit(card, 1_000).body
    assert body["earned"] == {"points": 30}
    assert [(why["rule"], why["units"]) for why in body["reasons"]] == [
        ("base", 10), ("x200", 10), ("x150", 10),
    ]  # fmt: skip
    assert body["reasons"][1]["it"] == "punti doppi il sabato: +10 punti"
    assert body["reasons"][1]["en"] == "double points on Saturdays: +10 points"


def test_of_rivals_the_highest_counts_and_the_others_are_silent(shop):
    rivals = [bonus(150, combine="best"), bonus(300, combine="best"), bonus(200, combine="best")]
    body = shop.visit(join(shop, points(*rivals)), 1_000).body
    assert (body["earned"], len(body["reasons"])) == ({"points": 30}, 2)
    assert body["reasons"][1]["rule"] == "x300"


@pytest.mark.parametrize(
    ("at", "worth"),
    [
        (utc(2027, 2, 27, 12), 10),
        (utc(2027, 2, 28, 12), 20),
        # Half past eleven at night in Greenwich is the first of March in Rome.
        (utc(2027, 2, 28, 23, 30), 10),
        (utc(2028, 2, 28, 12), 20),
        (utc(2028, 2, 29, 12), 10),
    ],
)
def test_who_was_born_on_29_february_has_the_28th(shop, at, worth):
    card = join(shop, points(bonus(200, birthday="day")), birthday="02-29")
    assert earned(shop, card, at=at) == worth


def test_a_birthday_week_goes_over_new_year(shop):
    card = join(shop, points(bonus(200, birthday="week")), birthday="12-29")
    found = [earned(shop, card, at=utc(2026, 12, 28 + n, 12)) for n in range(4)]
    assert found == [10, 20, 20, 20]
    assert earned(shop, card, at=utc(2027, 1, 4, 12)) == 20
    assert earned(shop, card, at=utc(2027, 1, 5, 12)) == 10


def test_whose_birthday_nobody_knows_has_no_birthday_bonus(shop):
    card = join(shop, points(bonus(200, birthday="month")))
    assert {earned(shop, card, at=utc(2027, month, 3, 12)) for month in range(1, 13)} == {10}


def test_hours_across_midnight_are_one_night(shop):
    card = join(shop, points(bonus(200, weekdays=[6], from_="22:00", to="02:00")))
    night = [
        (utc(2026, 11, 21, 20, 59), 10),
        (utc(2026, 11, 21, 21), 20),
        (utc(2026, 11, 22, 0, 59), 20),
        (utc(2026, 11, 22, 1), 10),
        (utc(2026, 11, 22, 21), 10),
    ]
    assert [earned(shop, card, at=at) for at, _ in night] == [worth for _, worth in night]


def test_a_bonus_for_some_products_leaves_the_others_as_they_are(shop):
    card = join(shop, points(bonus(300, categories=["coffee"])))
    body = shop.visit(card, 840, lines=[coffee(3, 390), cake(1, 450)]).body
    # 3.90 three times and 4.50 once are 16.20.
    assert body["earned"] == {"points": 16}
    assert body["reasons"][-1]["it"].startswith("punti tripli (coffee)")


def test_a_purchase_that_misses_every_condition_says_which_rule_there_is(shop):
    base = {**points()["earn"][0], "when": {"min_amount_minor": 500}}
    card = join(shop, {**points(), "earn": [base]})
    body = shop.visit(card, 499).body
    assert body["earned"] == {"points": 0}
    (why,) = body["reasons"]
    assert "almeno 5,00 €" in why["it"]
    assert "at least €5.00" in why["en"]


def test_a_level_says_its_part_by_its_name(shop):
    card = join(shop, points(tiers=levels()))
    shop.visit(card, 50_000)
    body = shop.visit(card, 1_000).body
    assert [(why["rule"], why["units"]) for why in body["reasons"]] == [
        ("base", 10),
        ("tier.gold", 5),
    ]
    assert body["reasons"][1]["it"] == "livello Oro, 50% di punti in più: +5 punti"
    assert body["reasons"][1]["en"] == "Gold level, 50% more points: +5 points"


def test_the_units_of_the_reasons_add_up_to_what_was_earned(shop):
    card = join(
        shop,
        points(
            WELCOME, bonus(133), bonus(117, categories=["coffee"]), tiers=levels(),
            caps=[{"unit": "points", "per": "visit", "units": 19}],
        ),
    )  # fmt: skip
    for amount in (7, 130, 999, 1_111, 5_000):
        lines = [coffee(1, amount // 2), cake(1, amount - amount // 2)]
        body = shop.visit(card, amount, lines=lines).body
        assert sum(why["units"] for why in body["reasons"]) == body["earned"]["points"]


def test_now_is_a_saturday():
    assert NOW.isoweekday() == 6
