"""What a refund takes back: the sale's own units first, then others, then a debt; and stamps."""

from datetime import timedelta

from loyalty.core.errors import AlreadyCancelled, InsufficientUnits
from tests.builders import NOW, STAMPS
from tests.domain.law import holds, refused, stands, statement
from tests.programs import with_changes

YEAR = timedelta(days=365)


def test_the_sales_own_units_go_first_though_others_end_sooner(shop):
    card = shop.card()
    shop.visit(card, 500)
    later = NOW + timedelta(days=40)
    visit = shop.visit(card, 300, at=later).body["ref"]
    shop.refund(visit, 200, at=later)
    assert [each["units"] for each in holds(shop, card, at=later)["expiring"]] == [5, 1]


def test_then_other_units_the_soonest_first(shop):
    card = shop.card()
    days = [NOW + timedelta(days=day) for day in (0, 40, 80)]
    visit = shop.visit(card, 1_000, at=days[0]).body["ref"]
    for day in days[1:]:
        shop.visit(card, 500, at=day)
    shop.reserve(card, "breakfast", at=days[2])
    shop.refund(visit, 700, at=days[2])
    assert [each["units"] for each in holds(shop, card, at=days[2])["expiring"]] == [3]


def test_what_was_spent_becomes_a_debt_that_the_next_units_repay(shop):
    card = shop.card()
    visit = shop.visit(card, 1_250).body["ref"]
    shop.reserve(card, "breakfast")
    body = shop.refund(visit, 1_250).body
    assert (body["balances"]["points"]["available"], body["balances"]["points"]["debt"]) == (0, 10)
    body = shop.visit(card, 700).body
    assert body["earned"] == {"points": 7}
    assert (body["balances"]["points"]["available"], body["balances"]["points"]["debt"]) == (0, 3)
    with refused(shop, InsufficientUnits, unit="points", needed=10, available=0):
        shop.reserve(card, "breakfast")
    assert stands(shop, card)["rewards"][0]["missing"] == {"points": 13}
    body = shop.visit(card, 1_300).body["balances"]["points"]
    assert (body["available"], body["debt"]) == (10, 0)
    assert shop.reserve(card, "breakfast")


def test_units_added_by_hand_repay_a_debt_too(shop):
    card = shop.card()
    visit = shop.visit(card, 1_000).body["ref"]
    shop.reserve(card, "breakfast")
    shop.void(visit)
    balance = shop.adjust(card, "points", 12).body["balances"]["points"]
    assert (balance["available"], balance["debt"]) == (2, 0)


def test_what_had_expired_counts_as_taken_and_only_once(shop):
    card = shop.card()
    visit = shop.visit(card, 1_000).body["ref"]
    later = NOW + YEAR + timedelta(days=1)
    shop.visit(card, 2_000, at=later)
    assert shop.refund(visit, 400, at=later).body["earned"] == {"points": 0}
    assert shop.refund(visit, 600, at=later).body["earned"] == {"points": 0}
    balance = holds(shop, card, at=later)
    assert (balance["available"], balance["debt"], balance["lifetime"]) == (20, 0, 20)


def test_of_a_sale_spent_in_part_and_expired_in_part_each_counts_for_itself(shop):
    card = shop.card()
    visit = shop.visit(card, 1_300).body["ref"]
    shop.reserve(card, "breakfast")
    later = NOW + YEAR + timedelta(days=1)
    # Three expired, ten were spent: of thirteen taken back three are covered, ten are owed.
    body = shop.refund(visit, 1_300, at=later).body["balances"]["points"]
    assert (body["available"], body["debt"]) == (0, 10)


def test_a_refund_says_why_in_both_languages(shop):
    card = shop.card()
    visit = shop.visit(card, 1_250).body["ref"]
    shop.refund(visit, 500)
    shop.void(visit)
    said = [(entry.reasons[0]["it"], entry.reasons[0]["en"]) for entry in statement(shop, card)[1:]]
    assert said == [
        ("rimborso: -5 punti", "refund: -5 points"),
        ("visita annullata: -7 punti", "visit voided: -7 points"),
    ]


# --- stamp cards ---------------------------------------------------------------------------------


def test_free_stamps_go_first_and_the_voucher_stays(shop):
    card = shop.card("stamps")
    shop.visit(card, coffees=9)
    second = shop.visit(card, coffees=3).body["ref"]
    body = shop.refund(second, lines=((1, 2_000),)).body
    assert not body["vouchers"]
    assert body["balances"]["stamps"]["available"] == 0
    assert len(stands(shop, card)["vouchers"]) == 1


def test_only_when_short_the_voucher_of_a_full_card_is_cancelled(shop):
    card = shop.card("stamps")
    shop.visit(card, coffees=9)
    second = shop.visit(card, coffees=3).body
    body = shop.refund(second["ref"], lines=((1, 3_000),)).body
    assert [voucher["state"] for voucher in body["vouchers"]] == ["cancelled"]
    assert body["balances"]["stamps"]["available"] == 9
    with refused(shop, AlreadyCancelled):
        shop.fulfil(second["vouchers"][0]["redemption"])


def test_the_youngest_unused_voucher_is_cancelled_first(shop):
    card = shop.card("stamps")
    old, new = (shop.visit(card, coffees=10).body for _ in range(2))
    body = shop.refund(old["ref"], lines=((1, 1_000),)).body
    assert [voucher["code"] for voucher in body["vouchers"]] == [new["vouchers"][0]["code"]]
    assert body["balances"]["stamps"]["available"] == 9


def test_a_used_voucher_is_not_cancelled_and_what_is_missing_is_owed(shop):
    card = shop.card("stamps")
    shop.visit(card, coffees=9)
    second = shop.visit(card, coffees=3).body
    shop.fulfil(second["vouchers"][0]["redemption"])
    balance = shop.refund(second["ref"], lines=((1, 3_000),)).body["balances"]["stamps"]
    assert (balance["available"], balance["debt"]) == (0, 1)


def test_stamps_given_back_to_a_grace_that_is_over_expire_at_once(shop):
    month = {**STAMPS["units"][0], "expiry": {"kind": "rolling", "months": 1}}
    lasting = {**STAMPS["rewards"][0], "voucher_days": 90}
    shop.program("monthly", with_changes(STAMPS, units=[month], rewards=[lasting]))
    card = shop.card("monthly")
    first = shop.visit(card, coffees=10).body["vouchers"][0]["redemption"]
    at = NOW + timedelta(days=40)
    shop.cancel(first, at=at)  # ten stamps of grace, for seven days
    visit = shop.visit(card, coffees=3, at=at).body
    assert len(visit["vouchers"]) == 1
    shop.adjust(card, "stamps", -3, at=at)
    at += timedelta(days=10)
    shop.void(visit["ref"], at=at)
    balance = holds(shop, card, "stamps", at=at)
    assert (balance["available"], balance["debt"], balance["lifetime"]) == (0, 3, 10)
    assert statement(shop, card)[-1].kind == "expire"
