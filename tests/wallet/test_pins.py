"""The holder's own PIN: chosen on their phone, asked for at the till, and hard to guess."""

import pytest
import time_machine

from loyalty.cards import claims, live
from loyalty.core import clock
from loyalty.core.ids import parse_ref
from tests.builders import POINTS
from tests.programs import with_changes


@pytest.fixture
def carla(shop):
    shop.program("club", with_changes(POINTS, proof={"redeem": "static"}))
    card = shop.card("club", name="Carla", at=clock.now())
    shop.visit(card, 4_500, at=clock.now())
    return card


@pytest.fixture
def hers(phone, carla):
    return phone(carla)


def choose(hers, carla, pin):
    return hers.submit(hers.get(f"/c/{carla.ref}/pin"), "/pin", pin=pin)


def hand_over(bruno, scan, pin=None):
    sheet = bruno.look_up(scan)
    typed = {} if pin is None else {"holder_pin": pin}
    return bruno.submit(sheet, "/redemptions", **typed)


def test_without_a_pin_the_printed_code_is_enough(carla, bruno):
    assert "Il PIN del cliente" not in bruno.look_up(carla.token).words
    assert hand_over(bruno, carla.token).status == 200


def test_with_a_pin_the_printed_code_needs_it(carla, hers, bruno):
    assert "Hai un PIN" in choose(hers, carla, "4071").words
    assert "Il PIN del cliente" in bruno.look_up(carla.token).words
    refused = hand_over(bruno, carla.token)
    assert refused.status == 409
    assert "ha scelto un PIN" in refused.words
    assert hand_over(bruno, carla.token, "4071").status == 200


def test_the_phone_itself_needs_no_pin(shop, carla, hers, bruno):
    choose(hers, carla, "4071")
    page = hers.get(f"/c/{carla.ref}")
    secret = hers.client.get_cookie("card", path=f"/c/{carla.ref}").value
    with shop.database.read() as session:
        card_id = parse_ref("crd", carla.ref)
        its = claims.phone_of(session, card_id=card_id, secret=secret)
    key = live.key_of(shop.database.settings.secret, its.device_id)
    shown = f"{carla.token}.{live.code_at(key, live.step_at(clock.now()))}"
    assert page.status == 200
    assert "Il PIN del cliente" not in bruno.look_up(shown).words
    assert hand_over(bruno, shown).status == 200


def test_five_wrong_ones_and_it_rests_for_a_quarter_of_an_hour(carla, hers, bruno):
    choose(hers, carla, "4071")
    with time_machine.travel(clock.now(), tick=False) as time:
        for wrong in ("1357", "2468", "9753", "8642", "1593"):
            assert hand_over(bruno, carla.token, wrong).status == 409
        resting = hand_over(bruno, carla.token, "4071")
        assert resting.status == 409
        assert "riposa un quarto d'ora" in resting.words
        time.shift(15 * 60 + 1)
        assert hand_over(bruno, carla.token, "4071").status == 200


@pytest.mark.parametrize("pin", ["1234", "0000", "1985", "2580", "12", "12a4", "12345", "٤٠٧١"])
def test_what_anybody_would_guess_is_not_taken(carla, hers, pin):
    page = choose(hers, carla, pin)
    assert page.status == 422
    assert "Hai un PIN" not in hers.get(f"/c/{carla.ref}/pin").words


def test_it_can_be_given_up_again(carla, hers, bruno):
    choose(hers, carla, "4071")
    hers.submit(hers.get(f"/c/{carla.ref}/pin"), "/pin/none")
    assert hand_over(bruno, carla.token).status == 200


def test_nobody_else_chooses_it(carla, hers, anybody):
    assert anybody.get(f"/c/{carla.ref}/pin").status == 403
    answer = anybody.client.post(f"/c/{carla.ref}/pin", data={"pin": "4071"})
    assert answer.status_code in (400, 403)
