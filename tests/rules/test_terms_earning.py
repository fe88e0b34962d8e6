"""How units are earned, in words: conditions, bonuses, caps and what counts."""

import pytest

from loyalty.core.text import Text
from loyalty.programs import words
from tests.builders import POINTS
from tests.programs import with_changes
from tests.rules.said import BASE, GOLD, LEVELS, TIERS, UNIT, bonus, clauses, sentence


@pytest.mark.parametrize(
    ("when", "it", "en"),
    [
        ({}, "", ""),
        ({"weekdays": [1, 2, 3, 4, 5, 6, 7]}, "", ""),
        ({"weekdays": []}, "", ""),
        ({"min_amount_minor": 0}, "", ""),
        ({"weekdays": [2]}, " il martedì", " on Tuesdays"),
        ({"weekdays": [6, 7]}, " il sabato e la domenica", " on Saturdays and Sundays"),
        ({"weekdays": [5, 4, 3, 2, 1]}, " dal lunedì al venerdì", " from Monday to Friday"),
        ({"weekdays": [5, 6, 7]}, " dal venerdì alla domenica", " from Friday to Sunday"),
        (
            {"weekdays": [1, 3, 5]},
            " il lunedì, il mercoledì e il venerdì",
            " on Mondays, Wednesdays and Fridays",
        ),
        ({"from": "22:00", "to": "02:00"}, " dalle 22:00 alle 02:00", " from 22:00 to 02:00"),
        ({"birthday": "day"}, " nel giorno del tuo compleanno", " on your birthday"),
        (
            {"birthday": "week"},
            " nei 7 giorni dal tuo compleanno",
            " in the 7 days from your birthday",
        ),
        ({"birthday": "month"}, " nel mese del tuo compleanno", " in the month of your birthday"),
        ({"tiers": ["gold"]}, " per il livello Oro", " for the Gold level"),
        (
            {"tiers": ["gold", "silver"]},
            " per i livelli Argento e Oro",
            " for the Silver and Gold levels",
        ),
        (
            {"min_amount_minor": 500},
            " quando spendi almeno 5,00 €",
            " when you spend at least €5.00",
        ),
        ({"categories": ["tè", "caffè"]}, " (caffè, tè)", " (caffè, tè)"),
        ({"categories": ["caffè"], "skus": ["a", "b"]}, " (caffè: a, b)", " (caffè: a, b)"),
        (
            {"skus": ["x"], "weekdays": [1], "from": "15:00", "to": "18:00"},
            " (x) il lunedì, dalle 15:00 alle 18:00",
            " (x) on Mondays, from 15:00 to 18:00",
        ),
    ],
)
def test_a_rule_says_when_it_holds(when, it, en):
    said = clauses(tiers=TIERS, earn=[{**BASE, "when": when}])[0]
    assert said == (f"1 punto ogni 1,00 € di spesa{it}", f"1 point for every €1.00 spent{en}")


def test_of_a_long_list_of_products_the_first_are_named_and_the_rest_counted():
    skus = [f"p{number}" for number in range(9)]
    assert "(p0, p1, p2, p3, p4, p5 + 3)" in clauses(earn=[{**BASE, "when": {"skus": skus}}])[0][0]
    assert "(p0, p1, p2, p3, p4, p5, p6)" in str(
        clauses(earn=[{**BASE, "when": {"skus": skus[:7]}}])
    )


@pytest.mark.parametrize(
    ("percent", "it", "en"),
    [
        (200, "punti doppi", "double points"),
        (300, "punti tripli", "triple points"),
        (150, "50% di punti in più", "50% more points"),
        (101, "1% di punti in più", "1% more points"),
        (400, "punti x4", "4 times the points"),
        (250, "punti x2,5", "2.5 times the points"),
        (50, "metà punti", "half the points"),
        (25, "75% di punti in meno", "75% fewer points"),
    ],
)
def test_a_bonus_is_said_as_people_say_it(percent, it, en):
    assert clauses(earn=[BASE, bonus(percent)])[1] == (it, en)


def test_words_agree_with_a_unit_that_is_feminine_in_italian():
    stars = {"key": "points", "label": {"it": "stelle", "en": "stars"}, "expiry": UNIT["expiry"]}
    said = sentence(with_changes(POINTS, units=[stars], earn=[BASE, bonus(200)]))
    assert "stelle doppie" in said.it
    assert "stelle valide 12 mesi" in said.it
    assert words.agreed(Text("miglia", "miles"), "validi", "valide") == "valide"


def test_bonuses_that_can_meet_say_that_they_multiply():
    together = ("più bonus insieme si moltiplicano", "bonuses that come together multiply")
    assert together in clauses(earn=[BASE, bonus(200), bonus(150)])
    assert together in clauses(earn=[BASE, bonus(200), bonus(150, combine="best")])
    higher = {**TIERS, "levels": [LEVELS[0], {**GOLD, "multiply_percent": 150}]}
    assert together in clauses(earn=[BASE, bonus(200)], tiers=higher)
    assert together not in clauses(earn=[BASE, bonus(200)], tiers=TIERS)
    assert together not in clauses(earn=[BASE, bonus(200)])


def test_of_rival_bonuses_it_says_that_only_the_highest_counts():
    rivals = [bonus(200, combine="best"), bonus(150, combine="best", when={"weekdays": [1]})]
    assert clauses(earn=[BASE, *rivals])[1:-2] == [
        (
            "vale solo il bonus più alto tra punti doppi, oppure 50% di punti in più il lunedì",
            "only the highest bonus counts of double points, or 50% more points on Mondays",
        )
    ]


def test_caps_are_said_by_visit_and_by_day():
    caps = [{"unit": "points", "per": per, "units": 1_000} for per in ("visit", "day")]
    assert clauses(caps=caps)[1:3] == [
        ("al massimo 1.000 punti a visita", "at most 1,000 points per visit"),
        ("al massimo 1.000 punti al giorno", "at most 1,000 points a day"),
    ]


@pytest.mark.parametrize(
    ("base", "it", "en"),
    [
        ({"tax": "net"}, "senza IVA", "without VAT"),
        ({"discounts": "before"}, "prima degli sconti", "before discounts"),
        (
            {"tax": "net", "discounts": "before"},
            "senza IVA e prima degli sconti",
            "without VAT and before discounts",
        ),
    ],
)
def test_what_counts_is_said_where_it_is_not_what_was_paid(base, it, en):
    assert clauses(base=base)[1] == (f"la spesa conta {it}", f"what you spend counts {en}")
    visits = [{"key": "v", "unit": "points", "units": 1, "per": {"visit": 1}}]
    assert not any("conta" in it for it, _ in clauses(base=base, earn=visits))
