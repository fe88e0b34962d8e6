"""Rewards: reserved, handed over, taken back; vouchers to their last day."""

from datetime import timedelta

import pytest

from loyalty.cards import keeping
from loyalty.core.errors import (
    AlreadyCancelled,
    AlreadyUsed,
    CardBlocked,
    Forbidden,
    InsufficientUnits,
    Invalid,
    KeyReused,
    OwnCard,
    RewardUnavailable,
    Unknown,
)
from loyalty.counter import redemptions
from loyalty.counter.requests import intent
from loyalty.merchants.roles import Role, staff_duty
from tests.builders import NOW, POINTS, STAMPS, fresh_key
from tests.domain.law import holds, keep, refused, stands, statement
from tests.programs import with_changes

DAY, YEAR = timedelta(days=1), timedelta(days=365)


@pytest.fixture
def rich(shop):
    """A card with fifteen points."""
    card = shop.card()
    shop.visit(card, 1_500)
    return card


def use(shop, code, at=NOW, key=None, duty=None):
    with shop.database.write() as session:
        return redemptions.use(
            session,
            duty=duty or shop.cashier,
            code=code,
            intent=intent(key, code) if key else None,
            at=at,
        )


def voucher(shop, code, at=NOW):
    with shop.database.read() as session:
        return redemptions.voucher(session, merchant_id=shop.merchant_id, code=code, at=at)


def test_a_reward_costs_its_units_and_puts_a_voucher_out(shop, rich):
    body = shop.reserve(rich, "breakfast").body
    assert body["balances"]["points"]["available"] == 5
    (out,) = body["vouchers"]
    assert (out["reward"], out["state"], out["until"], out["redemption"]) == (
        "breakfast", "reserved", None, body["ref"],
    )  # fmt: skip
    assert body["reasons"][0]["it"] == "colazione in omaggio: -10 punti"
    assert body["reasons"][0]["en"] == "a free breakfast: -10 points"
    assert [one["code"] for one in stands(shop, rich)["vouchers"]] == [out["code"]]


def test_what_is_not_enough_is_said_with_what_there_is(shop, rich):
    shop.reserve(rich, "breakfast")
    with refused(shop, InsufficientUnits, unit="points", needed=10, available=5):
        shop.reserve(rich, "breakfast")


def test_exactly_enough_is_enough(shop):
    card = shop.card()
    shop.visit(card, 1_000)
    assert shop.reserve(card, "breakfast").body["balances"]["points"]["available"] == 0


def test_a_reward_is_reserved_once_per_key_though_the_card_was_blocked_since(shop, rich):
    first = shop.reserve(rich, "breakfast", key="k")
    keep(shop, keeping.block, rich)
    again = shop.reserve(rich, "breakfast", key="k")
    assert (again.replayed, again.body) == (True, first.body)
    with refused(shop, KeyReused):
        shop.reserve(rich, "dinner", key="k")
    with refused(shop, CardBlocked):
        shop.reserve(rich, "breakfast")


def test_who_and_what_may_not_redeem(shop, stranger, rich):
    with refused(shop, Unknown) as refusal:
        shop.reserve(rich, "dinner")
    assert refusal.value.code == "unknown_reward"
    with refused(stranger, Unknown) as refusal:
        stranger.reserve(rich, "breakfast")
    assert refusal.value.code == "unknown_card"
    own = shop.card(email=shop.cashier_email)
    shop.visit(own, 1_500, duty=shop.owner)
    with refused(shop, OwnCard):
        shop.reserve(own, "breakfast")
    code = shop.reserve(rich, "breakfast").body["vouchers"][0]["code"]
    with refused(shop, Forbidden, permission="redeem"):
        use(shop, code, duty=staff_duty(shop.merchant_id, shop.owner.staff_id, Role.MARKETER))


def test_the_units_that_end_soonest_are_spent_first(shop):
    card = shop.card()
    late = NOW + DAY * 30
    shop.visit(card, 800, at=late)
    shop.visit(card, 700, at=late, occurred_at=NOW)
    left = shop.reserve(card, "breakfast", at=late).body["balances"]["points"]["expiring"]
    assert [each["units"] for each in left] == [5]
    assert left[0]["at"].startswith("2027-12-21")


def test_a_reward_may_cost_two_kinds_of_units(shop):
    units, earn = POINTS["units"] + STAMPS["units"], POINTS["earn"] + STAMPS["earn"]
    both = {**POINTS["rewards"][0], "cost": {"points": 5, "stamps": 2}}
    shop.program("both", with_changes(POINTS, units=units, earn=earn, rewards=[both]))
    card = shop.card("both")
    shop.visit(card, 900, coffees=1)
    with refused(shop, InsufficientUnits, unit="stamps", needed=2, available=1):
        shop.reserve(card, "breakfast")
    shop.visit(card, 0, coffees=1)
    assert stands(shop, card)["rewards"][0]["missing"] == {"stamps": 1}
    shop.adjust(card, "stamps", 1)
    body = shop.reserve(card, "breakfast").body
    assert [body["balances"][unit]["available"] for unit in ("points", "stamps")] == [4, 0]
    shop.cancel(body["ref"])
    assert [holds(shop, card, unit)["available"] for unit in ("points", "stamps")] == [9, 2]


# --- handing over --------------------------------------------------------------------------------


def test_a_reward_is_handed_over_once_by_its_ref_or_by_its_code(shop, rich):
    body = shop.reserve(rich, "breakfast").body
    code = body["vouchers"][0]["code"]
    done = use(shop, f" {code[:4]}-{code[4:8]}-{code[8:]} ".lower(), key="k")
    assert [one["state"] for one in done.body["vouchers"]] == ["fulfilled"]
    again = use(shop, f" {code[:4]}-{code[4:8]}-{code[8:]} ".lower(), key="k")
    assert (again.replayed, again.body) == (True, done.body)
    with refused(shop, AlreadyUsed):
        use(shop, code)
    with refused(shop, AlreadyUsed):
        shop.fulfil(body["ref"])
    assert holds(shop, rich)["available"] == 5
    assert not stands(shop, rich)["vouchers"]


def test_at_the_till_reserving_and_handing_over_are_one_act_under_one_key(shop, rich):
    def hand_over():
        with shop.database.write() as session:
            return redemptions.hand_over(
                session,
                duty=shop.cashier,
                scan=rich.code,
                reward="breakfast",
                intent=intent("k", None),
                at=NOW,
            )

    first, again = hand_over(), hand_over()
    assert (again.replayed, again.body) == (True, first.body)
    assert voucher(shop, first.body["vouchers"][0]["code"]).state == "fulfilled"
    assert holds(shop, rich)["available"] == 5


def test_nobody_knows_a_guessed_or_foreign_voucher(shop, stranger, rich):
    body = shop.reserve(rich, "breakfast").body
    for code in (body["vouchers"][0]["code"], "0000000000", "", "x" * 500):
        with refused(stranger, Unknown) as refusal:
            use(stranger, code)
        assert refusal.value.code == "unknown_voucher"
    for verb in (stranger.fulfil, stranger.cancel):
        with refused(stranger, Unknown) as refusal:
            verb(body["ref"])
        assert refusal.value.code == "unknown_redemption"


def test_a_voucher_is_good_through_its_last_day_and_then_its_units_are_gone(shop):
    card = shop.card("stamps")
    out = shop.visit(card, coffees=10).body["vouchers"][0]
    assert out["until"] == "2026-12-21T23:00:00Z"
    over = NOW.replace(month=12, day=21, hour=23)
    assert voucher(shop, out["code"], over - timedelta(microseconds=1)).state == "reserved"
    assert voucher(shop, out["code"], over).state == "expired"
    for verb in (
        lambda: use(shop, out["code"], over),
        lambda: shop.cancel(out["redemption"], at=over),
    ):
        with refused(shop, RewardUnavailable, reward="free-coffee"):
            verb()
    assert holds(shop, card, "stamps", over)["available"] == 0
    assert not stands(shop, card, over)["vouchers"]


def test_a_voucher_of_old_rules_keeps_its_promise(shop, rich):
    body = shop.reserve(rich, "breakfast").body
    shop.publish("points", with_changes(POINTS, rewards=[]), at=NOW)
    with refused(shop, Unknown):
        shop.reserve(rich, "breakfast")
    assert voucher(shop, body["vouchers"][0]["code"]).reward.name.it == "colazione in omaggio"
    assert shop.fulfil(body["ref"]).body["version"] == 1


# --- taking back ---------------------------------------------------------------------------------


def test_cancelling_puts_the_same_units_back_with_their_own_ends(shop):
    card = shop.card()
    shop.visit(card, 1_240)
    before = shop.visit(card, 500, at=NOW + DAY).body["balances"]
    body = shop.reserve(card, "breakfast", at=NOW + DAY).body
    done = shop.cancel(body["ref"], at=NOW + DAY).body
    assert done["balances"] == before
    assert done["reasons"][0]["it"] == "colazione in omaggio annullato: +10 punti"
    assert done["reasons"][0]["en"] == "a free breakfast cancelled: +10 points"


def test_a_reward_handed_over_may_still_be_taken_back(shop, rich):
    body = shop.reserve(rich, "breakfast").body
    shop.fulfil(body["ref"])
    assert shop.cancel(body["ref"]).body["balances"]["points"]["available"] == 15


def test_a_reward_is_taken_back_once_and_with_a_reason(shop, rich):
    body = shop.reserve(rich, "breakfast").body
    with refused(shop, Invalid), shop.database.write() as session:
        redemptions.cancel(
            session,
            duty=shop.cashier,
            redemption_ref=body["ref"],
            reason="  ",
            intent=intent(fresh_key(), None),
            at=NOW,
        )
    first = shop.cancel(body["ref"], key="k")
    again = shop.cancel(body["ref"], key="k")
    assert (again.replayed, again.body) == (True, first.body)
    with refused(shop, AlreadyCancelled):
        shop.cancel(body["ref"])
    with refused(shop, AlreadyCancelled):
        shop.fulfil(body["ref"])
    assert holds(shop, rich)["available"] == 15


def test_what_expired_meanwhile_comes_back_for_seven_days(shop, rich):
    body = shop.reserve(rich, "breakfast").body
    later = NOW + YEAR + DAY
    done = shop.cancel(body["ref"], at=later).body
    assert done["balances"]["points"]["expiring"] == [{"units": 10, "at": "2027-11-29T23:00:00Z"}]
    assert done["reasons"][0]["it"].endswith("vale fino al 29 novembre 2027")
    assert done["reasons"][0]["en"].endswith("is good until 29 November 2027")
    over = later + DAY * 8
    assert holds(shop, rich, at=later + DAY * 7)["available"] == 10
    assert holds(shop, rich, at=over)["available"] == 0


def test_a_grace_never_gets_another(shop, rich):
    first = shop.reserve(rich, "breakfast").body
    later = NOW + YEAR + DAY
    shop.cancel(first["ref"], at=later)
    second = shop.reserve(rich, "breakfast", at=later).body
    over = later + DAY * 8
    assert shop.cancel(second["ref"], at=over).body["balances"]["points"]["available"] == 0
    assert statement(shop, rich)[-1].units == -10
    assert holds(shop, rich, at=over)["expiring"] == []


def test_what_comes_back_repays_a_debt_first(shop):
    card = shop.card()
    visit = shop.visit(card, 1_000).body["ref"]
    body = shop.reserve(card, "breakfast").body
    shop.refund(visit, 400)
    assert holds(shop, card)["debt"] == 4
    balance = shop.cancel(body["ref"]).body["balances"]["points"]
    assert (balance["available"], balance["debt"]) == (6, 0)
