"""Favourite products: one tap says what it was, where that changes what is earned."""

import pytest
import sqlalchemy as sa

from loyalty.core.clock import now
from loyalty.counter.models import VisitLine
from loyalty.counter.requests import LineRequest
from loyalty.customers import consents
from loyalty.customers.consents import Consent, Purpose
from tests.programs import POINTS, STAMPS, with_changes

ESPRESSO = LineRequest("ESP", "Espresso", "coffee")
ORZO = LineRequest("ORZ", "Caffè d'orzo", "coffee")
BUN = LineRequest("BUN", "Cornetto", "pastry")


def agree(shop, card, purpose=Purpose.PROFILING):
    with shop.database.write() as session:
        consents.record(
            session,
            duty=shop.cashier,
            customer_ref=card.customer,
            consent=Consent(purpose, given=True, text_id="t", source="counter"),
            at=now(),
        )


def chips(page):
    """What may be chosen, in order, by what it is called."""
    picks = page.html.partition('<fieldset class="picks">')[2].partition("</fieldset>")[0]
    return [part.partition("</span>")[0] for part in picks.split("<span>")[1:]]


def lines_in(shop):
    with shop.database.read() as session:
        return session.execute(
            sa.select(
                VisitLine.sku, VisitLine.item, VisitLine.category, VisitLine.quantity_milli
            ).order_by(VisitLine.visit_id.desc())
        ).first()


@pytest.fixture
def carla(shop):
    """Carla takes barley coffee; everybody else takes espresso."""
    card = shop.card("stamps", name="Carla")
    shop.visit(card, lines=[ORZO, BUN], at=now())
    for _ in range(3):
        shop.visit(shop.card("stamps"), lines=[ESPRESSO], at=now())
    return card


def test_who_has_agreed_sees_their_own_favourite_first(shop, bruno, carla):
    agree(shop, carla)
    assert chips(bruno.look_up(carla.code)) == ["Caffè d&#39;orzo", "Espresso", "Coffee"]


def test_to_all_others_the_shops_favourites_are_shown(shop, bruno, carla):
    assert chips(bruno.look_up(carla.code)) == ["Espresso", "Caffè d&#39;orzo", "Coffee"]


def test_one_tap_says_what_it_was(shop, bruno, carla):
    page = bruno.look_up(carla.code)
    product = "sku=ESP&item=Espresso&category=coffee"
    assert product.replace("&", "&amp;") in page.html
    receipt = bruno.submit(page, "/till/visits", product=product, quantity="2")
    assert "+2 timbri per Carla" in receipt.words
    assert lines_in(shop) == ("ESP", "Espresso", "coffee", 2_000)


def test_without_a_tap_it_is_no_product_in_particular(shop, bruno, carla):
    receipt = bruno.submit(bruno.look_up(carla.code), "/till/visits", quantity="1")
    assert "+1 timbro per Carla" in receipt.words.replace("+1 ", "+1 ")
    assert lines_in(shop) == (None, None, "coffee", 1_000)


def test_a_mistake_in_the_form_keeps_what_was_chosen(shop, bruno, carla):
    page = bruno.look_up(carla.code)
    again = bruno.submit(page, "/till/visits", product="sku=ESP&category=coffee", quantity="x")
    assert again.status == 422


def test_a_product_that_only_a_rule_names_can_be_chosen(shop, bruno):
    earn = [{**STAMPS["earn"][0], "when": {"skus": ["TEA", "ESP"]}}]
    shop.program("teas", with_changes(STAMPS, earn=earn))
    card = shop.card("teas", name="Anna")
    page = bruno.look_up(card.code)
    assert chips(page) == ["ESP", "TEA", "Altro"]
    receipt = bruno.submit(page, "/till/visits", product="sku=TEA", quantity="1")
    assert "timbro per Anna" in receipt.words


def test_where_no_pieces_count_nothing_is_asked(shop, bruno):
    card = shop.card("points", name="Anna")
    shop.visit(card, 500, lines=[LineRequest("ESP", "Espresso", "coffee", 1_000, 500)], at=now())
    assert chips(bruno.look_up(card.code)) == []


SWEET = {
    "key": "sweet",
    "unit": "points",
    "multiply_percent": 200,
    "when": {"categories": ["pastry"]},
}


def test_where_money_counts_a_bonus_by_category_takes_one_tap_and_never_comes_by_mistake(
    shop, bruno
):
    shop.program("sweet", with_changes(POINTS, earn=[*POINTS["earn"], SWEET]))
    card = shop.card("sweet", name="Anna")
    page = bruno.look_up(card.code)
    assert chips(page) == ["Pastry", "Altro"]
    plain = bruno.submit(page, "/till/visits", amount="5")
    assert "+5 punti per Anna" in plain.words
    again = bruno.look_up(card.code)
    bonus = bruno.submit(again, "/till/visits", amount="5", product="category=pastry")
    assert "+10 punti per Anna" in bonus.words


@pytest.mark.parametrize("product", ["sku=" + "x" * 200, "nonsense", "amount_minor=5"])
def test_what_is_not_a_product_of_the_form_is_left_out(shop, bruno, carla, product):
    page = bruno.look_up(carla.code)
    assert bruno.submit(page, "/till/visits", product=product, quantity="1").status == 200
    assert lines_in(shop) == (None, None, None, 1_000)
