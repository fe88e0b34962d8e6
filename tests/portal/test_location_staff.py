"""Who works at a place, read and changed on the place's own page."""

import re

import pytest

from loyalty.core import clock
from loyalty.core.ids import parse_ref
from loyalty.merchants import places, stations
from loyalty.merchants.roles import Role
from loyalty.merchants.sessions import FRESH_MINUTES
from tests.pages import Visitor
from tests.tills import add_manager, hire, later


@pytest.fixture
def two(shop):
    """A market and a square, in a shop whose cashier is Bruno."""
    with shop.database.write() as session:
        return [
            places.add(session, duty=shop.owner, name=name, at=clock.now())
            for name in ("Mercato", "Piazza")
        ]


def page_of(place):
    return f"/portal/locations/{place}"


def send(visitor, place, people):
    """The page's form with exactly these people ticked."""
    page = visitor.get(page_of(place))
    form = page.form(f"{page_of(place)}/staff")
    was = re.findall(r'name="was" value="(\w+)"', page.html)
    data = {"csrf_token": form.fields["csrf_token"], "people": people, "was": was}
    return visitor.post(f"{page_of(place)}/staff", data)


def where(shop):
    with shop.database.read() as session:
        staff_id = parse_ref("stf", shop.cashier.actor)
        return stations.of_person(session, merchant_id=shop.merchant_id, staff_id=staff_id)


def test_the_page_says_who_stands_here_and_in_which_role(shop, aurora, two):
    words = aurora.get(page_of(two[0])).words
    assert "Chi lavora qui" in words
    assert "Bruno Cassa · in ogni sede" in words
    assert "chi è titolare sta ovunque" in words


def test_whoever_is_unticked_stands_at_the_other_places_only(shop, aurora, two):
    page = send(aurora, two[0], [])
    assert where(shop) == {parse_ref("loc", two[1])}
    assert "Bruno Cassa · in altre sedi" in page.words
    send(aurora, two[0], [shop.cashier.actor])
    assert where(shop) == {parse_ref("loc", place) for place in two}


def test_nobody_is_left_without_a_place(shop, aurora, two):
    send(aurora, two[0], [])
    page = send(aurora, two[1], [])
    assert "deve stare in un'altra sede" in page.words
    assert where(shop) == {parse_ref("loc", two[1])}


def test_what_somebody_else_changed_meanwhile_stays(shop, aurora, two):
    anna = hire(shop, Role.CASHIER, "Anna")
    page = aurora.get(page_of(two[0]))
    send(aurora, two[0], [anna])
    form = page.form(f"{page_of(two[0])}/staff")
    everybody = [anna, shop.cashier.actor]
    aurora.post(
        f"{page_of(two[0])}/staff",
        {"csrf_token": form.fields["csrf_token"], "people": everybody, "was": everybody},
    )
    assert where(shop) == {parse_ref("loc", two[1])}


def test_with_one_place_there_is_nothing_to_choose(shop, aurora):
    with shop.database.write() as session:
        only = places.add(session, duty=shop.owner, name="Mercato", at=clock.now())
    page = aurora.get(page_of(only))
    assert "Con una seconda sede" in page.words
    assert not page.has_form(f"{page_of(only)}/staff")


def test_a_manager_sees_the_place_and_not_the_staff(app, shop, two, aurora):
    add_manager(shop, "Marta")
    marta = Visitor(app)
    marta.sign_in("marta@example.it")
    page = marta.get(page_of(two[0]))
    assert page.status == 200
    assert "Chi lavora qui" not in page.words


def test_changing_it_asks_again_who_it_is(shop, aurora, two, monkeypatch):
    later(monkeypatch, minutes=FRESH_MINUTES + 1)
    page = send(aurora, two[0], [])
    assert "Sei tu?" in page.words
    assert where(shop) == frozenset()
