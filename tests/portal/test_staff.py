"""Who works in the shop."""

import re

from loyalty.core.ids import ref
from tests.pages import Visitor


def staff_ref(duty):
    return ref("stf", duty.staff_id)


def invite(visitor, **typed):
    return visitor.submit(visitor.get("/portal/staff"), "/portal/staff", **typed)


def test_a_new_cashier_gets_a_link_that_is_shown_once_and_works(app, aurora):
    page = invite(aurora, name="Gino", email="gino@example.it")
    link = re.search(r'value="http://127.0.0.1:8000(/start/[0-9A-Z]+)"', page.html)
    assert link
    assert "Gino" in page.words
    assert "deve ancora entrare" in page.words.lower()
    assert "/start/" not in aurora.get("/portal/staff").html
    gino = Visitor(app)
    landed = gino.submit(gino.get(link[1]), "/start/", password="tre parole in fila")
    assert landed.path == "/till/"


def test_a_colleague_is_not_invited_twice(shop, aurora):
    page = invite(aurora, name="Bruno", email=shop.cashier_email.upper())
    assert page.status == 422
    assert "È già nella lista" in page.words


def test_somebody_of_another_shop_needs_another_address(aurora, stranger):
    page = invite(aurora, name="Dario", email=stranger.owner_email)
    assert page.status == 422
    assert "già usato in un altro negozio" in page.words


def test_a_dismissed_cashier_is_out_at_once_and_may_come_back(shop, aurora, bruno):
    assert bruno.get("/till/").status == 200
    path = f"/portal/staff/{staff_ref(shop.cashier)}"
    aurora.submit(aurora.get("/portal/staff"), f"{path}/dismiss")
    assert bruno.get("/till/").path == "/sign-in"
    assert bruno.sign_in(shop.cashier_email).status == 422
    aurora.submit(aurora.get("/portal/staff"), f"{path}/reinstate")
    assert bruno.sign_in(shop.cashier_email).path == "/till/"


def test_an_owner_cannot_lock_themselves_out(shop, aurora):
    page = aurora.get("/portal/staff")
    token = page.form("/sign-out").fields["csrf_token"]
    path = f"/portal/staff/{staff_ref(shop.owner)}/dismiss"
    refused = aurora.post(path, {"csrf_token": token})
    assert refused.status == 409
    assert "Non puoi togliere l'accesso a te" in refused.words
    assert aurora.get("/portal/").status == 200


def test_a_lost_password_gets_a_fresh_link(app, shop, aurora, bruno):
    page = aurora.get("/portal/staff")
    renewed = aurora.submit(page, f"{staff_ref(shop.cashier)}/link")
    link = re.search(r"(/start/[0-9A-Z]+)", renewed.html)
    again = Visitor(app)
    again.submit(again.get(link[1]), "/start/", password="un'altra frase lunga")
    assert bruno.get("/till/").path == "/sign-in"
    assert again.get("/till/").status == 200
