"""Who stands where: some people open the till only at the locations that they were given."""

import pytest
import sqlalchemy as sa

from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.merchants import stations
from loyalty.merchants.models import Location
from tests.pages import Visitor
from tests.tills import add_manager, add_till, choose_pin, join, lock, tap


@pytest.fixture
def tills(app, aurora):
    """Two phones that are tills, at two places."""
    made = {}
    for place in ("Centro", "Stazione"):
        made[place] = Visitor(app)
        join(made[place], add_till(aurora, name=f"Banco {place}", location=place))
    return made


def only_at(shop, place, staff_id=None):
    with shop.database.write() as session:
        found = session.execute(
            sa.select(Location.id).where(
                Location.merchant_id == shop.merchant_id, Location.name == place
            )
        ).scalar_one()
        stations.assign(
            session,
            duty=shop.owner,
            staff_id=staff_id or shop.cashier.staff_id,
            places=[found],
            at=clock.now(),
        )
    return ref("loc", found)


def test_somebody_of_the_centre_opens_the_till_there_and_not_at_the_station(shop, tills):
    only_at(shop, "Centro")
    assert choose_pin(tills["Centro"], shop.cashier_email, "4071").path == "/till/"
    away = tills["Stazione"].sign_in_at("/sign-in?next=/till/", shop.cashier_email)
    assert away.status == 403
    assert "Lavori in altre sedi" in away.words
    assert "Bruno" not in tills["Stazione"].get("/till/people").words
    assert "Bruno" in tills["Centro"].get("/till/people").words


def test_who_is_given_another_place_is_out_at_once(shop, tills):
    phone = tills["Centro"]
    choose_pin(phone, shop.cashier_email, "4071")
    only_at(shop, "Stazione")
    away = phone.get("/till/")
    assert away.status == 403
    phone.submit(away, "/till/lock")
    assert "Bruno" not in phone.get("/till/people").words


def test_an_ordinary_browser_stands_nowhere(shop, tills, bruno):
    assert bruno.get("/till/").status == 200
    only_at(shop, "Centro")
    assert bruno.get("/till/").status == 403


def test_a_manager_of_one_place_sees_and_changes_the_tills_of_that_place(app, shop, tills, aurora):
    add_manager(shop, "Marta")
    marta = Visitor(app)
    marta.sign_in("marta@example.it")
    with shop.database.read() as session:
        from loyalty.merchants import accounts

        staff_id = accounts.find_sign_in(session, email="marta@example.it").staff_id
    only_at(shop, "Centro", staff_id)
    page = marta.get("/portal/tills")
    assert "Banco Centro" in page.words
    assert "Banco Stazione" not in page.words
    theirs = next(
        form.action for form in aurora.get("/portal/tills").forms
        if form.action.endswith("/revoke") and form.action not in {f.action for f in page.forms}
    )  # fmt: skip
    token = page.form("/sign-out").fields["csrf_token"]
    assert marta.post(theirs, {"csrf_token": token}).status == 404


def test_places_are_chosen_on_the_persons_page(shop, tills, aurora):
    path = f"/portal/staff/{shop.cashier.actor}"
    page = aurora.get(path)
    fields = page.form(path).fields
    centre = next(
        line.split('"')[0] for line in page.html.split('name="places" value="')[1:]
        if "Centro" in line[:200]
    )  # fmt: skip
    saved = aurora.post(path, {**fields, "places": centre})
    assert saved.status == 200
    assert "Cassa · Centro" in aurora.get("/portal/staff").words
    alien = aurora.post(path, {**fields, "places": "loc_" + "0" * 26})
    assert alien.status == 404


def test_a_pin_chosen_before_counts_only_where_they_stand(shop, tills):
    phone = tills["Centro"]
    choose_pin(phone, shop.cashier_email, "4071")
    lock(phone)
    keypad = tap(phone, "Bruno")
    only_at(shop, "Stazione")
    assert phone.submit(keypad, "/till/people/", pin="4071").path == "/till/people"
    assert phone.get("/till/").path == "/till/people"
