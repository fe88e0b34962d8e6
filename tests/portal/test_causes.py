"""Causes: promised, payable and paid, to the cent, each payout with its receipt."""

from datetime import timedelta

import pytest

from loyalty.core import clock
from tests.club import CLUB
from tests.pages import Visitor

PAGE = "/portal/causes"


@pytest.fixture
def giving(shop):
    """A shop whose sales have promised 10.40 to the shelter, 2.40 of it still waiting."""
    shop.program("club", CLUB)
    card = shop.card("club")
    shop.visit(card, 40_000, at=clock.now() - timedelta(days=30))
    shop.visit(card, 12_000, at=clock.now())
    return shop


def pay(visitor, **typed):
    return visitor.submit(visitor.get(PAGE), "/rifugio/payouts", **typed)


def test_a_cause_shows_what_is_promised_payable_and_paid(giving, aurora):
    page = aurora.get(PAGE)
    assert "Rifugio dei gatti Codice fiscale 94012345678" in page.words
    assert "Promesso in tutto 10,40 €" in page.words
    assert "Da versare oggi 8,00 € Altri 2,40 €" in page.words
    assert "Versato finora 0,00 €" in page.words
    assert page.form("/payouts").fields["amount"] == "8,00"


def test_a_payout_is_noted_once_with_its_receipt(giving, aurora):
    page = aurora.get(PAGE)
    for _ in range(2):
        paid = aurora.submit(page, "/rifugio/payouts", amount="5", receipt="CRO 123")
        assert paid.status == 200
    assert "Versato finora 5,00 €" in paid.words
    assert "Da versare oggi 3,00 €" in paid.words
    assert paid.words.count("Ricevuta: CRO 123") == 1


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"amount": "8,01", "receipt": "x"}, "Più di 0, al massimo 8,00 €"),
        ({"amount": "due", "receipt": "x"}, "Scrivi una somma, come 12,40."),
        ({"amount": "1", "receipt": "x", "paid_on": "2099-01-01"}, "È nel futuro."),
        ({"amount": "1", "receipt": ""}, "Versato finora 0,00 €"),
    ],
)
def test_what_does_not_fit_is_said_at_the_field(giving, aurora, typed, sentence):
    page = pay(aurora, **typed)
    assert page.status == 422
    assert sentence in page.words
    assert "Ancora nessun versamento" in page.words
    assert page.form("/payouts").fields["amount"] == typed["amount"]


def test_a_wrong_payout_is_taken_back_and_both_stay(giving, aurora):
    page = pay(aurora, amount="5", receipt="CRO 123")
    assert aurora.submit(page, "/take-back", reason="").status == 422
    after = aurora.submit(page, "/take-back", reason="era 4")
    assert "Versato finora 0,00 €" in after.words
    assert "Ricevuta: CRO 123" in after.words
    assert "Ripreso: era 4" in after.words
    again = aurora.submit(page, "/take-back", reason="era 4")
    assert again.status == 409
    assert "È già stato ripreso." in again.words


def test_a_shop_without_a_cause_is_told_what_one_would_be(aurora):
    page = aurora.get(PAGE)
    assert "Ancora nessuna causa" in page.words
    assert not page.has_form("/payouts")


def test_money_for_a_cause_is_no_unit_of_the_overview(giving, aurora):
    assert "cause.rifugio" not in aurora.get("/portal/").words.lower()


def test_the_cause_of_the_shop_next_door_does_not_exist(giving, aurora, dario):
    paid = pay(aurora, amount="5", receipt="CRO 123")
    assert "Rifugio" not in dario.get(PAGE).words
    token = dario.get(PAGE).form("/sign-out").fields["csrf_token"]
    fields = {"csrf_token": token, "key": "0" * 26, "amount": "1", "paid_on": "2026-11-21"}
    path = f"{PAGE}/rifugio/payouts"
    assert dario.post(path, {**fields, "receipt": "x"}).status == 404
    theirs = next(form.action for form in paid.forms if "/take-back" in form.action)
    assert dario.post(theirs, {"csrf_token": token, "reason": "x"}).status == 404


def test_who_may_not_pay_sees_the_figures_alone(giving, app):
    from loyalty.merchants import accounts
    from loyalty.merchants.passwords import hash_password
    from loyalty.merchants.roles import Role

    with giving.database.write() as session:
        token = accounts.invite_staff(
            session,
            merchant_id=giving.merchant_id,
            email="marta@example.it",
            name="Marta",
            role=Role.MARKETER,
            at=clock.now(),
        )
        accounts.accept_link(
            session, token=token, password_hash=hash_password("tre parole in fila"), at=clock.now()
        )
    marta = Visitor(app)
    marta.sign_in("marta@example.it", "tre parole in fila")
    page = marta.get(PAGE)
    assert "Promesso in tutto 10,40 €" in page.words
    assert not page.has_form("/payouts")
