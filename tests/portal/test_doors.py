"""The doors: sign-in, the first password, and who may go where."""

import pytest

from loyalty.core import clock
from loyalty.merchants import accounts
from loyalty.merchants.roles import Role
from tests.builders import PASSWORD
from tests.pages import Visitor


def test_the_owner_lands_on_the_overview_and_the_cashier_at_the_till(aurora, bruno):
    assert aurora.get("/").path == "/portal/"
    assert bruno.get("/").path == "/till/"


def test_a_wrong_password_and_a_wrong_address_get_the_same_answer(shop, anybody):
    wrong = anybody.sign_in(shop.owner_email, "non è questa password")
    nobody = anybody.sign_in("nessuno@example.it", "non è questa password")
    assert wrong.status == nobody.status == 422
    sentence = "E-mail e password non vanno d'accordo."
    assert sentence in wrong.words
    assert sentence in nobody.words
    assert "non è questa password" not in wrong.html


def test_after_five_wrong_passwords_the_door_rests(shop, anybody):
    for _ in range(5):
        anybody.sign_in(shop.owner_email, "non è questa password")
    page = anybody.sign_in(shop.owner_email, PASSWORD)
    assert page.status == 429
    assert "Riprova fra un quarto d'ora" in page.words
    assert int(page.headers["Retry-After"]) > 0


def test_somebody_who_is_not_signed_in_comes_back_to_the_page_they_wanted(shop, anybody):
    door = anybody.get("/till/today")
    assert door.path == "/sign-in"
    page = anybody.submit(door, "/sign-in", email=shop.cashier_email, password=PASSWORD)
    assert page.path == "/till/today"


@pytest.mark.parametrize(
    "elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example"]
)
def test_the_door_sends_nobody_to_another_site(shop, anybody, elsewhere):
    door = anybody.get("/sign-in")
    form = {**door.form("/sign-in").fields, "next": elsewhere}
    answer = anybody.client.post(
        "/sign-in", data={**form, "email": shop.owner_email, "password": PASSWORD}
    )
    assert answer.headers["Location"] == "/portal/"


def test_signing_out_closes_the_till(bruno):
    assert bruno.submit(bruno.get("/till/"), "/sign-out").path == "/sign-in"
    assert bruno.get("/till/").path == "/sign-in"


def test_a_form_without_its_token_is_refused(shop, bruno):
    carla = shop.card("points", name="Carla")
    form = bruno.look_up(carla.code).form("/till/visits")
    fields = {name: value for name, value in form.fields.items() if name != "csrf_token"}
    assert bruno.post("/till/visits", {**fields, "amount": "5"}).status == 400


def test_a_cashier_asks_the_owner_for_the_owners_pages(bruno):
    for path in ("/portal/", "/portal/staff"):
        page = bruno.get(path)
        assert page.status == 403
        assert "Questa pagina non è per te" in page.words
        assert bruno.get(page.links[0]).path == "/till/"


@pytest.fixture
def link(shop):
    """A fresh one-time link for a new cashier."""
    with shop.database.write() as session:
        token = accounts.invite_staff(
            session,
            merchant_id=shop.merchant_id,
            email="gino@example.it",
            name="Gino",
            role=Role.CASHIER,
            at=clock.now(),
        )
    return f"/start/{token}"


def test_the_one_time_link_says_for_which_shop_and_role(anybody, link):
    page = anybody.get(link)
    assert "Ciao Gino" in page.words
    assert "Negozio Caffè Aurora Ruolo Cassa E-mail gino@example.it" in page.words


def test_the_first_password_opens_the_till_and_uses_the_link_up(app, anybody, link):
    page = anybody.submit(anybody.get(link), "/start/", password="tre parole in fila")
    assert page.path == "/till/"
    assert anybody.get(link).status == 404
    again = Visitor(app)
    assert again.sign_in("gino@example.it", "tre parole in fila").path == "/till/"


def test_a_short_password_leaves_the_link_alive(anybody, link):
    page = anybody.submit(anybody.get(link), "/start/", password="undici lett")
    assert page.status == 422
    assert page.words.count("Servono almeno 12 caratteri.") == 2
    assert anybody.get(link).status == 200


def test_pages_that_are_not_there_lead_back_in_both_languages(anybody, app):
    page = anybody.get("/non-esiste")
    assert page.status == 404
    assert "Qui non c'è niente" in page.words
    assert page.links
    assert "There is nothing here" in Visitor(app, "en").get("/non-esiste").words


def test_who_does_marketing_sees_the_overview_and_no_till(app, shop):
    with shop.database.write() as session:
        token = accounts.invite_staff(
            session,
            merchant_id=shop.merchant_id,
            email="mara@example.it",
            name="Mara",
            role=Role.MARKETER,
            at=clock.now(),
        )
    mara = Visitor(app)
    page = mara.submit(mara.get(f"/start/{token}"), "/start/", password="tre parole in fila")
    assert page.path == "/portal/"
    assert not {"/till/", "/portal/staff"} & set(page.links)
    assert mara.get("/till/").status == 403
    assert mara.get("/portal/staff").status == 403
