"""A manager's PIN at the till: for what goes over a limit, and for balances corrected by hand."""

import re

import pytest
import sqlalchemy as sa

from loyalty.counter.models import ScanRefusal, Visit
from loyalty.merchants.models import StaffAct
from tests.pages import Visitor
from tests.programs import POINTS, with_changes
from tests.tills import PIN, add_manager, add_till, choose_pin, join, lock, open_with

OWNERS = "830174"


@pytest.fixture
def card(shop):
    """A card of a program that counts at most 500.00 a visit."""
    shop.program("limited", with_changes(POINTS, limits={"amount_minor_max": 50_000}))
    return shop.card("limited", name="Carla")


@pytest.fixture
def till(at_till, shop) -> Visitor:
    """The shop's phone with Bruno at it; Aurora has a PIN there too."""
    lock(at_till)
    choose_pin(at_till, shop.owner_email, OWNERS)
    lock(at_till)
    open_with(at_till, "Bruno", PIN)
    return at_till


def count(shop, what):
    with shop.database.read() as session:
        return session.execute(sa.select(sa.func.count()).select_from(what)).scalar_one()


def over_the_limit(till, card):
    page = till.submit(till.look_up(card.code), "/till/visits", amount="600")
    assert page.status == 409
    return page


def test_a_sale_over_the_limit_goes_through_with_the_owners_pin(till, shop, card):
    refused = over_the_limit(till, card)
    assert "È una somma molto alta" in refused.words
    receipt = till.submit(refused, "/till/visits", pin=OWNERS)
    assert receipt.path.endswith("/receipt")
    assert "+600 punti per Carla" in receipt.words
    assert "Oltre il limite: chi gestisce il negozio l'ha fatta passare." in receipt.words
    with shop.database.read() as session:
        act = session.execute(
            sa.select(StaffAct.actor, StaffAct.facts).where(StaffAct.act == "limit.lift")
        ).one()
    assert act.actor == shop.owner.actor
    assert act.facts["asked_by"] == shop.cashier.actor


def test_where_several_may_the_one_who_allows_it_is_named(till, shop, card):
    add_manager(shop, "Davide")
    lock(till)
    choose_pin(till, "davide@example.it", "90210")
    lock(till)
    open_with(till, "Bruno", PIN)
    refused = over_the_limit(till, card)
    nameless = till.submit(refused, "/till/visits", pin="90210")
    assert nameless.status == 409
    assert "Scegli chi dà il permesso." in nameless.words
    davide = re.search(r'value="(stf_\w+)"[^>]*><span>Davide', nameless.html)[1]
    made = till.submit(nameless, "/till/visits", approver=davide, pin="90210")
    assert made.path.endswith("/receipt")


def test_let_through_twice_is_one_visit(till, shop, card):
    refused = over_the_limit(till, card)
    paths = {till.submit(refused, "/till/visits", pin=OWNERS).path for _ in range(2)}
    assert len(paths) == 1
    assert count(shop, Visit) == 1


def test_a_wrong_pin_records_nothing_keeps_the_form_and_counts(till, shop, card):
    page = over_the_limit(till, card)
    for _ in range(5):
        page = till.submit(page, "/till/visits", pin="9999")
        assert page.status == 409
        assert "Il PIN non è giusto, o è bloccato" in page.words
        assert page.form("/till/visits").fields["amount"] == "600"
        assert "9999" not in page.html
    locked = till.submit(page, "/till/visits", pin=OWNERS)
    assert locked.status == 409
    assert count(shop, Visit) == 0
    with shop.database.read() as session:
        codes = session.execute(sa.select(ScanRefusal.code)).scalars().all()
    assert codes.count("wrong_pin") == 6


def test_a_cashiers_own_pin_lets_nothing_through(till, shop, card):
    page = over_the_limit(till, card)
    own = till.submit(page, "/till/visits", approver=shop.cashier.actor, pin=PIN)
    assert own.status == 409
    assert count(shop, Visit) == 0


def test_where_nobody_who_may_has_a_pin_the_till_says_how_to_get_one(at_till, card):
    page = over_the_limit(at_till, card)
    assert "entra qui una volta con la password" in page.words
    assert not page.has_form("/till/visits")


def test_in_any_other_browser_the_limit_stands_as_before(bruno, shop, card):
    page = over_the_limit(bruno, card)
    assert not page.has_form("/till/visits")
    assert "PIN" not in page.words
    form = bruno.look_up(card.code).form("/till/visits").fields
    typed = {**form, "amount": "600", "approver": shop.owner.actor, "pin": OWNERS}
    assert bruno.post("/till/visits", typed).status == 404
    assert count(shop, Visit) == 0


# --- balances corrected by hand ------------------------------------------------------------------


def correct(visitor, card, **typed):
    page = visitor.get(f"/till/cards/{card.ref}/adjust")
    return visitor.submit(page, "/adjust", **{"units": "5", "reason": "scanner rotto", **typed})


def test_the_customers_sheet_leads_to_the_correction(till, card):
    assert f"/till/cards/{card.ref}/adjust" in till.look_up(card.code).links


def test_a_cashier_corrects_a_balance_with_the_owners_pin(till, shop, card):
    receipt = correct(till, card, pin=OWNERS)
    assert receipt.path.startswith("/till/adjustments/")
    assert "correzione (scanner rotto): +5 punti" in receipt.words.lower()
    taken = correct(till, card, units="2", direction="take", pin=OWNERS)
    assert "-2 punti" in taken.words
    assert "3" in till.look_up(card.code).words
    with shop.database.read() as session:
        acts = session.execute(
            sa.select(StaffAct.actor).where(StaffAct.act == "adjustment.approve")
        ).scalars()
        assert list(acts) == [shop.owner.actor] * 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"pin": "9999"}, "Il PIN non è giusto"),
        ({}, "Ora il PIN di chi dà il permesso."),
        ({"units": "", "pin": OWNERS}, "Scrivi quanti."),
        ({"units": "0", "pin": OWNERS}, "Deve essere fra 1 e"),
        ({"reason": "", "pin": OWNERS}, "le legge il cliente"),
        ({"direction": "take", "pin": OWNERS}, "Non bastano"),
    ],
)
def test_a_correction_that_will_not_do_changes_nothing_and_says_why(till, card, typed, said):
    page = correct(till, card, **typed)
    assert page.status in (409, 422)
    assert said in page.words
    if typed.get("reason") is None:
        assert page.form("/adjust").fields["reason"] == "scanner rotto"


def test_who_may_correct_balances_types_no_pin(aurora, card):
    page = aurora.get(f"/till/cards/{card.ref}/adjust")
    assert "pin" not in page.form("/adjust").fields
    assert correct(aurora, card).path.startswith("/till/adjustments/")


def test_a_cashier_elsewhere_is_told_how_it_is_done(bruno, card):
    page = bruno.get(f"/till/cards/{card.ref}/adjust")
    assert "Il saldo lo corregge solo chi gestisce il negozio." in page.words
    assert not page.has_form("/adjust")
    token = page.form("/sign-out").fields
    fields = {"key": "0" * 26, "unit": "points", "direction": "add", "units": "5", "reason": "x"}
    assert bruno.post(page.path, {**token, **fields}).status == 403


def test_a_stranger_corrects_nothing_of_ours(dario, aurora, card):
    path = correct(aurora, card).path
    assert dario.get(path).status == 404
    assert dario.get(f"/till/cards/{card.ref}/adjust").status == 404


def test_a_phone_of_the_shop_next_door_borrows_no_pin_of_ours(app, till, dario, stranger, shop):
    theirs = Visitor(app)
    join(theirs, add_till(dario, "Di Dario"))
    choose_pin(theirs, stranger.cashier_email, PIN)
    stranger.program("limited", with_changes(POINTS, limits={"amount_minor_max": 50_000}))
    page = over_the_limit(theirs, stranger.card("limited"))
    typed = {**page.form("/sign-out").fields, "key": "0" * 26, "amount": "600"}
    typed |= {"scan": "x", "approver": shop.owner.actor, "pin": OWNERS}
    assert theirs.post("/till/visits", typed).status == 404
    assert count(shop, Visit) == 0
