"""The shop is in every question: no statement reads or writes a shop's rows without naming it."""

import re

import pytest

from loyalty.cards import claims, keeping, lookup
from loyalty.core.ids import parse_ref
from loyalty.counter import history, redemptions, standing
from loyalty.counter.requests import LineRequest
from loyalty.ledger import statements
from loyalty.merchants import acts, devices, pins
from loyalty.persons import erasure
from loyalty.tables import METADATA
from tests.builders import NOW
from tests.domain.at_tills import add, attempt, choose, join
from tests.domain.law import keep
from tests.rigs.asked import asked as listening

SHARED = {"merchant", "directory", "sign_in_attempt", "job", "schedule"}
SHARED |= {"wallet_request", "wallet_session"}
OWN = re.compile(rf"\b({'|'.join(sorted(set(METADATA.tables) - SHARED))})\b")
NAMED = re.compile(r"merchant_id = (\?|%\()|\(merchant_id, ")
# A phone shows its secret before anybody knows whose card or whose till it is; the house's own mail
# is of no shop; and a wallet is one person's in all of them.
EXCEPT = (
    "FROM card_device",
    "FROM device JOIN directory",
    "mail.merchant_id IS NULL",
    "WHERE customer.email = ",
)


@pytest.fixture
def asked(database):
    """Every statement sent to the database from now on."""
    with listening(database) as statements_sent:
        yield statements_sent


def everything(shop):
    """A day on which every verb of the counter is used, and everything is looked at."""
    card = shop.card(name="Carla", email="carla@example.it")
    lines = [LineRequest(category="coffee", quantity_milli=2_000, amount_minor=2_500)]
    visit = shop.visit(card, 2_500, lines=lines, external_ref="F-7").body["ref"]
    shop.visit(card, 500, occurred_at=NOW.replace(day=1))
    shop.refund(visit, 100)
    reserved = shop.reserve(card, "breakfast").body
    shop.fulfil(reserved["ref"])
    shop.cancel(reserved["ref"])
    shop.adjust(card, "points", 5)
    shop.void(visit)
    stamps = shop.card("stamps")
    full = shop.visit(stamps, coffees=12).body["ref"]
    shop.refund(full, lines=((1, 5_000),))
    for verb in (keeping.block, keeping.unblock, keeping.replace):
        keep(shop, verb, card)
    look(shop, card, reserved["vouchers"][0]["code"])
    stand_at_a_till(shop)
    with shop.database.write() as session:
        token = claims.claim_token(parse_ref("clm", stamps.claim))
        claims.open_card(session, token=token, at=NOW)
        erasure.erase(session, duty=shop.owner, customer_ref=card.customer, at=NOW)


def stand_at_a_till(shop):
    joined = join(shop, add(shop))
    choose(shop, joined.device, shop.cashier)
    attempt(shop, joined.device, shop.cashier, "4071")
    with shop.database.write() as session:
        devices.saw(session, device=joined.device, staff_id=shop.cashier.staff_id, at=NOW)
        pins.free(session, device=joined.device, staff_id=shop.cashier.staff_id)
        devices.revoke(session, duty=shop.owner, device_ref=joined.device.ref, at=NOW)
        assert devices.find_by_secret(session, secret=joined.secret)
        assert pins.has_pin(session, device=joined.device, staff_id=shop.cashier.staff_id)
        ours = {"merchant_id": shop.merchant_id}
        devices.list_devices(session, **ours)
        devices.names(session, **ours)
        pins.list_pins(session, **ours)
        acts.latest(session, among=["pin.choose"], limit=5, **ours)


def look(shop, card, code):
    ours = {"merchant_id": shop.merchant_id}
    with shop.database.read() as session:
        facts = lookup.find(session, card_ref=card.ref, **ours)
        standing.card_standing(session, facts=facts, at=NOW)
        statements.entries(session, card_id=facts.card_id, **ours)
        statements.totals(session, since=NOW, until=NOW, **ours)
        redemptions.voucher(session, code=code, at=NOW, **ours)
        history.of_day(session, on=NOW.date(), **ours)
        history.page(session, **ours)
        history.figures(session, first=NOW.date(), last=NOW.date(), since=NOW, **ours)


def test_every_statement_on_a_shops_rows_names_the_shop(shop, asked):
    everything(shop)
    unnamed = {
        statement
        for statement in asked
        if OWN.search(statement)
        and not NAMED.search(statement)
        and not any(each in statement for each in EXCEPT)
    }
    assert len(asked) > 100
    assert not unnamed
