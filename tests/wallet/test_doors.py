"""How a card reaches a phone, once, and only that phone."""

from datetime import timedelta

import pytest

from loyalty.cards import claims, keeping
from loyalty.core import clock
from loyalty.core.ids import parse_ref
from tests.pages import Visitor

OPEN = "Apri la mia carta"


def link(card):
    """The path of the card's claim link."""
    return "/c/open/" + claims.claim_token(parse_ref("clm", card.claim))


@pytest.fixture
def carla_card(shop):
    """Carla's fresh points card."""
    return shop.card("points", name="Carla De Santis", at=clock.now())


def test_looking_at_the_link_burns_nothing_and_tells_nothing(anybody, carla_card):
    for _ in range(3):
        page = anybody.get(link(carla_card))
        assert page.status == 200
        assert OPEN in page.words
        assert "Caffè Aurora" in page.words
        assert "Carla" not in page.html


def test_the_button_opens_the_card_on_this_phone(anybody, carla_card):
    page = anybody.submit(anybody.get(link(carla_card)), "/c/open/")
    assert page.path == f"/c/{carla_card.ref}"
    assert "Carla" in page.words
    assert "De Santis" not in page.words
    assert anybody.get(f"/c/{carla_card.ref}").status == 200


def test_the_cookie_is_for_this_card_and_this_browser_alone(anybody, carla_card):
    form = anybody.get(link(carla_card)).form("/c/open/")
    answer = anybody.client.post(link(carla_card), data=form.fields)
    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("card="))
    assert f"Path=/c/{carla_card.ref}" in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert f"Max-Age={180 * 86_400}" in cookie
    assert "Secure" not in cookie  # this installation speaks plain HTTP


def test_the_link_works_once(app, anybody, carla_card):
    page = anybody.get(link(carla_card))
    anybody.submit(page, "/c/open/")
    other = Visitor(app)
    again = other.get(link(carla_card))
    assert again.status == 404
    assert "Questo link non vale più" in again.words
    assert "In negozio" in again.words


def test_two_phones_that_press_together_open_one_card(app, anybody, carla_card):
    other = Visitor(app)
    first, second = anybody.get(link(carla_card)), other.get(link(carla_card))
    assert anybody.submit(first, "/c/open/").status == 200
    late = other.submit(second, "/c/open/")
    assert late.status == 404
    assert other.get(f"/c/{carla_card.ref}").status == 403


def test_the_link_ends_after_a_week(anybody, carla_card, monkeypatch):
    later = clock.now() + timedelta(days=7, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert anybody.get(link(carla_card)).status == 404


def test_without_the_cookie_there_is_nothing_personal(app, shop, carla_card):
    shop.visit(carla_card, 1240)
    page = Visitor(app).get(f"/c/{carla_card.ref}")
    assert page.status == 403
    assert "Come aprire la tua carta" in page.words
    for secret in ("Carla", carla_card.token, carla_card.code, "Caffè Aurora", "12"):
        assert secret not in page.words


def test_a_card_that_does_not_exist_looks_like_somebody_elses(app, carla_card):
    nobody = Visitor(app).get("/c/crd_" + "0" * 26)
    assert nobody.status == 403
    assert nobody.words == Visitor(app).get(f"/c/{carla_card.ref}").words


def test_the_cookie_of_one_card_does_not_open_another(app, shop, anybody, carla_card):
    gino = shop.card("points", name="Gino", at=clock.now())
    answer = anybody.client.post(
        link(carla_card), data=anybody.get(link(carla_card)).form("/c/open/").fields
    )
    secret = answer.headers["Set-Cookie"].split("card=")[1].split(";")[0]
    thief = Visitor(app)
    thief.client.set_cookie("card", secret, path=f"/c/{gino.ref}")
    assert thief.get(f"/c/{gino.ref}").status == 403


def test_the_qr_leads_to_the_card_and_is_no_login(anybody, carla_card):
    for token in (carla_card.token, carla_card.token.lower()):
        answer = anybody.client.get(f"/C/{token}")
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"/c/{carla_card.ref}"
        assert "Set-Cookie" not in answer.headers
    assert anybody.get(f"/C/{carla_card.token}").status == 403


def test_an_unknown_qr_says_so_kindly(anybody, shop):
    page = anybody.get("/C/" + "0" * 26)
    assert page.status == 404
    assert "Questa carta qui non la conosce nessuno" in page.words


def test_a_cashier_who_scans_with_the_phones_own_camera_lands_at_the_till(bruno, carla_card):
    page = bruno.get(f"/C/{carla_card.token}")
    customer = bruno.submit(page, "/look-up")
    assert "Carla De Santis" in customer.words
    assert customer.form("/till/visits").fields["scan"] == carla_card.token


def test_a_card_of_another_shop_opens_no_till(dario, carla_card):
    page = dario.submit(dario.get(f"/C/{carla_card.token}"), "/look-up")
    assert page.status == 404
    assert "Carla" not in page.html


def test_each_look_keeps_the_card_on_the_phone_for_another_half_year(anybody, carla_card):
    anybody.submit(anybody.get(link(carla_card)), "/c/open/")
    answer = anybody.client.get(f"/c/{carla_card.ref}")
    assert f"Max-Age={180 * 86_400}" in answer.headers["Set-Cookie"]


def test_a_replaced_card_closes_on_the_old_phone(shop, anybody, carla_card):
    anybody.submit(anybody.get(link(carla_card)), "/c/open/")
    with shop.database.write() as session:
        keeping.replace(
            session, duty=shop.owner, card_ref=carla_card.ref, reason="persa", at=clock.now()
        )
    assert anybody.get(f"/c/{carla_card.ref}").status == 403
