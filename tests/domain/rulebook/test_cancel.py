"""Cancel: nothing is deleted; an entry of its own puts right what another had done."""

from tests.builders import NOW
from tests.domain.law import statement
from tests.domain.rulebook.book import DAY, SHELTER, join, kinds, points, there


def test_a_void_a_refund_and_a_cancel_are_entries_and_the_old_ones_stay(shop):
    card = join(shop, points())
    first, second = (shop.visit(card, 1_250).body["ref"] for _ in range(2))
    redemption = shop.reserve(card, "breakfast").body["ref"]
    shop.cancel(redemption)
    shop.refund(first, 250)
    shop.void(second)
    # Two visits of 12.50 are 25 points: the second one's half point completed a whole one.
    assert kinds(shop, card) == [
        ("earn", 12),
        ("earn", 13),
        ("spend", -10),
        ("give", 10),
        ("take", -3),
        ("take", -12),
    ]
    assert there(shop, card) == 10


def test_each_entry_that_takes_says_what_it_takes_back(shop):
    card = join(shop, points())
    shop.void(shop.visit(card, 1_250).body["ref"])
    why = statement(shop, card)[-1].reasons[0]
    assert (why["rule"], why["it"], why["en"]) == (
        "base", "visita annullata: -12 punti", "visit voided: -12 points",
    )  # fmt: skip


def test_a_voided_visit_pledges_nothing_and_the_entry_says_so(shop):
    card = join(shop, points(cause=SHELTER))
    body = shop.void(shop.visit(card, 1_250).body["ref"], at=NOW + DAY).body
    assert body["pledged"] == {"rifugio": -25}
    said = next(why for why in body["reasons"] if why["rule"] == "rifugio")
    assert "0,25 €" in said["it"]
    assert "€0.25" in said["en"]
