"""Every balance says why: its sentence is made from the ledger's own sums."""

from datetime import timedelta

import pytest

from tests.builders import NOW
from tests.club import CLUB, WAITING
from tests.domain.law import stands
from tests.programs import POINTS, with_changes
from tests.rigs.asked import asked

YEAR = timedelta(days=366)


def why(shop, card, unit="points", at=NOW):
    return stands(shop, card, at)["balances"][unit]["why"]


def test_a_balance_adds_up_what_was_earned_used_and_lost(shop):
    card = shop.card()
    shop.visit(card, 2_040)
    shop.cancel(shop.reserve(card, "breakfast").body["ref"])
    shop.reserve(card, "breakfast")
    assert why(shop, card) == {
        "it": "10 punti: 20 guadagnati, 20 usati, 10 tornati da premi annullati."
        " Altri 0,60 € e ne arriva uno.",
        "en": "10 points: 20 earned, 20 used, 10 back from cancelled rewards."
        " Another €0.60 brings one more.",
    }


def test_what_has_expired_counts_at_its_moment_written_or_not(shop):
    card = shop.card()
    shop.visit(card, 1_200)
    assert why(shop, card, at=NOW + YEAR)["it"] == "0 punti: 12 guadagnati, 12 scaduti."
    shop.visit(card, 300, at=NOW + YEAR)
    assert why(shop, card, at=NOW + YEAR)["it"] == "3 punti: 15 guadagnati, 12 scaduti."


def test_a_debt_says_what_it_came_from_and_what_repays_it(shop):
    card = shop.card()
    visit = shop.visit(card, 1_300).body["ref"]
    shop.reserve(card, "breakfast")
    shop.refund(visit, 600)
    assert why(shop, card) == {
        "it": "Mancano 3 punti: una visita rimborsata o annullata li aveva dati, ed erano già"
        " usati; le prossime visite li ripagano.",
        "en": "3 points short: a refunded or voided visit had given them, and they were already"
        " used; the next visits make up for them.",
    }
    shop.visit(card, 200)
    assert why(shop, card)["it"].startswith("Manca 1 punto: una visita rimborsata o annullata l'")


def test_what_waits_says_until_when(shop):
    shop.program("waiting", WAITING)
    card = shop.card("waiting")
    shop.visit(card, 1_200)
    assert why(shop, card)["it"] == (
        "0 punti: 12 guadagnati, 12 in attesa fino al 23 novembre 2026."
    )
    ready = NOW + timedelta(hours=49)
    assert why(shop, card, at=ready)["it"] == "12 punti, tutti guadagnati con le visite."


@pytest.mark.parametrize("when", [{"categories": ["coffee"]}, {"min_amount_minor": 500}])
def test_nobody_is_promised_a_unit_that_not_every_purchase_brings(shop, when):
    shop.program("some", with_changes(POINTS, earn=[{**POINTS["earn"][0], "when": when}]))
    card = shop.card("some")
    shop.visit(card, 1_240, coffees=1)
    assert why(shop, card)["it"] == "12 punti, tutti guadagnati con le visite."


def test_money_for_a_cause_is_no_balance_of_the_card(shop):
    shop.program("club", CLUB)
    card = shop.card("club")
    shop.visit(card, 1_200)
    shown = stands(shop, card)
    assert set(shown["balances"]) == {"points"}
    assert shown["impact"] == {"rifugio": 24}


def test_the_sums_of_all_units_are_one_question_to_the_database(shop, database):
    card = shop.card()
    shop.visit(card, 1_200)
    with asked(database) as sent:
        stands(shop, card)
    assert sum("sum(ledger_entry.units)" in statement for statement in sent) == 1
