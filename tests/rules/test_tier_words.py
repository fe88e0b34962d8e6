"""Levels in words: every change and every notice, in both languages."""

from dataclasses import replace
from datetime import date

import pytest

from loyalty.core.text import Text
from loyalty.programs import tier_words
from loyalty.programs.tiers import NO_STANDING, Change, Progress, Standing
from tests.rules.levels import BRONZE, GOLD, SILVER, march, tier_rules

REVIEW = date(2028, 3, 31)
GRACE = date(2028, 4, 30)
SILVER_NOW = Standing("silver", march(10), REVIEW, None)
GOLD_NOW = Standing("gold", march(10), REVIEW, None)
IN_GRACE = replace(GOLD_NOW, grace_until=GRACE)


def said(kind, before, after, on=REVIEW, measured=0):
    text = tier_words.said(Change(kind, before, after, on, measured), tier_rules(), "EUR")
    return text.it, text.en


def notice(keep=None, rules=None, label=None, **more):
    shown = {"key": "gold", "measured": 0, "next": "platinum", "missing": 1_900, **more}
    shown = {"review_on": REVIEW, "grace_until": None, **shown}
    found = Progress(keep_missing=keep, **shown)
    text = tier_words.notice(found, rules or tier_rules(), "EUR", label)
    return text.it, text.en


@pytest.mark.parametrize(
    ("change", "it", "en"),
    [
        (
            ("up", SILVER_NOW, GOLD_NOW),
            "Hai raggiunto il livello Oro: resta tuo almeno fino al 31 marzo 2028.",
            "You have reached the Gold level: it stays yours until 31 March 2028 at least.",
        ),
        (
            ("up", NO_STANDING, replace(SILVER_NOW, review_on=None)),
            "Hai raggiunto il livello Argento.",
            "You have reached the Silver level.",
        ),
        (
            ("kept", GOLD_NOW, replace(GOLD_NOW, review_on=date(2029, 3, 31))),
            "Il livello Oro è confermato: resta tuo almeno fino al 31 marzo 2029.",
            "Your Gold level is confirmed: it stays yours until 31 March 2029 at least.",
        ),
        (
            ("grace", GOLD_NOW, IN_GRACE, REVIEW, 38_000),
            (
                "Il livello Oro resta tuo fino al 30 aprile 2028."
                " Per tenerlo ti mancano 120,00 € di spesa entro quel giorno."
            ),
            (
                "The Gold level stays yours until 30 April 2028."
                " To keep it you need €120.00 more in purchases by then."
            ),
        ),
        (
            ("down", IN_GRACE, SILVER_NOW, date(2028, 5, 1)),
            (
                "Il livello Oro è stato tuo fino al 30 aprile 2028; dal 1 maggio 2028 il tuo"
                " livello è Argento."
            ),
            "The Gold level was yours until 30 April 2028; from 1 May 2028 your level is Silver.",
        ),
        (
            ("down", IN_GRACE, NO_STANDING, date(2028, 5, 9)),
            "Il livello Oro è stato tuo fino all'8 maggio 2028; puoi raggiungerlo di nuovo.",
            "The Gold level was yours until 8 May 2028; you can reach it again.",
        ),
        (
            ("revoked", GOLD_NOW, SILVER_NOW),
            (
                "L'acquisto che aveva portato il livello Oro è stato rimborsato: ora il tuo livello"
                " è Argento."
            ),
            "The purchase that had brought the Gold level was refunded: your level is Silver.",
        ),
        (
            ("revoked", GOLD_NOW, NO_STANDING),
            (
                "L'acquisto che aveva portato il livello Oro è stato rimborsato: il livello non"
                " vale più."
            ),
            "The purchase that had brought the Gold level was refunded: it no longer holds.",
        ),
        (
            ("rules", SILVER_NOW, GOLD_NOW),
            (
                "Le regole dei livelli sono cambiate: il tuo livello è Oro, almeno fino al 31 marzo"
                " 2028."
            ),
            "The rules for levels have changed: your level is Gold, until 31 March 2028 at least.",
        ),
        (
            ("rules", SILVER_NOW, IN_GRACE),
            (
                "Le regole dei livelli sono cambiate: il tuo livello è Oro, almeno fino al 30"
                " aprile 2028."
            ),
            "The rules for levels have changed: your level is Gold, until 30 April 2028 at least.",
        ),
        (
            ("rules", SILVER_NOW, replace(GOLD_NOW, review_on=None)),
            "Le regole dei livelli sono cambiate: il tuo livello è Oro.",
            "The rules for levels have changed: your level is Gold.",
        ),
        (
            ("rules", SILVER_NOW, NO_STANDING),
            "Le regole dei livelli sono cambiate: con le nuove non hai ancora un livello.",
            "The rules for levels have changed: under the new ones you have no level yet.",
        ),
    ],
)
def test_every_change_is_a_reason_that_a_customer_can_read(change, it, en):
    assert said(*change) == (it, en)


def test_a_version_without_levels_says_that_there_are_none_any_more():
    change = Change("rules", GOLD_NOW, NO_STANDING, REVIEW, 0)
    assert tier_words.said(change, None, "EUR") == Text(
        "Le regole sono cambiate: questo programma non ha più livelli.",
        "The rules have changed: this program no longer has levels.",
    )


def test_before_the_review_a_notice_says_what_is_missing_and_which_purchases_count():
    it, en = notice(12_000)
    assert it == (
        "Il livello Oro è tuo fino al 31 marzo 2028. Per tenerlo ti mancano 120,00 € di spesa:"
        " contano gli acquisti dal 1 aprile 2027 fino a quel giorno."
    )
    assert en == (
        "The Gold level is yours until 31 March 2028. To keep it you need €120.00 more in"
        " purchases: those from 1 April 2027 to that day count."
    )


def test_in_grace_a_notice_says_until_when_the_level_is_held():
    assert notice(100, grace_until=date(2028, 4, 11)) == (
        (
            "Il livello Oro resta tuo fino all'11 aprile 2028."
            " Per tenerlo ti manca 1,00 € di spesa entro quel giorno."
        ),
        (
            "The Gold level stays yours until 11 April 2028."
            " To keep it you need €1.00 more in purchases by then."
        ),
    )


def test_who_has_enough_reads_that_nothing_is_missing():
    it, en = notice(0)
    assert it == "Il livello Oro è tuo fino al 31 marzo 2028, e hai già quanto serve per tenerlo."
    assert en.endswith("until 31 March 2028, and you already have what it takes to keep it.")
    assert "tuo fino all'11 aprile 2028, e hai già" in notice(0, grace_until=date(2028, 4, 11))[0]


def test_where_nothing_can_be_lost_a_notice_says_what_the_next_level_asks_for():
    assert notice(review_on=None, key=None, next="silver") == (
        "Per il livello Argento ti mancano 19,00 € di spesa.",
        "To reach the Silver level you need €19.00 more in purchases.",
    )
    only = tier_rules(BRONZE)
    assert notice(review_on=None, key="bronze", next=None, missing=None, rules=only) == (
        "Il livello Bronzo è tuo.",
        "The Bronze level is yours.",
    )


@pytest.mark.parametrize(
    ("missing", "measure", "it", "en"),
    [
        (1, "visits", "ti manca 1 visita.", "need 1 more visit."),
        (3, "visits", "ti mancano 3 visite.", "need 3 more visits."),
        (1, "units", "ti manca 1 punto.", "need 1 more point."),
        (1_234, "units", "ti mancano 1.234 punti.", "need 1,234 more points."),
        (123_456, "spend", "ti mancano 1.234,56 € di spesa.", "need €1,234.56 more in purchases."),
    ],
)
def test_what_is_missing_is_said_in_money_units_or_visits(missing, measure, it, en):
    rules = tier_rules(measure=measure, unit="pt" if measure == "units" else None)
    label = Text("punti", "points")
    found = notice(review_on=None, next="gold", missing=missing, rules=rules, label=label)
    assert found[0].endswith(it)
    assert found[1].endswith(en)


def test_a_unit_without_a_name_is_called_by_its_key():
    rules = tier_rules(SILVER, GOLD, measure="units", unit="stelline")
    assert "mancano 5 stelline" in notice(5, rules=rules)[0]
