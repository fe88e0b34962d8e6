"""Who may be sent news and offers, now and as the logs say for any moment."""

from datetime import timedelta

import pytest

from loyalty.cards import confirming
from loyalty.core.ids import parse_ref, ref
from loyalty.core.mail import Mail
from loyalty.customers import consents, directory, mailing
from loyalty.customers.consents import Consent, Purpose
from tests.builders import NOW
from tests.domain.folk import customer, merge, part, read, row, write

DAY = timedelta(days=1)
ADDRESS = "anna@example.it"


def agree(shop, who, *, source="join-poster", given=True, at=NOW):
    consent = Consent(Purpose.MARKETING, given, "marketing-2026-11/it", source)
    write(shop, consents.record, duty=shop.owner, customer_ref=who, consent=consent, at=at)


def prove(shop, who, at=NOW):
    """They are sent a link and press the button behind it."""
    with shop.database.write() as session:
        person = directory.find(session, merchant_id=shop.merchant_id, customer_ref=who)
        confirming.ask(session, customer=person, shop_name="Aurora", language="it", at=at)
        link = session.query(Mail).order_by(Mail.id.desc()).first().facts["link"]
    token = link.rpartition("/")[2]
    return write(shop, confirming.confirm, token=token, at=at)


def mailable(shop, *people):
    ids = [parse_ref("cus", who) for who in people]
    found = read(shop, mailing.reach, customer_ids=ids)
    return [ref("cus", each) for each in ids if each in found]


def test_a_box_on_our_page_counts_once_the_address_is_proven(shop):
    anna = customer(shop, email=ADDRESS)
    agree(shop, anna)
    assert mailable(shop, anna) == []
    prove(shop, anna, NOW + DAY)
    assert mailable(shop, anna) == [anna]
    agree(shop, anna, given=False, at=NOW + 2 * DAY)
    assert mailable(shop, anna) == []


def test_what_another_program_recorded_is_its_own_word(shop):
    anna = customer(shop, email=ADDRESS)
    agree(shop, anna, source="import")
    assert mailable(shop, anna) == [anna]


def test_without_an_address_or_a_yes_nobody_is_written_to(shop):
    silent, homeless = customer(shop, email=ADDRESS), customer(shop)
    prove(shop, silent)
    agree(shop, homeless, source="api")
    assert mailable(shop, silent, homeless) == []


def test_another_shops_customer_is_nobodys_to_write_to(shop, stranger):
    anna = customer(shop, email=ADDRESS)
    agree(shop, anna, source="api")
    assert mailable(stranger, anna) == []


def test_an_address_goes_with_its_proof_through_a_merge_and_back(shop):
    anna, double = customer(shop), customer(shop, email=ADDRESS)
    prove(shop, double)
    before = [row(shop, who) for who in (anna, double)]
    merge(shop, double, anna)
    assert row(shop, anna)["email_confirmed_at"] == NOW
    part(shop, double)
    assert [row(shop, who) for who in (anna, double)] == before


def test_the_proof_of_a_double_is_that_of_whoever_they_are_by_now(shop):
    anna, double = customer(shop), customer(shop, email=ADDRESS)
    merge(shop, double, anna)
    assert prove(shop, double).merchant_id == shop.merchant_id
    assert row(shop, anna)["email_confirmed_at"] == NOW


@pytest.mark.parametrize("address", [None, "new@example.it"])
def test_a_changed_address_is_unproven(shop, address):
    anna = customer(shop, email=ADDRESS)
    prove(shop, anna)
    write(
        shop,
        directory.change,
        merchant_id=shop.merchant_id,
        customer_ref=anna,
        changes={"email": address},
    )
    assert row(shop, anna)["email_confirmed_at"] is None
