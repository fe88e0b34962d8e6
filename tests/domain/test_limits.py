"""What a program allows: limits to the edge, proof, pauses, and the rules of the day."""

from datetime import timedelta

import pytest

from loyalty.core.errors import LimitReached, ProgramPaused, ProofTooWeak, StateConflict
from loyalty.merchants.roles import PERMISSIONS, Duty, Role
from loyalty.programs import editor
from tests.builders import NOW, POINTS, STAMPS
from tests.domain.law import holds, refused
from tests.programs import with_changes


def limited(shop, **limits):
    shop.program("limited", with_changes(POINTS, limits=limits))
    return shop.card("limited")


def minutes(number):
    return timedelta(minutes=number)


def test_a_card_is_served_so_often_a_day_and_again_after_the_shops_midnight(shop):
    card = limited(shop, visits_per_card_day=2)
    evening = NOW.replace(hour=22, minute=58)  # two minutes to midnight in Rome
    shop.visit(card, 100, at=NOW)
    shop.visit(card, 100, at=evening)
    with refused(shop, LimitReached, limit="visits_per_card_day", allowed=2):
        shop.visit(card, 100, at=evening + minutes(1))
    assert shop.visit(card, 100, at=evening + minutes(2))


def test_a_voided_visit_does_not_count_for_the_day(shop):
    card = limited(shop, visits_per_card_day=1)
    shop.void(shop.visit(card, 100).body["ref"])
    shop.visit(card, 100)
    with refused(shop, LimitReached):
        shop.visit(card, 100)


def test_a_late_sale_counts_for_its_own_day(shop):
    card = limited(shop, visits_per_card_day=1)
    shop.visit(card, 100)
    yesterday = NOW - timedelta(days=1)
    shop.visit(card, 100, occurred_at=yesterday)
    with refused(shop, LimitReached):
        shop.visit(card, 100, occurred_at=yesterday)


def test_the_greatest_amount_is_allowed_and_a_cent_more_is_not(shop):
    card = limited(shop, amount_minor_max=50_000)
    with refused(shop, LimitReached, limit="amount_minor_max", allowed=50_000):
        shop.visit(card, 50_001)
    assert shop.visit(card, 50_000).body["earned"] == {"points": 500}


def codes(answer):
    return [warning["code"] for warning in answer.body["warnings"]]


def test_a_second_visit_within_the_time_is_let_through_with_a_warning(shop):
    card = limited(shop, min_seconds=120)
    assert not codes(shop.visit(card, 100))
    assert not codes(shop.visit(card, 100, at=NOW + timedelta(seconds=120)))
    answer = shop.visit(card, 100, at=NOW + timedelta(seconds=239))
    (warning,) = answer.body["warnings"]
    assert (warning["code"], answer.body["earned"]) == ("repeat_soon", {"points": 1})
    assert warning["it"] != warning["en"]


def test_midnight_does_not_hide_a_repeat(shop):
    card = limited(shop, min_seconds=120)
    midnight = NOW.replace(hour=23)
    shop.visit(card, 100, at=midnight - timedelta(seconds=30))
    assert codes(shop.visit(card, 100, at=midnight + timedelta(seconds=30))) == ["repeat_soon"]


def test_a_sale_entered_late_is_compared_with_those_of_its_own_time(shop):
    card = limited(shop, min_seconds=120)
    shop.visit(card, 100, at=NOW)
    shop.visit(card, 100, at=NOW + timedelta(hours=3))
    late = NOW + timedelta(hours=4)
    assert codes(shop.visit(card, 100, at=late, occurred_at=NOW + minutes(1))) == ["repeat_soon"]
    assert not codes(shop.visit(card, 100, at=late, occurred_at=NOW + timedelta(hours=1)))


def test_where_no_time_is_set_nothing_is_a_repeat(shop):
    card = limited(shop, visits_per_card_day=9)
    assert not any(codes(shop.visit(card, 100)) for _ in range(2))


# --- proof ---------------------------------------------------------------------------------------


def test_a_program_may_want_the_qr_to_earn_and_to_redeem(shop):
    shop.program("strict", with_changes(POINTS, proof={"earn": "static", "redeem": "static"}))
    card = shop.card("strict")
    for scan in (card.code, card.ref):
        with refused(shop, ProofTooWeak, needed="static", given="typed"):
            shop.visit(card, 1500, scan=scan)
    assert shop.visit(card, 1500, scan=card.token).body["proof"] == "static"
    with refused(shop, ProofTooWeak, needed="static", given="typed"):
        shop.reserve(card, "breakfast")


def test_another_program_proves_as_much_as_the_qr_whatever_it_sends(shop):
    shop.program("strict", with_changes(POINTS, proof={"earn": "static"}))
    card = shop.card("strict")
    register = Duty(shop.merchant_id, "key:1", "api", PERMISSIONS[Role.CASHIER])
    for scan in (card.code, card.token):
        assert shop.visit(card, 100, scan=scan, duty=register).body["proof"] == "api"


def test_without_a_word_on_it_earning_takes_typing_and_redeeming_takes_the_qr(shop):
    raw = with_changes(POINTS)
    del raw["proof"]
    shop.program("usual", raw)
    card = shop.card("usual")
    shop.visit(card, 1500)
    with refused(shop, ProofTooWeak, needed="static", given="typed"):
        shop.reserve(card, "breakfast")


# --- pauses --------------------------------------------------------------------------------------


def turn(shop, verb, program="points"):
    with shop.database.write() as session:
        found = editor.find(
            session, merchant_id=shop.merchant_id, program_ref=shop.programs[program]
        )
        verb(session, merchant_id=shop.merchant_id, program_id=found.id)


def test_a_paused_program_neither_earns_nor_redeems_and_loses_nothing(shop):
    card = shop.card()
    visit = shop.visit(card, 1500, key="k").body
    turn(shop, editor.pause)
    with refused(shop, ProgramPaused):
        shop.visit(card, 1500)
    with refused(shop, ProgramPaused):
        shop.reserve(card, "breakfast")
    assert shop.visit(card, 1500, key="k").replayed
    assert shop.refund(visit["ref"], 500).body["earned"] == {"points": -5}
    turn(shop, editor.resume)
    assert shop.visit(card, 100).body["balances"]["points"]["available"] == 11


def test_a_program_that_was_never_published_serves_nobody(shop):
    shop.program("draft", POINTS, publish=False)
    with refused(shop, ProgramPaused):
        shop.card("draft")
    for verb in (editor.pause, editor.resume):
        with refused(shop, StateConflict):
            turn(shop, verb, "draft")


# --- versions ------------------------------------------------------------------------------------


def earning(units, per_minor):
    return with_changes(
        POINTS, earn=[{**POINTS["earn"][0], "units": units, "per": {"amount_minor": per_minor}}]
    )


def test_a_late_sale_earns_by_the_rules_of_its_day(shop):
    shop.publish("points", earning(2, 100), at=NOW + timedelta(days=10))
    shop.publish("points", earning(5, 100), at=NOW + timedelta(days=20))
    card, now = shop.card(), NOW + timedelta(days=30)
    rated = [
        (body["version"], body["earned"]["points"])
        for day in (-5, 0, 9, 10, 19, 20, 29)
        for body in [shop.visit(card, 100, at=now, occurred_at=NOW + timedelta(days=day)).body]
    ]
    assert rated == [(1, 1), (1, 1), (1, 1), (2, 2), (2, 2), (3, 5), (3, 5)]
    assert shop.visit(card, 100, at=now).body["version"] == 3


def test_what_was_put_aside_survives_new_rules(shop):
    card = shop.card()
    assert shop.visit(card, 190).body["earned"] == {"points": 1}
    shop.publish("points", earning(1, 1_000), at=NOW)
    # Nine tenths of a point are put aside; a euro more at a tenth of a point completes it.
    body = shop.visit(card, 100).body
    assert (body["version"], body["earned"]) == (2, {"points": 1})
    assert holds(shop, card)["carried_minor"] == 0


def test_a_unit_that_new_rules_bring_is_there_from_the_next_visit(shop):
    card = shop.card()
    units, earn = POINTS["units"] + STAMPS["units"], POINTS["earn"] + STAMPS["earn"]
    shop.publish("points", with_changes(POINTS, units=units, earn=earn), at=NOW)
    body = shop.visit(card, 500, coffees=2).body
    assert body["earned"] == {"points": 5, "stamps": 2}
    assert holds(shop, card, "stamps")["available"] == 2


def test_what_new_rules_no_longer_name_is_kept(shop):
    units, earn = POINTS["units"] + STAMPS["units"], POINTS["earn"] + STAMPS["earn"]
    shop.program("both", with_changes(POINTS, units=units, earn=earn))
    card = shop.card("both")
    visit = shop.visit(card, 500, coffees=2).body["ref"]
    shop.publish("both", POINTS, at=NOW)
    assert shop.visit(card, 500).body["balances"]["stamps"]["available"] == 2
    assert shop.refund(visit, lines=((1, 1_000),)).body["earned"] == {"points": -3, "stamps": -1}


@pytest.mark.parametrize("months", [1, 24])
def test_points_earned_already_keep_their_end(shop, months):
    card = shop.card()
    shop.visit(card, 500)
    before = holds(shop, card)["expiring"]
    unit = {**POINTS["units"][0], "expiry": {"kind": "rolling", "months": months}}
    shop.publish("points", with_changes(POINTS, units=[unit]), at=NOW)
    assert holds(shop, card)["expiring"] == before
