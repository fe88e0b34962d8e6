"""What a version promises, in words: how units are earned, and how long they last."""

import re
from datetime import date

import pytest
from hypothesis import given

from loyalty.core.text import Text
from loyalty.programs import reading, terms, words
from loyalty.programs.loading import load
from tests.builders import POINTS, STAMPS
from tests.programs import with_changes
from tests.rules.documents import documents
from tests.rules.said import UNIT, clauses, sentence


def test_the_terms_of_points_say_how_they_are_earned_spent_and_lost():
    said = sentence(POINTS)
    assert said.it == (
        "1 punto ogni 1,00 € di spesa; 10 punti = colazione in omaggio; punti validi 12 mesi."
    )
    assert said.en == (
        "1 point for every €1.00 spent; 10 points = a free breakfast; points last 12 months."
    )


def test_the_terms_of_stamps_say_that_the_voucher_comes_by_itself():
    said = sentence(STAMPS)
    assert said.it == (
        "1 timbro per ogni prodotto (coffee); 10 timbri = un caffè in omaggio; timbri senza"
        " scadenza; il buono arriva da solo a carta piena e vale 30 giorni."
    )
    assert said.en == (
        "1 stamp for each item (coffee); 10 stamps = a free coffee; stamps never expire;"
        " the voucher comes by itself when full and is good for 30 days."
    )


def test_the_terms_name_visits_groups_of_items_and_a_single_month():
    expiry = {"kind": "rolling", "months": 1}
    raw = with_changes(
        POINTS,
        units=[{**POINTS["units"][0], "expiry": expiry}],
        earn=[
            {"key": "a", "unit": "points", "units": 5, "per": {"visit": 1}},
            {"key": "b", "unit": "points", "units": 2, "per": {"item": 3}, "when": {"skus": ["x"]}},
        ],
        rewards=[],
    )
    said = sentence(raw)
    assert said.it == "5 punti a visita; 2 punti ogni 3 prodotti (x); punti validi 1 mese."
    assert said.en == "5 points per visit; 2 points for every 3 items (x); points last 1 month."


def test_a_reward_that_costs_two_units_names_both():
    raw = with_changes(POINTS, units=POINTS["units"] + STAMPS["units"])
    raw["rewards"][0]["cost"] = {"points": 1, "stamps": 2}
    assert "1 punto e 2 timbri = colazione" in sentence(raw).it
    assert "1 point and 2 stamps = a free" in sentence(raw).en


def test_one_is_said_in_the_singular_where_the_language_has_it():
    points = Text("punti", "points")
    assert words.count(1, points) == Text("1 punto", "1 point")
    assert words.count(-1, points) == Text("-1 punto", "-1 point")
    assert words.count(0, points) == Text("0 punti", "0 points")
    assert words.count(1, Text("miglia", "miles")) == Text("1 miglia", "1 miles")


def test_absent_keys_have_their_promised_meaning():
    document = load({"units": [{"key": "p"}], "earn": []})
    (unit,) = document.units
    assert (unit.expiry.kind, unit.pending_hours, unit.label) == ("never", 0, Text("p", "p"))
    assert (document.debt, document.proof_earn, document.proof_redeem) == (
        "carry", "typed", "static",
    )  # fmt: skip
    assert document.stamps is None
    stamps = load({"units": [], "earn": [], "stamps": {"unit": "p", "size": 3, "reward": "r"}})
    assert stamps.stamps.on_full == "issue"


# --- how long units last -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expiry", "it", "en"),
    [
        ({"kind": "never"}, "senza scadenza", "never expire"),
        ({"kind": "rolling", "months": 1}, "validi 1 mese", "last 1 month"),
        (
            {"kind": "inactivity", "months": 6},
            "validi 6 mesi dalla tua ultima visita",
            "last 6 months from your last visit",
        ),
        (
            {"kind": "month_end"},
            "validi fino alla fine del mese",
            "last until the end of the month",
        ),
        (
            {"kind": "month_end", "months": 3},
            "validi 3 mesi e poi fino alla fine del mese",
            "last 3 months and then until the end of that month",
        ),
        (
            {"kind": "year_end"},
            "validi fino alla fine dell'anno",
            "last until the end of the year",
        ),
        (
            {"kind": "year_end", "months": 12},
            "validi 12 mesi e poi fino alla fine dell'anno",
            "last 12 months and then until the end of that year",
        ),
    ],
)
def test_every_kind_of_expiry_is_said(expiry, it, en):
    assert clauses(units=[{**UNIT, "expiry": expiry}])[-1] == (f"punti {it}", f"points {en}")


@pytest.mark.parametrize(
    ("hours", "it", "en"),
    [
        (1, "1 ora", "1 hour"),
        (47, "47 ore", "47 hours"),
        (48, "2 giorni", "2 days"),
        (49, "2 giorni e 1 ora", "2 days and 1 hour"),
        (336, "14 giorni", "14 days"),
    ],
)
def test_a_waiting_time_is_said_in_hours_below_two_days(hours, it, en):
    assert clauses(units=[{**UNIT, "pending_hours": hours}])[-1] == (
        f"punti utilizzabili dopo {it}, validi 12 mesi",
        f"points can be used after {en} and last 12 months",
    )


def test_the_terms_come_as_a_list_too():
    assert terms.parts(load(POINTS), "EUR") == [
        Text("1 punto ogni 1,00 € di spesa", "1 point for every €1.00 spent"),
        Text("10 punti = colazione in omaggio", "10 points = a free breakfast"),
        Text("Punti validi 12 mesi", "Points last 12 months"),
    ]


# --- any rules at all ----------------------------------------------------------------------------


@given(documents())
def test_any_rules_have_terms_in_both_languages(raw):
    document = load(raw)
    said, parts = terms.sentence(document, "EUR"), terms.parts(document, "EUR")
    for one in (said, *parts):
        for text in (one.it, one.en):
            assert text
            assert text == text.strip()
            assert not re.search(r"None|[{}]|  |\(\)|,,|;;", text)
    assert said.it != said.en
    assert said.it.casefold() == f"{'; '.join(one.it for one in parts)}.".casefold()
    assert said.en.casefold() == f"{'; '.join(one.en for one in parts)}.".casefold()
    assert reading.too_long(said) == reading.too_long(terms.sentence(load(raw), "EUR"))


def test_a_draft_that_makes_no_sense_yet_has_terms_too():
    draft = {
        "units": [{"key": "p", "expiry": {"kind": "rolling"}}],
        "earn": [{"key": "b", "unit": "stars", "multiply_percent": 100, "when": {"tiers": ["x"]}}],
        "caps": [{"unit": "hearts", "per": "day", "units": 1}],
        "tiers": {"measure": "units", "window": {"kind": "calendar", "months": 5},
                  "levels": [{"key": "a", "from": 1}]},
        "stamps": {"unit": "q", "size": 2, "reward": "none"},
        "rewards": [{"key": "r", "kind": "donation", "value_minor": 1, "from": "2027-02-31",
                     "until": "2027-02-31T00:00:00Z"}],
    }  # fmt: skip
    said = sentence(draft)
    assert "dal 2027-02-31 fino al 2027-02-31T00:00:00Z" in said.it
    assert "€0.01 donated" in said.en


def test_dates_in_words_know_where_italian_elides():
    assert words.since(date(2027, 3, 1)) == Text("dal 1 marzo 2027", "from 1 March 2027")
    assert words.until(date(2027, 3, 8)).it == "fino all'8 marzo 2027"
