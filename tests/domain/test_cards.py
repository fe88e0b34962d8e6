"""Cards: given once, lost and replaced, brought to one phone, and forgotten."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.cards import claims, keeping, lookup, register
from loyalty.core.errors import (
    CardBlocked,
    Forbidden,
    KeyReused,
    StateConflict,
    Unknown,
)
from loyalty.core.ids import is_code, parse_ref, ref
from loyalty.counter.requests import intent
from loyalty.customers import directory
from loyalty.customers.directory import Profile
from loyalty.customers.models import Customer
from loyalty.merchants.models import StaffAct
from loyalty.persons import erasure
from tests.builders import NOW, fresh_key
from tests.domain.law import holds, keep, refused, stands

WEEK = timedelta(days=7)


def enrol(shop, customer, *, program="points", key=None, duty=None):
    with shop.database.write() as session:
        return register.enrol(
            session,
            duty=duty or shop.cashier,
            customer_ref=customer,
            program_ref=shop.programs.get(program, program),
            intent=intent(key or fresh_key(), (customer, program)),
            at=NOW,
        )


@pytest.fixture
def carla(shop):
    """A customer without a card."""
    with shop.database.write() as session:
        made = directory.create(
            session,
            merchant_id=shop.merchant_id,
            profile=Profile(name="Carla", email=" Carla@Example.it ", external_ref="C-1"),
            at=NOW,
        )
        return ref("cus", made.id)


def test_a_new_card_has_codes_of_its_own_and_nothing_on_it(shop, carla):
    answer = enrol(shop, carla).answer
    assert is_code(answer["code"], 10)
    assert is_code(answer["token"], 26)
    with shop.database.read() as session:
        facts = lookup.find(session, merchant_id=shop.merchant_id, card_ref=answer["ref"])
    assert (facts.customer_name, facts.customer_email) == ("Carla", "carla@example.it")
    assert (facts.code, facts.token) == (answer["code"], answer["token"])


def test_a_customer_has_one_card_in_a_program(shop, carla):
    first = enrol(shop, carla, key="k")
    again = enrol(shop, carla, key="k")
    assert (again.replayed, again.answer) == (True, first.answer)
    with refused(shop, StateConflict, card=first.answer["ref"]):
        enrol(shop, carla)
    with refused(shop, KeyReused):
        enrol(shop, carla, program="stamps", key="k")
    assert enrol(shop, carla, program="stamps").answer["ref"] != first.answer["ref"]


def test_nobody_enrols_what_is_not_there_or_not_theirs(shop, stranger, carla):
    nobody, nothing = "cus_" + "0" * 26, "prg_" + "0" * 26
    for customer, program, missing in (
        (nobody, "points", "customer"),
        ("Carla", "points", "customer"),
        (carla, nothing, "program"),
        (carla, stranger.programs["points"], "program"),
    ):
        with refused(shop, Unknown) as refusal:
            enrol(shop, customer, program=program)
        assert refusal.value.thing == missing
    with refused(stranger, Unknown) as refusal:
        enrol(stranger, carla)
    assert refusal.value.thing == "customer"


# --- blocked and replaced ------------------------------------------------------------------------


def test_a_blocked_card_waits_with_all_it_holds(shop):
    card = shop.card()
    shop.visit(card, 1_200)
    assert keep(shop, keeping.block, card).blocked_at == NOW
    assert keep(shop, keeping.block, card, NOW + WEEK).blocked_at == NOW
    shown = stands(shop, card)
    assert (shown["status"], shown["balances"]["points"]["available"]) == ("blocked", 12)
    with refused(shop, CardBlocked, since=NOW.isoformat()):
        shop.visit(card, 100)
    assert keep(shop, keeping.unblock, card).blocked_at is None
    assert shop.visit(card, 100).body["balances"]["points"]["available"] == 13


def test_a_replaced_card_keeps_its_units_and_shuts_its_old_codes_and_phones(shop):
    card = shop.card()
    shop.visit(card, 1_200)
    secret = open_claim(shop, card).secret
    keep(shop, keeping.block, card)
    facts = keep(shop, keeping.replace, card)
    assert facts.code != card.code
    assert facts.token != card.token
    for old in (card.code, card.token):
        with refused(shop, CardBlocked):
            shop.visit(card, 100, scan=old)
    assert not is_open(shop, card, secret)
    for new in (facts.code, facts.token, card.ref):
        assert shop.visit(card, 100, scan=new)
    assert holds(shop, card)["available"] == 15


def test_an_old_link_does_not_open_a_replaced_card(shop):
    card = shop.card()
    keep(shop, keeping.replace, card)
    with refused(shop, Unknown):
        open_claim(shop, card)


def test_who_may_block_and_what_is_kept_of_it(shop, stranger):
    card = shop.card()
    for verb in (keeping.block, keeping.unblock, keeping.replace):
        with refused(stranger, Unknown):
            keep(stranger, verb, card)
        with refused(shop, Forbidden, permission="block"), shop.database.write() as session:
            verb(session, duty=shop.cashier, card_ref=card.ref, reason="x", at=NOW)
        keep(shop, verb, card)
    with shop.database.read() as session:
        acts = session.execute(sa.select(StaffAct).order_by(StaffAct.id)).scalars().all()
        assert [(act.act, act.target, act.actor) for act in acts] == [
            (f"card.{verb}", card.ref, shop.owner.actor) for verb in ("block", "unblock", "replace")
        ]


# --- on a phone ----------------------------------------------------------------------------------


def open_claim(shop, card, at=NOW):
    token = claims.claim_token(parse_ref("clm", card.claim))
    with shop.database.write() as session:
        return claims.open_card(session, token=token, at=at)


def is_open(shop, card, secret):
    with shop.database.read() as session:
        card_id = parse_ref("crd", card.ref)
        phone = claims.phone_of(session, card_id=card_id, secret=secret)
        return phone is not None and phone.merchant_id == shop.merchant_id


def test_a_link_brings_the_card_to_one_phone(shop):
    card, other = shop.card(), shop.card()
    opened = open_claim(shop, card)
    assert opened.card_ref == card.ref
    assert is_open(shop, card, opened.secret)
    assert not is_open(shop, other, opened.secret)
    assert not is_open(shop, card, opened.secret[:-1])
    with refused(shop, Unknown) as refusal:
        open_claim(shop, card)
    assert refusal.value.code == "unknown_claim"


def test_looking_at_a_link_does_not_use_it_up(shop):
    card = shop.card()
    token = claims.claim_token(parse_ref("clm", card.claim))
    with shop.database.read() as session:
        assert claims.look_at(session, token=token, at=NOW).card_ref == card.ref
    assert open_claim(shop, card)


def test_a_link_lasts_a_week(shop):
    card, late = shop.card(), shop.card()
    assert open_claim(shop, card, NOW + WEEK - timedelta(seconds=1))
    with refused(shop, Unknown):
        open_claim(shop, late, NOW + WEEK)


def test_a_blocked_card_comes_to_no_phone_and_a_guess_opens_nothing(shop):
    card = shop.card()
    keep(shop, keeping.block, card)
    with refused(shop, CardBlocked):
        open_claim(shop, card)
    for guess in ("", "A" * 26, "x" * 500):
        with refused(shop, Unknown), shop.database.write() as session:
            claims.open_card(session, token=guess, at=NOW)


def test_the_public_door_names_the_card_of_a_qr_and_nothing_else(shop):
    card = shop.card()
    with shop.database.read() as session:
        assert claims.card_by_token(session, token=card.token) == card.ref
        for other in (card.code, card.ref, "A" * 26):
            assert claims.card_by_token(session, token=other) is None


# --- forgotten -----------------------------------------------------------------------------------


def test_a_forgotten_customer_leaves_books_without_a_name(shop):
    card = shop.card(name="Carla", email="carla@example.it", phone="333", external_ref="C-1")
    shop.visit(card, 1_200)
    secret = open_claim(shop, card).secret
    with shop.database.write() as session:
        erasure.erase(session, duty=shop.owner, customer_ref=card.customer, at=NOW)
    assert holds(shop, card)["available"] == 12
    assert not is_open(shop, card, secret)
    with refused(shop, CardBlocked):
        shop.visit(card, 100)
    with shop.database.read() as session:
        row = session.execute(sa.select(Customer)).scalar_one()
        assert {getattr(row, field) for field in directory.FIELDS} == {None}
    for again in (lambda: enrol(shop, card.customer, program="stamps"), lambda: erase(shop, card)):
        with refused(shop, Unknown):
            again()
    assert shop.card(external_ref="C-1")


def erase(shop, card):
    with shop.database.write() as session:
        erasure.erase(session, duty=shop.owner, customer_ref=card.customer, at=NOW)


def test_nobody_forgets_anothers_customer(shop, stranger):
    card = shop.card(name="Carla")
    with refused(stranger, Unknown):
        erase(stranger, card)
