"""Opening a shop by oneself: asked for, confirmed by mail, and in; closed unless it is opened."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from loyalty.core.db import current
from loyalty.core.settings import Settings, SettingsRefused
from loyalty.merchants import signing_up
from loyalty.merchants.models import Merchant
from tests.builders import PASSWORD
from tests.pages import Visitor
from tests.portal.posted import letters, link_in
from tests.tills import later

TYPED = {"shop": "Forno Lina", "name": "Lina", "email": "Lina@example.it"}


@pytest.fixture
def open_house(app, monkeypatch):
    """The application of an installation where anybody opens shops."""
    with app.app_context():
        house = current()
    monkeypatch.setattr(house, "settings", replace(house.settings, sign_up=True))
    return app


def ask(visitor, **typed):
    return visitor.submit(visitor.get("/signup"), "/signup", **{**TYPED, **typed})


def shops(database):
    with database.read() as session:
        return session.execute(sa.select(sa.func.count()).select_from(Merchant)).scalar_one()


def test_from_the_three_fields_to_the_first_program(open_house, database):
    lina = Visitor(open_house)
    assert "lina@example.it" in ask(lina).words
    assert shops(database) == 0
    link = link_in(database, "staff_sign_up")
    page = lina.get(link)
    assert "Forno Lina" in page.words
    begun = lina.submit(page, "", password=PASSWORD)
    assert begun.path == "/portal/welcome"
    assert shops(database) == 1
    again = Visitor(open_house)
    again.sign_in("lina@example.it")
    assert again.get("/portal/").status == 200


def test_the_link_opens_one_shop(open_house, database):
    lina = Visitor(open_house)
    ask(lina)
    link = link_in(database, "staff_sign_up")
    lina.submit(lina.get(link), "", password=PASSWORD)
    other = Visitor(open_house)
    page = other.submit(other.get(link), "", password="un'altra frase lunga")
    assert page.has_form("/sign-in")
    assert "Il negozio è già aperto" in page.words
    assert shops(database) == 1


def test_an_address_with_an_account_gets_the_same_answer_and_another_mail(open_house, shop):
    visitor = Visitor(open_house)
    known = ask(visitor, email=shop.owner_email)
    unknown = ask(Visitor(open_house))
    assert known.words.replace(shop.owner_email, "x") == unknown.words.replace(
        "lina@example.it", "x"
    )
    assert [to for to, _ in letters(shop.database, "staff_known")] == [shop.owner_email]
    assert [to for to, _ in letters(shop.database, "staff_sign_up")] == ["lina@example.it"]


def test_a_link_of_yesterday_or_one_that_was_changed_opens_nothing(
    open_house, database, monkeypatch
):
    lina = Visitor(open_house)
    ask(lina)
    link = link_in(database, "staff_sign_up")
    assert lina.get(link[:-2] + "AA").status == 404
    later(monkeypatch, hours=signing_up.LINK_HOURS + 1)
    assert lina.get(link).status == 404
    assert shops(database) == 0


def test_what_is_missing_is_said_at_its_field_and_stays(open_house):
    page = ask(Visitor(open_house), email="lina", name="")
    assert page.status == 422
    assert page.form("/signup").fields["shop"] == "Forno Lina"
    assert "Una cosa" in page.words or "cose da correggere" in page.words


def test_a_short_password_opens_nothing(open_house, database):
    lina = Visitor(open_house)
    ask(lina)
    page = lina.submit(lina.get(link_in(database, "staff_sign_up")), "", password="corta")
    assert page.status == 422
    assert shops(database) == 0


def test_who_asks_too_often_waits(open_house):
    lina = Visitor(open_house)
    for _ in range(signing_up.ASKED_MAX):
        assert ask(lina).status == 200
    page = ask(lina)
    assert page.status == 429
    assert "Retry-After" in page.headers


def test_hostile_names_are_shown_as_text(open_house, database):
    lina = Visitor(open_house)
    ask(lina, shop="<script>alert(1)</script>")
    page = lina.get(link_in(database, "staff_sign_up"))
    assert "<script>alert" not in page.html
    assert "<script>alert(1)</script>" in page.words


def test_closed_it_is_not_there(app, anybody):
    assert anybody.get("/signup").status == 404
    assert "/signup" not in anybody.get("/sign-in").links


def test_open_it_stands_on_the_page_of_the_door(open_house):
    assert "/signup" in Visitor(open_house).get("/sign-in").links


def test_it_opens_by_one_word_and_only_with_mail(tmp_path):
    here = {"LOYALTY_DATA": str(tmp_path), "LOYALTY_SIGN_UP": "open"}
    with pytest.raises(SettingsRefused, match="needs LOYALTY_SMTP_URL"):
        Settings.from_environment(here)
    with pytest.raises(SettingsRefused, match="must be open"):
        Settings.from_environment({**here, "LOYALTY_SIGN_UP": "yes"})
    assert Settings.from_environment({**here, "LOYALTY_SMTP_URL": "smtp://m.example.it"}).sign_up
