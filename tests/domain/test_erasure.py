"""Forgetting a person: nothing says any more who they were, and the books are as they were."""

import logging
from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.audit import audit
from loyalty.cards import keeping, lookup
from loyalty.core import mail
from loyalty.core.errors import CardBlocked, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.counter import merging
from loyalty.counter.requests import LineRequest
from loyalty.customers.models import ConsentEvent, Customer, Erasure
from loyalty.imports.customers import run_import
from loyalty.ledger import statements
from loyalty.ledger.models import Account, Entry, Lot, Operation
from loyalty.persons import erasure, rows
from loyalty.persons.apart import APART
from loyalty.persons.held import HELD
from loyalty.tables import METADATA
from tests.api.caller import Caller, done
from tests.builders import NOW
from tests.cashiers import give
from tests.domain.dumped import hits
from tests.domain.folk import say
from tests.domain.import_desk import Desk
from tests.domain.law import refused
from tests.pages import Visitor, app, built

__all__ = ["app", "built"]
PLANTED = {
    "name": "Zefirina Quarantotto",
    "email": "zefirina.q@posta.example",
    "phone": "+39 347 555 0142",
    "birthday": "02-29",
    "external_ref": "TESSERA-ROSA-77",
    "note": "Allergica alle nocciole",
    "remark": "Il cane si chiama Gualtiero",
    "outcome": "Richiamata alla pensione Lucciola",
    "blocked": "Carta persa in tram numero diciannove",
    "adjusted": "Scuse per il matrimonio rovinato",
    "mail": "Cara Zefi, benvenuta",
    "double": "La signora del Quarantotto",
    "item": "Torta nuziale a tre piani",
    "other_ref": "TESSERA-BLU-9",
}


@pytest.fixture
def at_the_till(app, shop):
    visitor = Visitor(app)
    assert visitor.sign_in(shop.cashier_email).status == 200
    return visitor


@pytest.fixture
def planted(app, shop, at_the_till, tmp_path):
    """Somebody of whom every surface was told something; returns their first card."""
    customer_ref, card = joins(shop, at_the_till)
    caller = Caller(app.test_client(), shop, shop.api_key())
    done(caller.patch(f"/customers/{customer_ref}", {"birthday": PLANTED["birthday"]}), 200)
    done(caller.patch(f"/customers/{customer_ref}", {"external_ref": PLANTED["external_ref"]}), 200)
    talks(shop, at_the_till, app, card)
    shop.visit(card, 1_240, lines=[LineRequest(sku="SKU-9", item=PLANTED["item"])])
    give(shop, shop.owner, card, 5, reason=PLANTED["adjusted"])
    for verb in (keeping.block, keeping.unblock):
        with shop.database.write() as session:
            verb(session, duty=shop.owner, card_ref=card.ref, reason=PLANTED["blocked"], at=NOW)
    gets_mail(shop, customer_ref)
    double = imported(shop, tmp_path)
    with shop.database.write() as session:
        merging.merge(session, duty=shop.owner, customer_ref=double, into_ref=customer_ref, at=NOW)
    say(shop, customer_ref)
    return card


def joins(shop, till):
    page = till.get("/till/customers/new")
    typed = {name: PLANTED[name] for name in ("name", "email", "phone")}
    program = shop.programs["points"]
    assert till.submit(page, "/till/customers", program=program, **typed).status == 200
    with shop.database.read() as session:
        query = sa.select(Customer.id).where(Customer.name == PLANTED["name"])
        customer_id = session.execute(query).scalar_one()
        scope = {"merchant_id": shop.merchant_id}
        cards = lookup.cards_of(session, customer_ids=[customer_id], **scope)
        return ref("cus", customer_id), lookup.by_id(
            session, card_id=cards[customer_id][0], **scope
        )


def imported(shop, folder):
    """The same person once more, out of a file; returns the ref."""
    desk = Desk(shop, folder)
    row = f"{PLANTED['other_ref']},{PLANTED['double']}"
    path = desk.file(row, head="customer,name", name="people.csv")
    assert run_import(shop.database, order=desk.order(path), at=NOW).accepted == 1
    with shop.database.read() as session:
        query = sa.select(Customer.id).where(Customer.external_ref == PLANTED["other_ref"])
        return ref("cus", session.execute(query).scalar_one())


def talks(shop, till, app, card):
    """A remark, what came of it, and a note."""
    page = till.look_up(card.code)
    till.submit(page, "/till/remarks", kind="other", words=PLANTED["remark"])
    till.post(f"/till/cards/{card.ref}/note", note_fields(till, card))
    owner = Visitor(app)
    owner.sign_in(shop.owner_email)
    page = owner.get("/portal/remarks")
    assert PLANTED["remark"] in page.words
    owner.submit(page, "/done", outcome=PLANTED["outcome"])


def note_fields(till, card):
    page = till.get(f"/till/cards/{card.ref}")
    return {**page.form("/note").fields, "note": PLANTED["note"]}


def gets_mail(shop, customer_ref):
    with shop.database.write() as session:
        whose = (shop.merchant_id, parse_ref("cus", customer_ref))
        told = {"name": PLANTED["mail"]}
        for one in (whose, None):
            mail.post(
                session,
                kind="test",
                to=PLANTED["email"],
                language="it",
                facts=told,
                at=NOW,
                whose=one,
            )
        session.execute(
            sa.update(mail.Mail).where(mail.Mail.merchant_id.is_(None)).values(state=mail.SENT)
        )


def forget(shop, customer_ref, at=NOW):
    with shop.database.write() as session:
        erasure.erase(session, duty=shop.owner, customer_ref=customer_ref, at=at)


def books(shop):
    """Every sum and every row of numbers of the ledger, and the program's totals."""
    numbers = {
        Account: Account.__table__.c,
        Lot: Lot.__table__.c,
        Entry: [c for c in Entry.__table__.c if c.name != "reasons"],
        Operation: [c for c in Operation.__table__.c if c.name not in ("reason", "answer")],
    }
    with shop.database.read() as session:
        kept = [sorted(map(repr, session.execute(sa.select(*cs)))) for cs in numbers.values()]
        days = {"since": NOW - timedelta(days=9), "until": NOW + timedelta(days=9)}
        totals = statements.totals(session, merchant_id=shop.merchant_id, **days)
        return kept, totals


def test_after_an_erasure_no_word_about_them_is_left_and_no_sum_has_moved(
    app, shop, planted, caplog
):
    caplog.set_level(logging.DEBUG)
    assert hits(shop.database, PLANTED.values()) == list(PLANTED.values())
    before, customer_ref = books(shop), ref("cus", planted.customer_id)
    caller = Caller(app.test_client(), shop, shop.api_key())
    assert caller.delete(f"/customers/{customer_ref}").status_code == 204
    assert hits(shop.database, PLANTED.values()) == []
    assert [word for word in PLANTED.values() if word in caplog.text] == []
    assert books(shop) == before
    with shop.database.read() as session:
        assert audit(session) == []


def test_a_mail_that_waits_is_not_sent_to_who_has_been_forgotten(shop, planted):
    forget(shop, ref("cus", planted.customer_id))
    with shop.database.read() as session:
        found = session.execute(sa.select(mail.Mail.state, mail.Mail.address)).all()
    assert sorted(map(tuple, found)) == [(mail.DROPPED, None), (mail.SENT, None)]


def test_words_in_the_ledger_of_others_stay_and_nobody_else_may_touch_them(shop):
    card = shop.card()
    shop.adjust(card, "points", 5)
    with pytest.raises(sa.exc.DatabaseError), shop.database.write() as session:
        session.execute(sa.update(Operation).values(reason=None))
    with pytest.raises(sa.exc.DatabaseError), shop.database.write() as session:
        session.execute(sa.update(Entry).values(reasons=[]))
    forget(shop, shop.card().customer)
    assert hits(shop.database, ["correzione (compleanno)"])


def test_numbers_of_who_was_forgotten_are_as_frozen_as_any(shop):
    card = shop.card()
    shop.adjust(card, "points", 5)
    forget(shop, card.customer)
    with pytest.raises(sa.exc.DatabaseError), shop.database.write() as session:
        session.execute(sa.update(Entry).values(units=6))
    with shop.database.read() as session:
        said = session.execute(sa.select(Entry.reasons).where(Entry.kind == "adjust")).scalar_one()
    assert said[0]["it"] == "correzione (…): +5 punti"


def test_their_cards_open_nothing_and_their_codes_are_nobodys(shop, planted):
    forget(shop, ref("cus", planted.customer_id))
    with refused(shop, CardBlocked):
        shop.visit(planted, 100)
    with shop.database.read() as session:
        now = lookup.by_id(session, merchant_id=shop.merchant_id, card_id=planted.card_id)
    assert now.token != planted.token
    assert now.blocked_at == NOW


def test_the_proof_of_a_consent_stays_under_a_keyed_hash_of_the_address(shop, planted):
    customer_ref = ref("cus", planted.customer_id)
    forget(shop, customer_ref)
    with shop.database.read() as session:
        hashed = erasure.address_hash(PLANTED["email"].upper())
        query = sa.select(Erasure.customer_id, Erasure.at).where(Erasure.address_hash == hashed)
        ((who, at),) = session.execute(query).all()
        assert at == NOW
        said = sa.select(ConsentEvent.purpose).where(ConsentEvent.customer_id == who)
        assert "marketing" in session.execute(said).scalars().all()


def test_a_second_erasure_and_anothers_customer_are_unknown(shop, stranger, planted):
    customer_ref = ref("cus", planted.customer_id)
    with refused(stranger, Unknown):
        forget(stranger, customer_ref)
    forget(shop, customer_ref)
    with refused(shop, Unknown):
        forget(shop, customer_ref)


# --- the map -------------------------------------------------------------------------------------


def test_every_column_of_every_table_has_its_place_in_the_map():
    placed = {held.table.name: sorted(held.placed) for held in HELD}
    assert not placed.keys() & APART.keys()
    assert placed.keys() | APART.keys() == METADATA.tables.keys()
    for name, columns in placed.items():
        assert columns == sorted(METADATA.tables[name].columns.keys()), name


def test_what_hangs_on_a_person_by_a_key_is_not_set_apart():
    people = {"customer"} | {held.table.name for held in HELD}
    for name in APART:
        far = {key.column.table.name for key in METADATA.tables[name].foreign_keys}
        assert not far & people, name


def test_whatever_the_map_says_goes_is_gone(shop, planted):
    customer_ref = ref("cus", planted.customer_id)
    with shop.database.read() as session:
        who = rows.person(session, merchant_id=shop.merchant_id, customer_ref=customer_ref)
        before = {held.table.name: rows.of(session, who, held) for held in HELD}
    full = {"customer", "consent_event", "mail", "remark", "card", "visit", "member_product"}
    assert all(before[name] for name in full)
    forget(shop, customer_ref)
    with shop.database.read() as session:
        for held in HELD:
            for row in rows.of(session, who, held):
                assert [name for name in held.goes if getattr(row, name) is not None] == []
                assert not held.vanishes
