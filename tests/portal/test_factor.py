"""The second step of signing in."""

import sqlalchemy as sa

from loyalty.merchants.access_models import RecoveryCode, StaffFactor
from tests.pages import Visitor
from tests.portal.apps import App, set_up
from tests.tills import add_manager, later


def test_the_password_alone_opens_nothing_once_the_app_is_set_up(app, shop, aurora, monkeypatch):
    phone, _ = set_up(aurora)
    thief = Visitor(app)
    asked = thief.sign_in(shop.owner_email)
    assert "sei cifre" in asked.words
    assert thief.get("/portal/").path == "/sign-in"
    wrong = thief.submit(asked, "/sign-in/code", code="000000")
    assert wrong.status == 422
    assert thief.get("/portal/").path == "/sign-in"
    later(monkeypatch, seconds=60)
    assert thief.submit(wrong, "/sign-in/code", code=phone.code()).path == "/portal/"


def test_a_code_goes_in_once(app, shop, aurora, monkeypatch):
    phone, _ = set_up(aurora)
    later(monkeypatch, seconds=60)
    first, second = Visitor(app), Visitor(app)
    code = phone.code()
    asked = first.sign_in(shop.owner_email), second.sign_in(shop.owner_email)
    assert first.submit(asked[0], "/sign-in/code", code=code).path == "/portal/"
    assert second.submit(asked[1], "/sign-in/code", code=code).status == 422


def test_five_wrong_codes_rest_for_a_quarter_of_an_hour(app, shop, aurora, monkeypatch):
    phone, _ = set_up(aurora)
    later(monkeypatch, seconds=60)
    thief = Visitor(app)
    page = thief.sign_in(shop.owner_email)
    for _ in range(5):
        page = thief.submit(page, "/sign-in/code", code="123123")
    page = thief.submit(page, "/sign-in/code", code=phone.code())
    assert page.status == 429
    assert "quarto d'ora" in page.words
    later(monkeypatch, minutes=16)
    again = Visitor(app)
    asked = again.sign_in(shop.owner_email)
    assert again.submit(asked, "/sign-in/code", code=phone.code()).path == "/portal/"


def test_a_code_from_the_paper_goes_in_once_and_is_noted(app, shop, aurora):
    _, paper = set_up(aurora)
    first, second = Visitor(app), Visitor(app)
    typed = paper[3].lower().replace("-", " ")
    asked = first.sign_in(shop.owner_email)
    assert first.submit(asked, "/sign-in/code", code=typed).path == "/portal/"
    again = second.submit(second.sign_in(shop.owner_email), "/sign-in/code", code=typed)
    assert again.status == 422
    assert "9 codici su carta" in first.get("/portal/account").words
    assert "un codice su carta" in first.get("/portal/staff/log").words


def test_new_paper_ends_the_old(app, shop, aurora):
    _, old = set_up(aurora)
    aurora.submit(aurora.get("/portal/account"), "/factor/codes")
    visitor = Visitor(app)
    asked = visitor.sign_in(shop.owner_email)
    assert visitor.submit(asked, "/sign-in/code", code=old[0]).status == 422


def test_the_database_makes_no_codes(shop, aurora):
    phone, paper = set_up(aurora)
    with shop.database.read() as session:
        nonce = session.execute(sa.select(StaffFactor.nonce)).scalar_one()
        hashes = session.execute(sa.select(RecoveryCode.code_hash)).scalars().all()
    assert phone.key not in nonce
    assert len(hashes) == len(set(hashes)) == len(paper) == 10
    assert not any(code.replace("-", "").encode() in kept for code in paper for kept in hashes)


def test_nothing_counts_before_the_first_code(app, shop, aurora):
    aurora.submit(aurora.get("/portal/account/factor"), "/factor/begin")
    page = aurora.submit(aurora.get("/portal/account/factor"), "/portal/account/factor", code="1")
    assert page.status == 422
    assert Visitor(app).sign_in(shop.owner_email).path == "/portal/"


def test_the_shop_asks_everybody_but_cashiers(app, shop, aurora, bruno):
    add_manager(shop, "Marta")
    marta = Visitor(app)
    assert marta.sign_in("marta@example.it").path == "/portal/"
    aurora.submit(aurora.get("/portal/staff/roles"), "/portal/staff/factor")
    for visitor in (marta, aurora):
        page = visitor.get("/portal/")
        assert page.path == "/portal/account/factor"
        assert "Questo negozio lo chiede" in page.words
    assert bruno.get("/till/").status == 200
    set_up(marta)
    assert marta.get("/portal/").status == 200


def test_an_owner_takes_the_step_away_for_who_lost_the_phone(app, shop, aurora):
    add_manager(shop, "Marta")
    marta = Visitor(app)
    marta.sign_in("marta@example.it")
    set_up(marta)
    listed = aurora.get("/portal/staff")
    path = next(link for link in listed.links if link in listed.html and _is_marta(aurora, link))
    done = aurora.submit(aurora.get(path), "/factor/reset")
    assert "Il secondo passo è tolto" in done.words
    assert marta.get("/portal/").path == "/sign-in"
    assert Visitor(app).sign_in("marta@example.it").path == "/portal/"


def _is_marta(aurora, link):
    return link.startswith("/portal/staff/stf_") and "Marta" in aurora.get(link).words


def test_who_takes_the_step_away_for_a_new_phone_begins_again(aurora):
    first, _ = set_up(aurora)
    page = aurora.submit(aurora.get("/portal/account"), "/factor/remove")
    assert "Il secondo passo è tolto." in page.words
    begun = aurora.submit(aurora.get("/portal/account/factor"), "/factor/begin")
    assert App(begun).key != first.key
