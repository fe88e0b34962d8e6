"""Who works in the shop."""

import re

from loyalty.core.ids import ref
from tests.pages import Visitor
from tests.portal.posted import deliver


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


def test_an_invitation_goes_by_mail_too_and_a_manager_does_not_read_it(app, shop, aurora):
    from tests.tills import add_manager

    add_manager(shop, "Marta")
    invite(aurora, name="Gino", email="gino@example.it")
    deliver(shop.database)
    listed = aurora.get("/mail")
    assert "Invito a chi lavora qui" in listed.words
    letter = re.search(r"/mail/mai_[0-9A-Z]+", listed.html)[0]
    assert "Aurora ti ha aggiunto a chi lavora da Caffè Aurora" in aurora.get(letter).html
    marta = Visitor(app)
    marta.sign_in("marta@example.it")
    assert "Invito" not in marta.get("/mail").words
    assert marta.get(letter).status == 404


def test_the_table_of_roles_says_what_the_guards_do(aurora):
    from loyalty.merchants.roles import PERMISSIONS, Permission, Role
    from loyalty.portal.permission_words import table

    lines = [line for _, group in table() for line in group]
    assert len(lines) == len(Permission)
    for place, role in enumerate(Role):
        assert sum(line.has[place] for line in lines) == len(PERMISSIONS[role])
    page = aurora.get("/portal/staff/roles")
    assert all(line.words.it in page.words for line in lines)


def test_another_role_counts_at_once_and_begins_with_signing_in(shop, aurora, bruno):
    path = f"/portal/staff/{staff_ref(shop.cashier)}"
    saved = aurora.submit(aurora.get(path), path, role="manager")
    assert saved.status == 200
    assert bruno.get("/till/").path == "/sign-in"
    assert bruno.sign_in(shop.cashier_email).path == "/portal/"
    assert "ha cambiato un ruolo" in aurora.get("/portal/staff/log").words


def test_the_last_owner_stays_one(shop, aurora):
    path = f"/portal/staff/{staff_ref(shop.owner)}"
    page = aurora.submit(aurora.get(path), path, role="cashier")
    assert page.status == 422
    assert "Serve almeno una persona titolare" in page.words
    assert aurora.get("/portal/staff").status == 200


def test_two_owners_who_change_one_role_hear_of_each_other(app, shop, aurora):
    path = f"/portal/staff/{staff_ref(shop.cashier)}"
    second = Visitor(app)
    second.sign_in(shop.owner_email)
    hers, theirs = aurora.get(path), second.get(path)
    aurora.submit(hers, path, role="manager")
    late = second.submit(theirs, path, role="marketer")
    assert late.status == 409
    assert "Nel frattempo qualcuno ha cambiato il ruolo in responsabile" in late.words
    assert 'value="marketer" checked' in late.html
    assert second.submit(late, path).status == 200


def test_somebody_of_another_shop_needs_another_address(aurora, stranger):
    page = invite(aurora, name="Dario", email=stranger.owner_email)
    assert page.status == 422
    assert "già usato in un altro negozio" in page.words


def test_a_dismissed_cashier_is_out_at_once_and_may_come_back(shop, aurora, bruno):
    assert bruno.get("/till/").status == 200
    path = f"/portal/staff/{staff_ref(shop.cashier)}"
    out = aurora.submit(aurora.get(path), f"{path}/dismiss")
    assert "Bruno non entra più." in out.words
    assert bruno.get("/till/").path == "/sign-in"
    assert bruno.sign_in(shop.cashier_email).status == 422
    aurora.submit(out, f"{path}/reinstate")
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
    page = aurora.get(f"/portal/staff/{staff_ref(shop.cashier)}")
    renewed = aurora.submit(page, f"{staff_ref(shop.cashier)}/link")
    link = re.search(r"(/start/[0-9A-Z]+)", renewed.html)
    again = Visitor(app)
    again.submit(again.get(link[1]), "/start/", password="un'altra frase lunga")
    assert bruno.get("/till/").path == "/sign-in"
    assert again.get("/till/").status == 200
