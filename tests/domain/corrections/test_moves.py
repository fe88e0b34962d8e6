"""A visit on the wrong card is moved to the right one, as if it had been made there."""

from datetime import timedelta

from loyalty.core.errors import (
    AlreadyVoided,
)
from tests.builders import NOW
from tests.domain.corrections import rules
from tests.domain.corrections.hands import account, lots, move, on, state
from tests.domain.law import holds, refused, stands, statement

DAY = timedelta(days=1)


def test_a_moved_visit_stands_on_the_right_card_with_its_own_time(shop):
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1_250).body["ref"]
    body = move(shop, visit, right, at=NOW + 40 * DAY).body
    assert (body["kind"], body["card"], body["visit"]) == ("move", right.ref, visit)
    assert (body["moved_from"], body["earned"]) == (wrong.ref, {"points": 12})
    assert body["balances"]["points"]["carried_minor"] == 50
    assert body["balances"]["points"]["expiring"] == [{"units": 12, "at": "2027-11-21T23:00:00Z"}]
    assert holds(shop, wrong)["lifetime"] == 0
    assert [each["units"] for each in holds(shop, right)["expiring"]] == [12]


def test_both_cards_say_why(shop):
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1_200).body["ref"]
    move(shop, visit, right)
    taken, given = statement(shop, wrong)[-1], statement(shop, right)[-1]
    assert taken.reasons[0]["it"] == "visita di un'altra carta: -12 punti"
    assert taken.reasons[0]["en"] == "visit of another card: -12 points"
    assert given.reasons[0]["en"] == "€12.00 spent: +12 points"
    assert (taken.units, given.units) == (-12, 12)


def test_moved_back_both_cards_are_exactly_as_before_any_number_of_times(shop):
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1_250, at=NOW).body["ref"]
    shop.visit(wrong, 777, at=NOW + DAY)
    shop.visit(right, 930, at=NOW + DAY)
    at = NOW + 2 * DAY
    before = state(shop, wrong, at), state(shop, right, at)
    for _ in range(3):
        move(shop, visit, right, at=at)
        there = state(shop, wrong, at), state(shop, right, at)
        move(shop, visit, wrong, at=at)
        assert (state(shop, wrong, at), state(shop, right, at)) == before
    move(shop, visit, right, at=at)
    assert (state(shop, wrong, at), state(shop, right, at)) == there


def test_what_had_made_up_for_it_from_other_lots_goes_back_into_them(shop):
    """Its own points were spent: leaving takes younger ones, coming back returns those."""
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1_000).body["ref"]
    shop.visit(wrong, 600, at=NOW + 40 * DAY)
    shop.reserve(wrong, "breakfast", at=NOW + 40 * DAY)
    at = NOW + 41 * DAY
    before = state(shop, wrong, at)
    for _ in range(2):
        moved = move(shop, visit, right, at=at).body
        assert moved["balances"]["points"]["available"] == 10
        balance = holds(shop, wrong, at=at)
        assert (balance["available"], balance["debt"]) == (0, 4)
        move(shop, visit, wrong, at=at)
        assert state(shop, wrong, at) == before


def test_what_repaid_its_debt_meanwhile_is_there_again_under_its_own_terms(shop):
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1_000).body["ref"]
    shop.reserve(wrong, "breakfast")
    move(shop, visit, right)
    later = NOW + 40 * DAY
    shop.visit(wrong, 700, at=later)
    assert holds(shop, wrong, at=later)["debt"] == 3
    move(shop, visit, wrong, at=later + DAY)
    assert lots(shop, wrong) == [("points", "2028-01-01T00:00:00+01:00", 7, 7, False, False)]


def test_it_is_rated_with_the_level_that_the_card_held_then(shop):
    shop.program("levels", rules.LEVELS)
    wrong, right = shop.card("levels"), shop.card("levels")
    shop.visit(right, 10_000)
    visit = shop.visit(wrong, 500, at=NOW + DAY).body["ref"]
    assert move(shop, visit, right, at=NOW + 2 * DAY).body["earned"] == {"points": 10}
    other = shop.card("levels")
    assert move(shop, visit, other, at=NOW + 2 * DAY).body["earned"] == {"points": 5}
    assert move(shop, visit, right, at=NOW + 2 * DAY).body["earned"] == {"points": 10}


def test_a_visit_that_brought_a_level_takes_it_along_and_brings_it_back_with_its_dates(shop):
    shop.program("levels", rules.LEVELS)
    wrong, right = shop.card("levels"), shop.card("levels")
    visit = shop.visit(wrong, 10_000).body["ref"]
    at = NOW + 60 * DAY  # later than a refund could take a level back
    before = state(shop, wrong, at), state(shop, right, at)
    assert before[0]["seen"]["tier"]["key"] == "gold"
    for _ in range(2):
        move(shop, visit, right, at=at)
        assert stands(shop, wrong, at)["tier"]["key"] == "silver"
        assert stands(shop, right, at)["tier"]["key"] == "gold"
        move(shop, visit, wrong, at=at)
        assert (state(shop, wrong, at), state(shop, right, at)) == before


def test_a_level_that_is_held_without_it_stays(shop):
    shop.program("levels", rules.LEVELS)
    wrong, right = shop.card("levels"), shop.card("levels")
    visit = shop.visit(wrong, 10_000).body["ref"]
    shop.visit(wrong, 10_000, at=NOW + DAY)
    move(shop, visit, right, at=NOW + 2 * DAY)
    assert stands(shop, wrong, NOW + 2 * DAY)["tier"]["key"] == "gold"


def test_a_level_kept_in_its_grace_by_a_visit_goes_with_it_and_comes_back(shop):
    shop.program("levels", rules.LEVELS)
    wrong, right = shop.card("levels"), shop.card("levels")
    shop.visit(wrong, 10_000)
    at = on(2027, 12, 10)  # the review of 30 November failed, the grace has begun
    visit = shop.visit(wrong, 10_000, at=at).body
    assert visit["tier"]["grace_until"] is None
    before = state(shop, wrong, at)
    move(shop, visit["ref"], right, at=at)
    assert stands(shop, wrong, at)["tier"]["grace_until"] == "2027-12-30"
    move(shop, visit["ref"], wrong, at=at)
    assert state(shop, wrong, at) == before


def test_a_days_cap_is_that_of_the_right_card(shop):
    shop.program("capped", rules.CAPPED)
    wrong, right = shop.card("capped"), shop.card("capped")
    visit = shop.visit(wrong, 800).body["ref"]
    shop.visit(wrong, 800)  # earns 2
    shop.visit(right, 700)
    before = state(shop, wrong), state(shop, right)
    assert move(shop, visit, right).body["earned"] == {"points": 3}
    assert move(shop, visit, wrong).body["earned"] == {"points": 8}
    assert (state(shop, wrong), state(shop, right)) == before


def test_back_on_its_card_it_has_its_old_allowance_though_the_day_is_used_up_since(shop):
    shop.program("capped", rules.CAPPED)
    wrong, right = shop.card("capped"), shop.card("capped")
    visit = shop.visit(wrong, 800).body["ref"]
    move(shop, visit, right)
    assert shop.visit(wrong, 900).body["earned"] == {"points": 9}
    assert move(shop, visit, wrong).body["earned"] == {"points": 8}


def test_stamps_fill_the_right_card_and_the_voucher_of_the_wrong_one_is_cancelled(shop):
    wrong, right = shop.card("stamps"), shop.card("stamps")
    shop.visit(right, coffees=8)
    visit = shop.visit(wrong, coffees=11).body["ref"]
    before = state(shop, wrong, sizes=False), state(shop, right, sizes=False)
    body = move(shop, visit, right).body
    assert [each["state"] for each in body["vouchers"]] == ["reserved", "cancelled"]
    assert (holds(shop, wrong, "stamps")["available"], stands(shop, wrong)["vouchers"]) == (0, [])
    assert holds(shop, right, "stamps")["available"] == 9
    assert len(stands(shop, right)["vouchers"]) == 1
    move(shop, visit, wrong)
    assert (state(shop, wrong, sizes=False), state(shop, right, sizes=False)) == before


def test_the_pledge_goes_with_the_visit_to_the_cent(shop):
    shop.program("giving", rules.GIVING)
    wrong, right = shop.card("giving"), shop.card("giving")
    visit = shop.visit(wrong, 100).body["ref"]
    shop.visit(wrong, 250)
    shop.visit(right, 500)
    before = state(shop, wrong), state(shop, right)
    assert stands(shop, wrong)["impact"] == {"gatti": 116}
    assert move(shop, visit, right).body["pledged"] == {"gatti": 34}
    assert stands(shop, wrong)["impact"] == {"gatti": 83}
    assert stands(shop, right)["impact"] == {"gatti": 200}
    move(shop, visit, wrong)
    assert (state(shop, wrong), state(shop, right)) == before


def test_points_that_wait_wait_on_the_right_card_until_the_same_moment(shop):
    shop.program("waiting", rules.waiting(48))
    wrong, right = shop.card("waiting"), shop.card("waiting")
    visit = shop.visit(wrong, 1_200).body["ref"]
    before = state(shop, wrong)
    body = move(shop, visit, right, at=NOW + DAY).body["balances"]["points"]
    assert (body["available"], body["pending"]) == (0, 12)
    assert body["waiting"] == [{"units": 12, "at": "2026-11-23T10:00:00Z"}]
    assert holds(shop, right, at=NOW + 2 * DAY)["available"] == 12
    move(shop, visit, wrong, at=NOW + DAY)
    assert state(shop, wrong) == before
    # Once the wait is over, they can be used at once wherever they come to.
    assert move(shop, visit, right, at=NOW + 3 * DAY).body["balances"]["points"]["available"] == 12


def test_points_that_slide_live_by_the_visits_of_the_card_on_which_they_are(shop):
    shop.program("sliding", rules.lasting("inactivity", 2))
    wrong, right = shop.card("sliding"), shop.card("sliding")
    shop.visit(wrong, 300)
    visit = shop.visit(wrong, 500, at=NOW + 9 * DAY).body["ref"]
    shop.visit(right, 700, at=NOW + 4 * DAY)
    at = NOW + 10 * DAY
    before = state(shop, wrong, at), state(shop, right, at)
    move(shop, visit, right, at=at)
    ends = [{each[1] for each in lots(shop, card)} for card in (wrong, right)]
    assert ends == [{"2027-01-22T00:00:00+01:00"}, {"2027-01-31T00:00:00+01:00"}]
    move(shop, visit, wrong, at=at)
    assert (state(shop, wrong, at), state(shop, right, at)) == before


def test_points_that_had_expired_are_moved_and_have_expired_there_too(shop):
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1_200).body["ref"]
    at = on(2027, 12, 1)
    shop.visit(wrong, 500, at=at)
    before = state(shop, wrong, at, sizes=False), state(shop, right, at, sizes=False)
    for _ in range(2):
        move(shop, visit, right, at=at)
        there = holds(shop, right, at=at)
        assert (there["available"], there["debt"], there["lifetime"]) == (0, 0, 12)
        here = holds(shop, wrong, at=at)
        assert (here["available"], here["debt"], here["lifetime"]) == (5, 0, 5)
        move(shop, visit, wrong, at=at)
        assert (state(shop, wrong, at, sizes=False), state(shop, right, at, sizes=False)) == before


def test_what_was_refunded_stays_refunded_and_the_rest_can_be_refunded_there(shop):
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1_240).body["ref"]
    shop.refund(visit, 300)
    assert move(shop, visit, right).body["earned"] == {"points": 9}
    body = shop.refund(visit, 500).body
    assert (body["card"], body["earned"]) == (right.ref, {"points": -5})
    assert move(shop, visit, wrong).body["earned"] == {"points": 4}
    assert shop.refund(visit, 440).body["card"] == wrong.ref
    for card in (wrong, right):
        balance = holds(shop, card)
        assert (balance["available"], balance["debt"], balance["lifetime"]) == (0, 0, 0)


def test_what_was_spent_before_is_not_made_anew_by_a_refund_on_the_other_card(shop):
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1_000).body["ref"]
    shop.reserve(wrong, "breakfast")
    move(shop, visit, right)
    shop.refund(visit, 600)
    move(shop, visit, wrong)
    balance = holds(shop, wrong)
    assert (balance["available"], balance["debt"], balance["lifetime"]) == (0, 6, 4)


def test_a_moved_visit_is_voided_on_the_card_where_it_stands(shop):
    wrong, right = shop.card(), shop.card()
    visit = shop.visit(wrong, 1_240).body["ref"]
    move(shop, visit, right)
    assert shop.void(visit).body["card"] == right.ref
    assert account(shop, right).balance == account(shop, wrong).balance == 0
    with refused(shop, AlreadyVoided):
        move(shop, visit, wrong)
