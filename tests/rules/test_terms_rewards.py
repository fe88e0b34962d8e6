"""What units buy, in words: rewards, full cards, levels, the cause and debts."""

import pytest

from tests.builders import STAMPS
from tests.programs import with_changes
from tests.rules.said import BASE, CAUSE, GOLD, LEVELS, REWARD, TIERS, TOP, clauses, sentence


@pytest.mark.parametrize(
    ("changes", "it", "en"),
    [
        (
            {"kind": "amount_off", "value_minor": 500},
            "colazione in omaggio (sconto 5,00 €)",
            "a free breakfast (€5.00 off)",
        ),
        ({"kind": "amount_off", "value_minor": 500, "name": None}, "sconto 5,00 €", "€5.00 off"),
        ({"kind": "percent_off", "percent": 8, "name": None}, "sconto 8%", "8% off"),
        (
            {"kind": "donation", "value_minor": 500, "name": None},
            "5,00 € a Rifugio dei gatti",
            "€5.00 to Rifugio dei gatti",
        ),
        ({"kind": "perk"}, "colazione in omaggio", "a free breakfast"),
        (
            {"stock": 1_200, "voucher_days": 1},
            "colazione in omaggio (solo 1.200 in tutto, buono valido 1 giorno)",
            "a free breakfast (only 1,200 in all, voucher good for 1 day)",
        ),
        (
            {"stock": 0},
            "colazione in omaggio (per ora non disponibile)",
            "a free breakfast (not available for now)",
        ),
        (
            {"from": "2027-03-08", "until": "2027-03-11"},
            "colazione in omaggio (dall'8 marzo 2027 fino all'11 marzo 2027)",
            "a free breakfast (from 8 March 2027 until 11 March 2027)",
        ),
        (
            {"until": "2027-03-03T10:00:00+01:00"},
            "colazione in omaggio (fino al 3 marzo 2027 alle 10:00 UTC+01:00)",
            "a free breakfast (until 3 March 2027 at 10:00 UTC+01:00)",
        ),
        (
            {"tiers": ["gold"], "per_customer": {"count": 1, "days": 30}},
            "colazione in omaggio (solo livello Oro, al massimo 1 a persona in 30 giorni)",
            "a free breakfast (Gold level only, at most 1 per person in 30 days)",
        ),
        (
            {"tiers": ["gold", "silver"], "per_customer": {"count": 2, "days": 1}},
            "colazione in omaggio (solo livelli Argento e Oro, al massimo 2 a persona al giorno)",
            "a free breakfast (Silver and Gold levels only, at most 2 per person a day)",
        ),
    ],
)
def test_a_reward_says_its_worth_and_its_limits(changes, it, en):
    rewards = [{key: x for key, x in {**REWARD, **changes}.items() if x is not None}]
    said = clauses(rewards=rewards, tiers=TIERS, cause=CAUSE)[1]
    assert said == (f"10 punti = {it}", f"10 points = {en}")


def test_a_full_card_that_is_kept_says_where_to_ask():
    kept = with_changes(STAMPS, stamps={**STAMPS["stamps"], "on_full": "keep"})
    said = sentence(kept)
    assert "un caffè in omaggio (buono valido 30 giorni)" in said.it
    assert said.it.endswith("; a carta piena chiedi il premio alla cassa.")
    assert said.en.endswith("; when the card is full, ask for the reward at the till.")


# --- levels, cause, debts ------------------------------------------------------------------------


def ladder(**changes):
    return clauses(tiers={**TIERS, **changes})[3:]


def test_levels_say_where_they_begin_what_they_give_and_how_they_stay():
    levels = [LEVELS[0], {**GOLD, "multiply_percent": 150}]
    (ladder_it, ladder_en), (kept_it, kept_en) = ladder(levels=levels, grace_days=30)
    assert ladder_it == (
        "livelli per spesa negli ultimi 12 mesi: Argento, Oro da 500,00 € (50% di punti in più)"
    )
    assert ladder_en == (
        "levels by spending in the last 12 months: Silver, Gold from €500.00 (50% more points)"
    )
    assert kept_it == (
        "si sale subito e il livello resta almeno 12 mesi, poi ancora 30 giorni per confermarlo"
    )
    assert kept_en == (
        "you go up at once and keep the level for at least 12 months, then 30 days more to confirm"
        " it"
    )


@pytest.mark.parametrize(
    ("percent", "it", "en"),
    [
        (None, "", ""),
        (100, "", ""),
        (125, " (25% in più)", " (25% more)"),
        (200, " (il doppio)", " (double)"),
        (300, " (il triplo)", " (triple)"),
        (250, " (2,5 volte tanto)", " (2.5 times as much)"),
        (80, " (20% in meno)", " (20% less)"),
    ],
)
def test_where_there_are_several_units_a_level_gives_more_of_all(percent, it, en):
    other = {"key": "s", "unit": "stamps", "units": 1, "per": {"visit": 1}}
    levels = [LEVELS[0], {**GOLD, "multiply_percent": percent}]
    said = clauses(tiers={**TIERS, "levels": levels}, earn=[BASE, other])
    assert any(one[0].endswith(f"Oro da 500,00 €{it}") for one in said)
    assert any(one[1].endswith(f"Gold from €500.00{en}") for one in said)


def test_of_several_levels_it_says_how_far_down_one_goes():
    assert ladder(levels=[*LEVELS, TOP])[1][0].endswith("si scende di un livello alla volta")
    straight = ladder(levels=[*LEVELS, TOP], drop="straight")[1]
    assert straight[0].endswith("si scende al livello che spetta in quel momento")
    assert straight[1].endswith("go down to the level that fits then")


@pytest.mark.parametrize(
    ("changes", "it", "en"),
    [
        ({"measure": "visits"}, "visite negli ultimi 12 mesi", "visits in the last 12 months"),
        (
            {"measure": "units", "unit": "points"},
            "punti raccolti negli ultimi 12 mesi",
            "points earned in the last 12 months",
        ),
        (
            {"window": {"kind": "rolling", "months": 1}},
            "spesa nell'ultimo mese",
            "spending in the last month",
        ),
        (
            {"window": {"kind": "calendar", "months": 12}},
            "spesa nell'anno solare",
            "spending in the calendar year",
        ),
        (
            {"window": {"kind": "calendar", "months": 1}},
            "spesa nel mese di calendario",
            "spending in the calendar month",
        ),
        (
            {"window": {"kind": "calendar", "months": 6}},
            "spesa in ogni periodo di 6 mesi da gennaio",
            "spending in each period of 6 months from January",
        ),
    ],
)
def test_levels_say_what_counts_and_over_which_time(changes, it, en):
    said = ladder(**changes)[0]
    assert said[0].startswith(f"livelli per {it}: Argento, Oro da ")
    assert said[1].startswith(f"levels by {en}: Silver, Gold from ")


@pytest.mark.parametrize(
    ("rate", "it", "en"),
    [
        ([2, 100], "il 2%", "2%"),
        ([8, 100], "l'8%", "8%"),
        ([1, 100], "l'1%", "1%"),
        ([11, 100], "l'11%", "11%"),
        ([1, 200], "lo 0,5%", "0.5%"),
        ([85, 1000], "l'8,5%", "8.5%"),
        ([2, 6], "1/3", "1/3"),
        ([1, 1], "il 100%", "100%"),
    ],
)
def test_a_cause_says_its_share_as_a_percentage_where_it_is_one(rate, it, en):
    assert clauses(cause={**CAUSE, "rate": rate})[-1] == (
        f"{it} della spesa va a Rifugio dei gatti, da versare dopo 14 giorni",
        f"{en} of what you spend goes to Rifugio dei gatti, payable after 14 days",
    )


def test_a_cause_says_its_cap_and_when_it_is_payable():
    assert clauses(cause={**CAUSE, "cap_minor": 500, "payable_after_days": 0})[-1] == (
        "il 2% della spesa va a Rifugio dei gatti, al massimo 5,00 € a visita, da versare subito",
        "2% of what you spend goes to Rifugio dei gatti, at most €5.00 per visit, payable at once",
    )


def test_debts_are_said_only_where_they_do_not_simply_stay():
    assert len(clauses(debt="carry")) == len(clauses())
    assert "non devi nulla" in clauses(debt="clamp")[-1][0]
    assert "must still be on the card" in clauses(debt="block")[-1][1]
