"""Each card wears the look of its own shop, within the weight that a card may have."""

import gzip
import re

from loyalty.core import clock
from loyalty.merchants import card_looks
from loyalty.merchants.card_looks import Look

NIGHT = Look("#1b2440", "#f7f8fc", "#8fb8ff", "paw-print")
LEMON = Look("#f7dd72", "#33290a", "#6b4a00", "scissors")


def wear(shop, look):
    with shop.database.write() as session:
        card_looks.save(session, duty=shop.owner, look=look, based_on=0, at=clock.now())


def test_the_card_is_drawn_whole_without_javascript(shop, phone):
    wear(shop, NIGHT)
    carla = shop.card("stamps", name="Carla", at=clock.now())
    shop.visit(carla, coffees=7, at=clock.now())
    page = phone(carla).get(f"/c/{carla.ref}")
    assert "look-1b2440-f7f8fc-8fb8ff" in page.html
    assert page.html.count('href="#stamp"') == 8  # seven stamps, and the sign on top
    assert page.html.count('id="stamp"') == 1
    assert "style=" not in page.html
    assert len(gzip.compress(page.html.encode())) <= 6 * 1024


def test_the_code_stays_black_on_white_whatever_the_colours(shop, phone):
    wear(shop, LEMON)
    carla = shop.card("stamps", name="Carla", at=clock.now())
    visitor = phone(carla)
    sheet = re.search(r'href="(/c/look/[^"]+)"', visitor.get(f"/c/{carla.ref}").html)[1]
    rules = visitor.client.get(sheet).text
    assert "qr" not in rules
    assert "light-dark" not in rules  # old phones know plain colours only
    assert len(rules) < 1024


def test_in_the_wallet_each_card_has_the_colours_of_its_shop(shop, stranger, annas_phone):
    wear(shop, NIGHT)
    wear(stranger, LEMON)
    page = annas_phone.get("/w")
    sheet = re.search(r'href="(/c/look/[^"]+)"', page.html)[1]
    rules = annas_phone.client.get(sheet).text
    for name in ("look-1b2440-f7f8fc-8fb8ff", "look-f7dd72-33290a-6b4a00"):
        assert f"mini-pass {name}" in page.html
        assert f".{name}{{" in rules
