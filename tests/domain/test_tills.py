"""A phone becomes a till by a link that works once, and is one until it is taken out."""

from datetime import timedelta

import sqlalchemy as sa

from loyalty.core.errors import Invalid, Unknown
from loyalty.core.signing import digest
from loyalty.merchants import devices, pins
from loyalty.merchants.models import Directory
from tests.builders import NOW
from tests.domain.at_tills import MINUTE, acts, add, join, till
from tests.domain.law import refused
from tests.domain.races import at_once


def test_a_link_makes_one_phone_a_till_and_only_digests_are_kept(shop):
    token = add(shop)
    with shop.database.read() as session:
        assert devices.look_at_link(session, token=token, at=NOW).name == "Banco"
    joined = join(shop, token)
    with shop.database.read() as session:
        assert devices.find_by_secret(session, secret=joined.secret) == joined.device
        kept = session.execute(
            sa.select(Directory.kind, Directory.digest).where(
                Directory.target_id == joined.device.id
            )
        ).all()
    assert [tuple(row) for row in kept] == [("device", digest(joined.secret))]
    assert len(joined.secret) >= 43  # 256 bits
    with refused(shop, Unknown):
        join(shop, token)


def test_a_link_lasts_ten_minutes_to_the_edge(shop):
    token = add(shop)
    with refused(shop, Unknown):
        join(shop, token, NOW + 10 * MINUTE)
    assert join(shop, token, NOW + 10 * MINUTE - timedelta(seconds=1))


def test_a_new_link_ends_the_one_before(shop):
    first = add(shop)
    with shop.database.read() as session:
        ref = devices.look_at_link(session, token=first, at=NOW).ref
    with shop.database.write() as session:
        second = devices.renew_link(session, duty=shop.owner, device_ref=ref, at=NOW + 20 * MINUTE)
    with refused(shop, Unknown):
        join(shop, first)
    assert join(shop, second, NOW + 21 * MINUTE).device.ref == ref
    with refused(shop, Unknown), shop.database.write() as session:
        devices.renew_link(session, duty=shop.owner, device_ref=ref, at=NOW)


def test_one_link_used_by_eight_phones_at_once_makes_one_till(shop):
    token = add(shop)
    found = at_once(lambda _: join(shop, token))
    assert found == {"done": 1, "unknown_link": 7}
    assert [each[0] for each in acts(shop, "device.join")] == ["device.join"]


def test_a_till_needs_a_name(shop):
    with refused(shop, Invalid):
        add(shop, name="  ")


def test_a_till_that_is_taken_out_is_none_any_more_and_its_link_is_over(shop):
    waiting, joined = add(shop, "Terrazza"), join(shop, add(shop))
    with shop.database.read() as session:
        other = devices.look_at_link(session, token=waiting, at=NOW)
    for ref in (joined.device.ref, other.ref):
        with shop.database.write() as session:
            devices.revoke(session, duty=shop.owner, device_ref=ref, at=NOW)
    with shop.database.read() as session:
        found = devices.find_by_secret(session, secret=joined.secret)
        assert found.revoked_at == NOW
        assert not found.is_open(NOW)
        assert devices.list_devices(session, merchant_id=shop.merchant_id) == []
    with refused(shop, Unknown):
        join(shop, waiting)


def test_a_till_that_nobody_uses_for_ninety_days_is_none(shop):
    device = till(shop)
    assert device.is_open(NOW + timedelta(days=90) - MINUTE)
    assert not device.is_open(NOW + timedelta(days=90))


def test_the_till_next_door_does_not_exist(shop, stranger):
    theirs = till(stranger)
    for verb in (devices.renew_link, devices.revoke):
        with refused(shop, Unknown), shop.database.write() as session:
            verb(session, duty=shop.owner, device_ref=theirs.ref, at=NOW)
    with refused(shop, Unknown), shop.database.write() as session:
        pins.unlock(
            session,
            duty=shop.owner,
            device_ref=theirs.ref,
            staff_ref=stranger.cashier.actor,
            at=NOW,
        )
    with shop.database.read() as session:
        assert devices.list_devices(session, merchant_id=shop.merchant_id) == []
