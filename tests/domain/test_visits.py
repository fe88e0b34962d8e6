"""Visits: a purchase becomes units, exactly once, explained."""

from datetime import timedelta

import pytest

from loyalty.cards import keeping
from loyalty.core.errors import (
    CardBlocked,
    CurrencyMismatch,
    Forbidden,
    Invalid,
    KeyReused,
    OwnCard,
    StateConflict,
    Unknown,
)
from loyalty.core.ids import ref
from loyalty.core.money import AMOUNT_MINOR_MAX, Money
from loyalty.counter import visits
from loyalty.counter.requests import LINES_MAX, LineRequest, VisitRequest, intent
from loyalty.merchants import places
from loyalty.merchants.roles import Role, staff_duty
from tests.builders import NOW, POINTS, fresh_key
from tests.domain.law import holds, keep, refused, stands, statement
from tests.programs import with_changes

COFFEE = "coffee"


def test_forty_coffees_of_one_thirty_give_fifty_two_points(shop):
    card = shop.card()
    for _ in range(40):
        body = shop.visit(card, 130).body
    assert body["balances"]["points"]["available"] == 52
    assert body["balances"]["points"]["carried_minor"] == 0


def test_three_euros_one_by_one_are_a_point_at_a_point_per_three_euros(shop):
    rule = {**POINTS["earn"][0], "per": {"amount_minor": 300}}
    shop.program("thirds", with_changes(POINTS, earn=[rule]))
    card = shop.card("thirds")
    earned = [shop.visit(card, 100).body["earned"]["points"] for _ in range(3)]
    assert earned == [0, 0, 1]


def test_the_same_key_gives_the_same_receipt(shop):
    card = shop.card()
    first = shop.visit(card, 1240, key="k")
    again = shop.visit(card, 1240, key="k")
    assert (first.replayed, again.replayed) == (False, True)
    assert again.body == first.body
    assert first.body["earned"] == {"points": 12}
    assert first.body["balances"]["points"]["carried_minor"] == 40
    assert first.body["balances"]["points"]["to_next_minor"] == 60


@pytest.mark.parametrize("verb", [keeping.block, keeping.replace])
def test_a_replay_gives_its_receipt_though_the_card_was_blocked_or_replaced_since(shop, verb):
    card = shop.card()
    first = shop.visit(card, 1240, key="k")
    keep(shop, verb, card)
    again = shop.visit(card, 1240, key="k")
    assert (again.replayed, again.body) == (True, first.body)
    with refused(shop, CardBlocked):
        shop.visit(card, 1240)


def test_a_key_serves_one_request_only(shop):
    card, other = shop.card(), shop.card()
    shop.visit(card, 1240, key="k")
    for again in ((card, 1241), (other, 1240)):
        with refused(shop, KeyReused):
            shop.visit(*again, key="k")


def test_the_same_key_in_another_shop_is_another_key(shop, stranger):
    shop.visit(shop.card(), 1240, key="k")
    assert not stranger.visit(stranger.card(), 1240, key="k").replayed


def test_a_refusal_leaves_its_key_free(shop):
    card = shop.card()
    keep(shop, keeping.block, card)
    with refused(shop, CardBlocked):
        shop.visit(card, 1240, key="k")
    keep(shop, keeping.unblock, card)
    assert not shop.visit(card, 1240, key="k").replayed


def test_a_card_is_served_by_its_qr_its_code_or_its_ref(shop):
    card = shop.card()
    scans = {
        f"HTTP://127.0.0.1:8000/C/{card.token}": "static",
        card.token: "static",
        card.code: "typed",
        f"{card.code[:4]}-{card.code[4:8]}-{card.code[8:]}".lower(): "typed",
        card.ref: "typed",
    }
    for scan, proof in scans.items():
        assert shop.visit(card, 100, scan=scan).body["proof"] == proof
    assert holds(shop, card)["available"] == len(scans)


def test_a_guessed_foreign_or_meaningless_scan_is_an_unknown_card(shop, stranger):
    theirs = shop.card()
    guesses = ("ABCDEFGHJK", "A" * 26, "crd_" + "0" * 26, "7", "", "<script>", "0" * 5_000)
    for scan in (theirs.token, theirs.code, theirs.ref, *guesses):
        with refused(stranger, Unknown) as refusal:
            stranger.visit(theirs, 1240, scan=scan)
        assert refusal.value.code == "unknown_card"


def test_nobody_serves_their_own_card(shop):
    own = shop.card(email="Bruno@Example.it")
    with refused(shop, OwnCard):
        shop.visit(own, 1240)
    assert shop.visit(own, 1240, duty=shop.owner).body["earned"] == {"points": 12}


def test_who_only_reads_reports_serves_nobody(shop):
    marketer = staff_duty(shop.merchant_id, shop.owner.staff_id, Role.MARKETER)
    card = shop.card()
    with refused(shop, Forbidden, permission="accrue"):
        shop.visit(card, 1240, duty=marketer)


def test_money_of_another_country_is_refused(shop):
    card = shop.card()
    request = VisitRequest(card.code, Money(1240, "USD"))
    for asked in (request, VisitRequest(card.code, Money(1240, "EUR"), tax=Money(1, "JPY"))):
        with refused(shop, CurrencyMismatch, expected="EUR"):
            record(shop, asked)


def record(shop, request, at=NOW):
    with shop.database.write() as session:
        return visits.accrue(
            session,
            duty=shop.cashier,
            request=request,
            intent=intent(fresh_key(), repr(request)),
            at=at,
        )


def test_an_absurd_or_missing_amount_is_refused(shop):
    card = shop.card()
    for amount in (-1, AMOUNT_MINOR_MAX + 1, None):
        with refused(shop, Invalid) as refusal:
            shop.visit(card, amount)
        assert list(refusal.value.facts["fields"]) == ["amount"]
    assert shop.visit(card, AMOUNT_MINOR_MAX).body["earned"] == {"points": 10_000_000}


def test_nothing_paid_is_a_visit_that_earns_nothing_and_says_so(shop):
    card = shop.card()
    body = shop.visit(card, 0).body
    assert body["earned"] == {"points": 0}
    (entry,) = statement(shop, card)
    assert entry.units == 0
    assert entry.reasons == body["reasons"]
    assert entry.reasons[0]["it"] == "0,00 € di spesa: +0 punti"
    assert entry.reasons[0]["en"] == "€0.00 spent: +0 points"


def test_a_visit_without_stamps_says_why_there_are_none(shop):
    card = shop.card("stamps")
    body = shop.visit(card, lines=[LineRequest(category="tea")]).body
    assert body["earned"] == {"stamps": 0}
    assert body["reasons"][0]["it"] == "niente che dia timbri in questa visita"
    assert body["reasons"][0]["en"] == "nothing in this visit earns stamps"


def test_what_is_put_aside_is_said_with_what_is_missing(shop):
    (why,) = shop.visit(shop.card(), 1240).body["reasons"]
    assert why["it"] == (
        "12,40 € di spesa: +12 punti; 0,40 € messi da parte, 0,60 € al prossimo punto"
    )
    assert why["en"] == ("€12.40 spent: +12 points; €0.40 put aside, €0.60 to the next point")


def test_lines_add_up_to_what_was_paid(shop):
    card = shop.card()
    ten, none = LineRequest(amount_minor=1_000), LineRequest()
    for lines in ([ten], [ten, ten, ten], [ten, none, none], [ten, ten, none, none]):
        with refused(shop, Invalid):
            shop.visit(card, 1_999, lines=lines)
    with refused(shop, Invalid):
        shop.visit(card, 1_999, lines=[none] * (LINES_MAX + 1))
    for lines in ([ten, none], [none], [none, none], [LineRequest(amount_minor=1_999)]):
        assert shop.visit(card, 1_999, lines=lines).body["amount"]["amount_minor"] == 1_999
    assert shop.visit(card, lines=[ten, ten]).body["amount"]["amount_minor"] == 2_000


def test_the_one_line_without_an_amount_takes_the_rest(shop):
    rule = {**POINTS["earn"][0], "when": {"categories": [COFFEE]}}
    shop.program("coffee points", with_changes(POINTS, earn=[rule]))
    card = shop.card("coffee points")
    lines = [LineRequest(amount_minor=700), LineRequest(category=COFFEE)]
    assert shop.visit(card, 1_000, lines=lines).body["earned"] == {"points": 3}


def test_a_receipt_number_is_recorded_once(shop, stranger):
    card, other = shop.card(), shop.card()
    first = shop.visit(card, 1240, external_ref="F-7", key="k").body
    for again in (card, other):
        with refused(shop, StateConflict, visit=first["ref"]):
            shop.visit(again, 1240, external_ref="F-7")
    assert shop.visit(card, 1240, external_ref="F-7", key="k").replayed
    assert shop.visit(shop.card("stamps"), coffees=1, external_ref="F-7").body["earned"]
    assert stranger.visit(stranger.card(), 1240, external_ref="F-7").body["earned"]


def test_a_location_is_known_by_the_name_that_the_till_gives_it(shop, stranger):
    card = shop.card()
    for _ in range(2):
        shop.visit(card, 100, location="Via Roma")
    with shop.database.read() as session:
        (here,) = places.list_locations(session, merchant_id=shop.merchant_id)
        name, place = here.name, ref("loc", here.id)
        assert places.list_locations(session, merchant_id=stranger.merchant_id) == []
    assert name == "Via Roma"
    assert shop.visit(card, 100, location=place)
    theirs = stranger.card()
    for nowhere in (place, "loc_" + "0" * 26, "loc_?"):
        with refused(stranger, Unknown) as refusal:
            stranger.visit(theirs, 100, location=nowhere)
        assert refusal.value.code == "unknown_location"


def test_the_statement_says_what_happened_in_order_with_the_balance_after(shop):
    card = shop.card()
    visit = shop.visit(card, 1250).body["ref"]
    shop.visit(card, 500)
    shop.refund(visit, 250)
    shop.reserve(card, "breakfast")
    found = [(entry.kind, entry.units, entry.balance_after) for entry in statement(shop, card)]
    assert found == [("earn", 12, 12), ("earn", 5, 17), ("take", -2, 15), ("spend", -10, 5)]


def test_units_of_a_sale_entered_late_expire_by_the_day_of_the_sale(shop):
    card = shop.card()
    year = timedelta(days=365)
    recent = shop.visit(card, 500, occurred_at=NOW - year + timedelta(days=1)).body
    assert recent["balances"]["points"]["expiring"] == [{"units": 5, "at": "2026-11-22T23:00:00Z"}]
    old = shop.visit(card, 700, occurred_at=NOW - year - timedelta(days=1)).body
    assert old["earned"] == {"points": 7}
    assert old["balances"]["points"]["available"] == 5
    assert holds(shop, card)["lifetime"] == 12
    assert statement(shop, card)[-1].kind == "expire"


def test_the_receipt_of_a_daily_guest_tells_the_ends_of_every_unit(shop):
    month = {"kind": "rolling", "months": 1}
    units = [{"key": "points", "expiry": month}, {"key": "stars", "expiry": {**month, "months": 6}}]
    rules = [{**POINTS["earn"][0], "unit": unit["key"], "key": unit["key"]} for unit in units]
    shop.program("both", with_changes(POINTS, units=units, earn=rules))
    card = shop.card("both")
    for day in range(26):
        at = NOW + timedelta(days=day)
        told = shop.visit(card, 100, at=at).body["balances"]
    shown = stands(shop, card, at)["balances"].items()
    assert told == {
        unit: {key: fact for key, fact in one.items() if key != "why"} for unit, one in shown
    }
    assert len(told["points"]["expiring"]) == len(told["stars"]["expiring"]) == 8
