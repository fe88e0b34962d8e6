"""The PIN of each person on each till: five wrong ones in a row lock it."""

import pytest
import sqlalchemy as sa

from loyalty.core.errors import Invalid, Unknown, WrongPin
from loyalty.merchants import accounts, pins
from loyalty.merchants.models import DevicePin
from loyalty.merchants.passwords import verify_password
from tests.builders import NOW
from tests.domain.at_tills import acts, attempt, choose, till
from tests.domain.law import refused
from tests.domain.races import at_once


@pytest.mark.parametrize("pin", ["4071", "90210", "830174"])
def test_a_pin_of_four_to_six_digits_is_taken(pin):
    assert verify_password(pins.hash_pin(pin), pin)


@pytest.mark.parametrize(
    "pin",
    [
        "0000", "1234", "4321", "7890", "2468", "1212", "123123", "121212", "1985", "2011", "2580",
        "123", "1234567", "12a4", "", "٤٠٧١", "4071\n",
    ],
)  # fmt: skip
def test_a_pin_that_anybody_would_guess_or_that_is_none_is_refused(pin):
    with pytest.raises(Invalid):
        pins.hash_pin(pin)


def test_five_wrong_pins_lock_and_the_right_one_no_longer_opens(shop):
    device = till(shop)
    choose(shop, device, shop.cashier)
    for _ in range(5):
        with pytest.raises(WrongPin):
            attempt(shop, device, shop.cashier, "0001")
    with pytest.raises(WrongPin):
        attempt(shop, device, shop.cashier, "4071")
    assert [each[2] for each in acts(shop, "pin.lock")] == [shop.cashier.actor]


def test_a_right_pin_begins_the_count_anew(shop):
    device = till(shop)
    choose(shop, device, shop.cashier)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(WrongPin):
                attempt(shop, device, shop.cashier, "0001")
        assert attempt(shop, device, shop.cashier, "4071")
    assert acts(shop, "pin.lock") == []


def test_eight_wrong_pins_at_once_are_five_tries_and_one_lock(shop):
    device = till(shop)
    choose(shop, device, shop.cashier)
    hashes = []

    def guess(_):
        with shop.database.write() as session:
            kept = pins.take_try(session, device=device, staff_id=shop.cashier.staff_id)
        hashes.append(kept)
        with shop.database.write() as session:
            pins.was_wrong(
                session, duty=shop.owner, device=device, staff_id=shop.cashier.staff_id, at=NOW
            )

    assert at_once(guess) == {"done": 8}
    assert sum(kept is not None for kept in hashes) == 5
    assert len(acts(shop, "pin.lock")) == 1


def test_a_lock_is_for_one_person_on_one_till(shop):
    here, there = till(shop), till(shop, "Terrazza")
    for device in (here, there):
        choose(shop, device, shop.cashier)
    choose(shop, here, shop.owner, "9402")
    for _ in range(5):
        with pytest.raises(WrongPin):
            attempt(shop, here, shop.cashier, "0001")
    assert attempt(shop, there, shop.cashier, "4071")
    assert attempt(shop, here, shop.owner, "9402")


def test_a_manager_unlocks_and_so_does_the_persons_password(shop):
    device = till(shop)
    choose(shop, device, shop.cashier)
    for free in ("manager", "password"):
        for _ in range(5):
            with pytest.raises(WrongPin):
                attempt(shop, device, shop.cashier, "0001")
        with shop.database.write() as session:
            if free == "manager":
                pins.unlock(
                    session,
                    duty=shop.owner,
                    device_ref=device.ref,
                    staff_ref=shop.cashier.actor,
                    at=NOW,
                )
            else:
                assert pins.free(session, device=device, staff_id=shop.cashier.staff_id)
        assert attempt(shop, device, shop.cashier, "4071"), free
    assert len(acts(shop, "pin.lock")) == 2
    assert acts(shop, "pin.unlock") == [
        ("pin.unlock", shop.owner.actor, shop.cashier.actor, {"device": device.ref})
    ]


def test_a_pin_that_nobody_has_is_not_unlocked(shop):
    device = till(shop)
    with refused(shop, Unknown), shop.database.write() as session:
        pins.unlock(
            session, duty=shop.owner, device_ref=device.ref, staff_ref=shop.cashier.actor, at=NOW
        )


def test_a_dismissal_ends_the_pin_for_good(shop):
    device = till(shop)
    choose(shop, device, shop.cashier)
    ours = {"merchant_id": shop.merchant_id, "staff_ref": shop.cashier.actor}
    with shop.database.write() as session:
        accounts.dismiss_staff(session, **ours)
    with shop.database.write() as session:
        accounts.reinstate_staff(session, **ours)
    with pytest.raises(WrongPin):
        attempt(shop, device, shop.cashier, "4071")
    with shop.database.read() as session:
        assert pins.list_pins(session, merchant_id=shop.merchant_id) == []


def test_another_pin_replaces_the_first(shop):
    device = till(shop)
    choose(shop, device, shop.cashier)
    choose(shop, device, shop.cashier, "830174")
    with pytest.raises(WrongPin):
        attempt(shop, device, shop.cashier, "4071")
    assert attempt(shop, device, shop.cashier, "830174")
    with shop.database.read() as session:
        kept = session.execute(sa.select(DevicePin.pin_hash)).scalar_one()
    assert kept.startswith("$argon2id$")
