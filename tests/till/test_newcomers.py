"""A card in ten seconds, and a card on another phone."""

import sqlalchemy as sa

from loyalty.customers.models import Customer


def customers_of(shop):
    with shop.database.read() as session:
        return session.execute(sa.select(Customer.name, Customer.email)).all()


def test_a_new_customer_gets_a_card_without_giving_anything(shop, bruno):
    page = bruno.submit(bruno.get("/till/customers/new"), "/till/customers")
    assert page.status == 200
    assert "Fai fotografare questo" in page.words
    assert "<svg" in page.html
    assert customers_of(shop) == [(None, None)]


def test_a_double_tap_makes_one_customer(shop, bruno):
    form = bruno.get("/till/customers/new")
    first = bruno.submit(form, "/till/customers", name="Elena")
    second = bruno.submit(form, "/till/customers", name="Elena")
    assert first.words == second.words
    assert customers_of(shop) == [("Elena", None)]


def test_the_first_visit_follows_at_once(shop, bruno):
    ready = bruno.submit(bruno.get("/till/customers/new"), "/till/customers", name="Elena")
    page = bruno.submit(ready, "/look-up")
    assert "Elena" in page.words
    assert page.has_form("/till/visits")


def test_a_wrong_address_is_said_at_the_field_and_in_the_summary(shop, bruno):
    page = bruno.submit(bruno.get("/till/customers/new"), "/till/customers", email="elena@")
    assert page.status == 422
    assert page.words.count("Non sembra un indirizzo e-mail.") == 2
    assert 'href="#f-email"' in page.html
    assert customers_of(shop) == []


def test_somebody_who_has_a_card_does_not_get_another_by_mistake(shop, bruno):
    shop.card("points", name="Elena", email="elena@example.it")
    form = bruno.get("/till/customers/new")
    page = bruno.submit(form, "/till/customers", email="Elena@example.it")
    assert page.status == 409
    assert "Con questa e-mail c'è già una carta" in page.words
    assert len(customers_of(shop)) == 1


def test_a_lost_phone_gets_a_new_link(shop, bruno):
    carla = shop.card("points", name="Carla")
    page = bruno.submit(bruno.look_up(carla.code), "/phone")
    assert "Un link nuovo" in page.words
    assert "Fai fotografare questo" in page.words


def test_a_shop_without_a_program_is_told_what_is_missing(app, database):
    from loyalty.merchants import accounts
    from loyalty.merchants.passwords import hash_password
    from loyalty.merchants.roles import Role
    from tests.builders import NOW, PASSWORD
    from tests.pages import Visitor

    with database.write() as session:
        shop = accounts.create_merchant(
            session, name="Nuovo", currency="EUR", timezone="Europe/Rome", language="it", at=NOW
        )
        token = accounts.invite_staff(
            session, merchant_id=shop.id, email="n@example.it", name="Nina", role=Role.OWNER, at=NOW
        )
        accounts.accept_link(session, token=token, password_hash=hash_password(PASSWORD), at=NOW)
    nina = Visitor(app)
    nina.sign_in("n@example.it")
    assert "Ancora nessun programma" in nina.get("/till/").words
    home = nina.get("/portal/")
    assert "Si comincia da un programma" in home.words
    assert "/portal/welcome" in home.links
