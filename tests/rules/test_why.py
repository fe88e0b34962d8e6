"""Why a balance is what it is, in one sentence that adds up."""

from datetime import date

import pytest

from loyalty.core.text import Text
from loyalty.counter.explain import sentence
from loyalty.programs.document import Expiry, Unit

POINTS = Unit("points", Text("punti", "points"), 0, Expiry("never", 0))
STARS = Unit("stars", Text("stelle", "stars"), 0, Expiry("never", 0))


@pytest.mark.parametrize(
    ("there", "sums", "it", "en"),
    [
        (0, {}, "0 punti: la carta non ne ha ancora ricevuti.",
         "0 points: the card has not been given any yet."),
        (1, {"earn": 1}, "1 punto, guadagnato con una visita.", "1 point, earned by a visit."),
        (1_234, {"earn": 1_234}, "1.234 punti, tutti guadagnati con le visite.",
         "1,234 points, all earned by visits."),
        (52, {"earn": 120, "spend": -60, "expire": -8},
         "52 punti: 120 guadagnati, 60 usati, 8 scaduti.",
         "52 points: 120 earned, 60 used, 8 expired."),
        (0, {"earn": 10, "spend": -10}, "0 punti: 10 guadagnati, 10 usati.",
         "0 points: 10 earned, 10 used."),
        (9, {"earn": 20, "take": -1, "spend": -20, "give": 10},
         ("9 punti: 20 guadagnati, 1 tolto per visite rimborsate o corrette, 20 usati,"
         " 10 tornati da premi annullati."),
         ("9 points: 20 earned, 1 taken back for refunded or corrected visits, 20 used,"
         " 10 back from cancelled rewards.")),
        (3, {"adjust": 5, "merge": -2}, "3 punti: 5 aggiunti a mano, 2 passati a un'altra carta.",
         "3 points: 5 added by hand, 2 gone to another card."),
        (6, {"earn": 4, "take": -8, "forgive": 4, "adjust": -1, "merge": 7},
         ("6 punti: 4 guadagnati, 8 tolti per visite rimborsate o corrette, 1 tolto a mano,"
         " 4 abbuonati dal negozio, 7 arrivati da un'altra carta."),
         ("6 points: 4 earned, 8 taken back for refunded or corrected visits, 1 taken off by hand,"
         " 4 let go by the shop, 7 from another card.")),
    ],
)  # fmt: skip
def test_a_balance_is_told_by_what_came_and_went(there, sums, it, en):
    assert sentence(POINTS, there, sums) == Text(it, en)


def test_italian_agrees_with_the_name_of_the_unit():
    assert sentence(STARS, 0, {}).it == "0 stelle: la carta non ne ha ancora ricevute."
    assert sentence(STARS, 1, {"earn": 1}).it == "1 stella, guadagnata con una visita."
    told = sentence(STARS, 2, {"earn": 4, "spend": -1, "expire": -1}).it
    assert told == "2 stelle: 4 guadagnate, 1 usata, 1 scaduta."


def test_what_waits_is_told_with_the_day_from_which_it_can_be_used():
    one = sentence(POINTS, 40, {"earn": 52}, [(date(2026, 12, 3), 12)])
    assert one.it == "40 punti: 52 guadagnati, 12 in attesa fino al 3 dicembre 2026."
    assert one.en == "40 points: 52 earned, 12 waiting until 3 December 2026."
    many = sentence(POINTS, 0, {"earn": 9}, [(date(2026, 12, 8), 1), (date(2026, 12, 9), 8)])
    assert many.it == "0 punti: 9 guadagnati, 9 in attesa (il primo fino all'8 dicembre 2026)."
    assert many.en == "0 points: 9 earned, 9 waiting (the first until 8 December 2026)."
