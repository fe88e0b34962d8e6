"""My own account: name, language, address, password, and where I am signed in."""

import re

from tests.builders import PASSWORD
from tests.pages import Visitor
from tests.portal.posted import letters, link_in
from tests.tills import later

NEW = "una frase del tutto nuova"


def test_my_language_comes_before_the_browsers(app, shop, aurora):
    page = aurora.submit(aurora.get("/portal/account"), "/portal/account", language="en")
    assert "Saved." in page.words
    assert "Overview" in aurora.get("/portal/").words
    elsewhere = Visitor(app, "it")
    assert "Overview" in elsewhere.sign_in(shop.owner_email).words


def test_a_cashier_has_an_account_too(bruno):
    page = bruno.submit(bruno.get("/portal/account"), "/portal/account", name="Bruno Neri")
    assert page.status == 200
    assert "Bruno Neri" in bruno.get("/portal/account").words


def test_a_new_password_ends_every_other_session(app, shop, aurora):
    other = Visitor(app)
    other.sign_in(shop.owner_email)
    page = aurora.get("/portal/account")
    wrong = aurora.submit(page, "/portal/account/password", old="non è questa", password=NEW)
    assert wrong.status == 422
    assert "Non è la tua password di adesso." in wrong.words
    done = aurora.submit(page, "/portal/account/password", old=PASSWORD, password=NEW)
    assert "La password nuova vale da adesso." in done.words
    assert aurora.get("/portal/").path == "/portal/"
    assert other.get("/portal/").path == "/sign-in"
    assert Visitor(app).sign_in(shop.owner_email, NEW).path == "/portal/"


def test_a_new_address_counts_once_its_link_is_used(app, shop, aurora):
    page = aurora.get("/portal/account")
    asked = aurora.submit(page, "/portal/account/email", email="Nuova@Example.it")
    assert "Un link è in arrivo" in asked.words
    link = link_in(shop.database, "staff_address")
    assert Visitor(app).sign_in("nuova@example.it").status == 422
    anybody = Visitor(app)
    assert "nuova@example.it" in anybody.get(link).words
    assert "Fatto" in anybody.submit(anybody.get(link), "/address/").words
    assert anybody.get(link).status == 404
    assert Visitor(app).sign_in(shop.owner_email).status == 422
    assert Visitor(app).sign_in("nuova@example.it").path == "/portal/"
    assert [to for to, _ in letters(shop.database, "staff_address_left")] == [shop.owner_email]


def test_an_address_of_somebody_else_is_refused(shop, aurora, stranger):
    page = aurora.get("/portal/account")
    for taken in (shop.cashier_email, stranger.owner_email):
        refused = aurora.submit(page, "/portal/account/email", email=taken)
        assert refused.status == 422
        assert "già usato" in refused.words


def test_i_see_where_i_am_signed_in_and_close_what_is_not_me(app, shop, aurora):
    other = Visitor(app)
    other.sign_in(shop.owner_email)
    page = aurora.get("/portal/account")
    closing = re.findall(r"/portal/account/sessions/(ses_[0-9A-Z]+)/end", page.html)
    assert len(closing) == 1
    aurora.submit(page, f"{closing[0]}/end")
    assert other.get("/portal/").path == "/sign-in"
    assert aurora.get("/portal/").status == 200


def test_nobody_closes_the_session_of_somebody_else(shop, aurora, bruno, app):
    second = Visitor(app)
    second.sign_in(shop.cashier_email)
    theirs = re.search(r"sessions/(ses_[0-9A-Z]+)/end", bruno.get("/portal/account").html)[1]
    token = aurora.get("/portal/account").form("/sign-out").fields["csrf_token"]
    path = f"/portal/account/sessions/{theirs}/end"
    assert aurora.post(path, {"csrf_token": token}).status == 404
    assert second.get("/till/").status == 200


def test_all_others_are_closed_at_once(app, shop, aurora):
    others = [Visitor(app) for _ in range(3)]
    for other in others:
        other.sign_in(shop.owner_email)
    aurora.submit(aurora.get("/portal/account"), "/sessions/others/end")
    assert [other.get("/portal/").path for other in others] == ["/sign-in"] * 3
    assert aurora.get("/portal/").status == 200


def forget(visitor, address):
    return visitor.submit(visitor.get("/forgot"), "/forgot", email=address)


def test_a_forgotten_password_gets_a_link_of_one_hour(app, shop, anybody, monkeypatch):
    page = forget(anybody, shop.cashier_email.upper())
    assert "Guarda la posta" in page.words
    link = link_in(shop.database, "staff_reset")
    done = anybody.submit(anybody.get(link), "/start/", password=NEW)
    assert done.path == "/till/"
    forget(Visitor(app), shop.cashier_email)
    late = link_in(shop.database, "staff_reset")
    later(monkeypatch, minutes=61)
    assert Visitor(app).get(late).status == 404


def test_a_stranger_who_forgot_gets_the_same_answer_and_no_mail(app, shop, anybody):
    known = forget(anybody, shop.owner_email)
    unknown = forget(Visitor(app), "nessuno@example.it")
    assert known.words.replace(shop.owner_email, "") == unknown.words.replace(
        "nessuno@example.it", ""
    )
    assert [to for to, _ in letters(shop.database, "staff_reset")] == [shop.owner_email]


def test_nobody_is_flooded_with_links(app, shop):
    pages = [forget(Visitor(app), shop.owner_email) for _ in range(5)]
    assert [page.status for page in pages] == [200, 200, 200, 429, 429]
    assert len(letters(shop.database, "staff_reset")) == 3


def test_when_somebody_was_there_last_stands_in_the_list(aurora, bruno):
    words = aurora.get("/portal/staff").words
    assert words.count("ultimo accesso") == 2
