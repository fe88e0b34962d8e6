"""Forms as they come from a browser: what is empty, typed, ticked, wrong or secret."""

from collections.abc import Iterator

import pytest
from flask import Flask, g

from loyalty.core.db import Database
from loyalty.core.settings import Settings
from loyalty.core.text import Text
from loyalty.web import kit, locale
from loyalty.web.fields import Body, Email, Line, Secret
from loyalty.web.forms import FormState, Tick, TypedAmount, TypedWhole, read_form
from tests.builders import Shop


class SaleForm(Body):
    """A form with a field of each kind."""

    name = Line((1, 20))
    email = Email()
    amount = TypedAmount(1)
    coffees = TypedWhole(0, 50)
    password = Secret()
    receipt = Tick()


SALE = SaleForm()


@pytest.fixture
def app(settings: Settings, database: Database) -> Iterator[Flask]:
    """The kit alone."""
    app = Flask("loyalty", static_folder=None)
    kit.prepare(app, settings)
    return app


def fill(app: Flask, shop: Shop, language: str = "it", **typed: str) -> FormState:
    """What the form becomes when somebody at the shop sends it."""
    headers = {"Accept-Language": language}
    with app.test_request_context("/", method="POST", data=typed, headers=headers):
        g.duty = shop.cashier
        return read_form(SALE)


def test_an_empty_field_is_missing_and_an_unticked_box_is_false(app: Flask, shop: Shop) -> None:
    form = fill(app, shop, name="  ", email="")
    assert form.is_valid
    assert form.values == {"receipt": False}


def test_a_ticked_box_is_true_and_spaces_around_a_text_are_dropped(app: Flask, shop: Shop) -> None:
    form = fill(app, shop, name="  Carla ", receipt="on")
    assert form.values == {"name": "Carla", "receipt": True}
    assert form.value("name") == "Carla"


@pytest.mark.parametrize(
    ("language", "typed", "minor"),
    [
        ("it", "12,40", 1240),
        ("it", "12,4", 1240),
        ("it", "12.40", 1240),
        ("it", "1.234,50", 123450),
        ("it", "12,40 €", 1240),
        ("en", "12.40", 1240),
        ("en", "1,234.50", 123450),
        ("en", "€12.40", 1240),
    ],
)
def test_an_amount_is_read_as_the_shop_writes_it(
    app: Flask, shop: Shop, language: str, typed: str, minor: int
) -> None:
    assert fill(app, shop, language, amount=typed).values["amount"] == minor


@pytest.mark.parametrize("typed", ["dodici", "-1", "0", "12,405", "99999999999", "1e3", "12\x00"])
def test_an_amount_that_is_none_is_shown_again_with_a_sentence(
    app: Flask, shop: Shop, typed: str
) -> None:
    form = fill(app, shop, amount=typed)
    assert not form.is_valid
    assert form.error("amount")
    assert form.value("amount") == typed


@pytest.mark.parametrize("typed", ["51", "-1", "1.5", "x", "9" * 5000, "²"])
def test_a_count_out_of_bounds_is_refused(app: Flask, shop: Shop, typed: str) -> None:
    assert fill(app, shop, coffees=typed).error("coffees")


def test_a_count_is_read(app: Flask, shop: Shop) -> None:
    assert fill(app, shop, coffees=" 12 ").values["coffees"] == 12


def test_a_password_keeps_its_spaces_and_is_never_shown_again(app: Flask, shop: Shop) -> None:
    form = fill(app, shop, password="  una frase lunga ")
    assert form.values["password"] == "  una frase lunga "
    assert form.value("password") == ""


def test_a_field_that_is_not_in_the_form_is_refused(app: Flask, shop: Shop) -> None:
    assert fill(app, shop, role="owner").error("role") == "Campo sconosciuto."
    assert fill(app, shop, "en", role="owner").error("role") == "Unknown field."


def test_the_seal_of_the_form_is_not_a_field(app: Flask, shop: Shop) -> None:
    assert fill(app, shop, csrf_token="x").is_valid


def test_a_fault_that_the_shop_found_joins_the_others(app: Flask, shop: Shop) -> None:
    form = fill(app, shop, email="carla")
    with app.test_request_context("/", headers={"Accept-Language": "it"}):
        refused = form.refuse("name", Text("C'è già.", "Taken.")).refuse_all({"amount": ["no"]})
    assert refused.error("name") == "C'è già."
    assert refused.error("amount") == "no"
    assert refused.error("email") == form.error("email")


@pytest.mark.parametrize(
    ("path", "cookie", "wish", "language"),
    [
        ("/", None, "it-IT,it;q=0.9,en;q=0.8", "it"),
        ("/", None, "de-DE,de;q=0.9", "en"),
        ("/", None, None, "en"),
        ("/", "en", "it", "en"),
        ("/", "xx", "it", "it"),
        ("/api/v1/visits", "en", "it", "it"),
    ],
)
def test_the_own_choice_of_language_comes_before_the_wish_of_the_browser(
    app: Flask, path: str, cookie: str | None, wish: str | None, language: str
) -> None:
    headers = {"Accept-Language": wish} if wish else {}
    if cookie:
        headers["Cookie"] = f"language={cookie}"
    with app.test_request_context(path, headers=headers):
        assert locale.language() == language


def test_a_choice_of_language_is_kept_and_leads_back_to_the_page(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    _without_seal(app)
    answer = client.post("/language", data={"language": "it", "next": "/till/?a=1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/till/?a=1")
    assert "language=it" in answer.headers["Set-Cookie"]
    away = client.post("/language", data={"language": "it", "next": "//evil.example"})
    assert away.headers["Location"] == "/"
    odd = client.post("/language", data={"language": "xx"})
    assert "Set-Cookie" not in odd.headers


def _without_seal(app: Flask) -> None:
    """This test is about languages; forged forms have their own."""
    app.before_request_funcs[None] = [
        check for check in app.before_request_funcs[None] if check.__name__ != "_check"
    ]
