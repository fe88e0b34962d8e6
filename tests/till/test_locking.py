"""A session at a till is for the till, locks when nobody is there, and ends with it."""

import pytest
import sqlalchemy as sa

from loyalty.core.ids import ref
from loyalty.ledger.models import Operation
from loyalty.merchants.models import Device
from loyalty.web.guard import guard_of
from tests.pages import Visitor
from tests.tills import PIN, add_till, choose_pin, join, later, lock, open_with


def test_a_pin_opens_no_page_outside_the_till(app, phone, shop):
    choose_pin(phone, shop.owner_email, "830174")  # the owner, who may open them all
    tried = 0
    for rule in app.url_map.iter_rules():
        guard = guard_of(app.view_functions[rule.endpoint])
        if guard is None or guard.kind != "staff" or rule.endpoint.startswith("till."):
            continue
        path = rule.build(dict.fromkeys(rule.arguments, "x"))[1]
        for method in {"GET", "POST"} & rule.methods:
            token = phone.get("/till/").form("/till/lock").fields
            answer = phone.client.open(path, method=method, data=token)
            assert answer.status_code == 303, (method, path)
            assert answer.headers["Location"].startswith("/sign-in"), (method, path)
            tried += 1
    assert tried > 15
    assert phone.get("/till/").status == 200
    assert phone.get("/portal/").path == "/sign-in"  # asks for the password, and does not go round


def test_who_is_dismissed_is_out_of_the_till_at_once(at_till, aurora, shop):
    page = aurora.get(f"/portal/staff/{shop.cashier.actor}")
    aurora.submit(page, f"{shop.cashier.actor}/dismiss")
    names = at_till.get("/till/")
    assert names.path == "/till/people"
    assert "Bruno" not in names.words


def test_a_qr_read_with_the_phones_own_camera_offers_the_till(at_till, shop):
    card = shop.card("points", name="Carla")
    page = at_till.get(f"/C/{card.token}")
    assert page.has_form("/till/look-up")


@pytest.mark.parametrize("by", ["pin", "password"])
def test_ten_idle_minutes_lock_the_till(at_till, shop, monkeypatch, by):
    if by == "password":
        lock(at_till)
        at_till.sign_in_at("/sign-in?next=/till/", shop.cashier_email)
    later(monkeypatch, minutes=9)
    assert at_till.get("/till/here").status == 200
    later(monkeypatch, minutes=9)
    assert at_till.get("/till/today").path == "/till/today"
    later(monkeypatch, minutes=11)
    assert at_till.get("/till/today").path == "/till/people"


def test_what_a_page_asks_by_itself_keeps_nobody_in(at_till, monkeypatch):
    later(monkeypatch, minutes=6)
    by_itself = at_till.client.get("/till/today", headers={"X-By-Itself": "1"})
    assert by_itself.status_code == 200
    later(monkeypatch, minutes=6)
    assert at_till.get("/till/").path == "/till/people"


def test_a_day_at_the_till_has_fourteen_hours(at_till, monkeypatch):
    for _ in range(105):
        later(monkeypatch, minutes=8)
        at_till.client.get("/till/here")
    assert at_till.get("/till/").path == "/till/people"


def test_an_ordinary_browser_does_not_lock_but_after_an_idle_hour_asks_again(bruno, monkeypatch):
    for _ in range(4):
        later(monkeypatch, minutes=50)
        assert bruno.get("/till/").path == "/till/"
    later(monkeypatch, minutes=61)
    assert bruno.get("/till/").path == "/sign-in"


def test_a_session_does_not_go_to_another_phone(app, at_till):
    thief = Visitor(app)
    thief.client.set_cookie("loyalty", at_till.client.get_cookie("loyalty").value)
    assert thief.get("/till/").path == "/sign-in"


def test_what_is_recorded_names_the_till_and_where_it_stands(app, aurora, shop):
    phone = Visitor(app)
    join(phone, add_till(aurora, "Banco", location="Centro"))
    choose_pin(phone, shop.cashier_email, PIN)
    carla = shop.card("points", name="Carla")
    phone.submit(phone.look_up(carla.code), "/till/visits", amount="12,40")
    with shop.database.read() as session:
        made = session.execute(
            sa.select(Operation.actor, Operation.device, Operation.location_id).where(
                Operation.kind == "visit"
            )
        ).one()
        device = session.execute(
            sa.select(Device.id, Device.location_id, Device.last_staff_id)
        ).one()
    assert made.actor == shop.cashier.actor
    assert made.device == ref("dev", device.id)
    assert made.location_id == device.location_id is not None
    assert ref("stf", device.last_staff_id) == shop.cashier.actor


# --- a till that is taken out --------------------------------------------------------------------


@pytest.mark.parametrize("by", ["pin", "password"])
def test_a_till_that_is_taken_out_ends_at_once_and_says_what_to_do(at_till, aurora, shop, by):
    if by == "password":
        lock(at_till)
        at_till.sign_in_at("/sign-in?next=/till/", shop.cashier_email)
    aurora.submit(aurora.get("/portal/tills"), "/revoke")
    page = at_till.get("/till/today")
    assert page.status == 410
    assert "stato tolto dalle casse" in page.words
    assert "quello che questo telefono non ha ancora inviato resta qui" in page.words
    assert at_till.post(f"/till/people/{shop.cashier.actor}", {"pin": PIN}).status == 400
    home = at_till.sign_in_at("/sign-in?next=/till/", shop.cashier_email)
    assert home.path == "/till/"  # with a password, like any browser
    assert not home.has_form("/till/lock")


def test_a_phone_that_was_taken_out_becomes_a_till_again(at_till, aurora):
    aurora.submit(aurora.get("/portal/tills"), "/revoke")
    assert at_till.get("/till/").status == 410
    assert join(at_till, add_till(aurora, "Di nuovo")).path == "/till/people"
    assert open_with(at_till, "Bruno", PIN).status == 422  # its PINs were of the till before


def test_after_ninety_days_asleep_a_till_says_so(at_till, monkeypatch):
    later(monkeypatch, days=90, minutes=1)
    page = at_till.get("/till/")
    assert page.status == 410
    assert "non si usa da 90 giorni" in page.words
