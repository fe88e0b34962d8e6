"""Who stands at the till: a phone that is one opens with a PIN."""

import re

import pytest
import sqlalchemy as sa

from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.merchants import accounts
from loyalty.merchants.models import StaffAct
from loyalty.merchants.roles import Role
from tests.pages import Visitor
from tests.tills import PIN, add_till, choose_pin, join, later, link_of, lock, open_with, tap

# --- a phone becomes a till ----------------------------------------------------------------------


def test_looking_at_the_link_burns_nothing_and_the_button_works_once(app, aurora):
    link = add_till(aurora, "Terrazza")
    phone, second = Visitor(app), Visitor(app)
    for _ in range(3):
        assert "diventa la cassa «Terrazza»" in phone.get(link).words
    waiting = second.get(link)
    assert join(phone, link).path == "/till/people"
    late = second.submit(waiting, "/till/join/")
    assert late.status == 404
    assert "Questo codice non vale più" in late.words
    assert second.get("/till/").path == "/sign-in"


def test_the_cookie_of_a_till_is_for_no_script_and_lasts_ninety_days(app, aurora):
    phone = Visitor(app)
    page = phone.get(add_till(aurora))
    answer = phone.client.post(page.path, data=page.form("/till/join/").fields)
    (cookie,) = [one for one in answer.headers.getlist("Set-Cookie") if one.startswith("till=")]
    for flag in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=7776000"):
        assert flag in cookie


def test_a_link_of_ten_minutes_ago_is_used_up(app, aurora, monkeypatch):
    link = add_till(aurora)
    later(monkeypatch, minutes=10)
    assert Visitor(app).get(link).status == 404


def test_who_signs_in_on_the_till_is_offered_a_pin_and_may_leave_it(phone, shop):
    page = phone.sign_in_at("/sign-in?next=/till/", shop.cashier_email)
    assert page.path == "/till/pin"
    assert "/till/" in page.links
    assert phone.get("/till/").status == 200


def test_a_first_password_chosen_on_the_till_leads_to_a_first_pin(phone, aurora):
    page = aurora.submit(
        aurora.get("/portal/staff"), "/portal/staff", name="Gino", email="gino@example.it"
    )
    link = re.search(r"(/start/[0-9A-Z]+)", page.html)[1]
    landed = phone.submit(phone.get(link), "/start/", password="tre parole in fila")
    assert landed.path == "/till/pin"


def test_signing_out_of_a_till_leads_back_to_the_names(at_till):
    assert at_till.submit(at_till.get("/till/"), "/sign-out").path == "/till/people"


def test_on_any_other_browser_nobody_speaks_of_pins(bruno):
    home = bruno.get("/till/")
    assert "PIN" not in home.words
    assert not home.has_form("/till/lock")
    assert bruno.get("/till/pin").path == "/till/"
    assert Visitor(bruno.app).get("/till/people").path == "/sign-in"


# --- PINs ----------------------------------------------------------------------------------------


def test_a_name_and_a_pin_open_the_till(at_till, shop):
    assert at_till.get("/till/").status == 200
    names = lock(at_till)
    assert names.path == "/till/people"
    assert "Bruno" in names.words
    assert "Aurora" in names.words
    home = open_with(at_till, "Bruno", PIN)
    assert home.path == "/till/"
    assert "Bruno" in home.words


def test_a_pin_brings_back_to_the_page_that_was_wanted(at_till):
    lock(at_till)
    names = at_till.get("/till/today")
    assert names.path == "/till/people"
    (bruno,) = [link for link in names.links if "/people/" in link and "stf_" in link][1:]
    wrong = at_till.submit(at_till.get(bruno), "/till/people/", pin="9999")
    assert wrong.status == 422
    assert at_till.submit(wrong, "/till/people/", pin=PIN).path == "/till/today"


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/", "/portal/"])
def test_a_pin_sends_nobody_elsewhere(at_till, elsewhere):
    lock(at_till)
    page = tap(at_till, "Bruno")
    fields = {**page.form("/till/people/").fields, "pin": PIN, "next": elsewhere}
    answer = at_till.client.post(page.path, data=fields)
    assert answer.headers["Location"] == "/till/"


@pytest.mark.parametrize(
    ("pin", "again", "said"),
    [
        ("1234", "1234", "Questo lo indovina chiunque"),
        ("0000", "0000", "Questo lo indovina chiunque"),
        ("12", "12", "Da 4 a 6 cifre"),
        ("4071", "4072", "I due PIN non sono uguali"),
    ],
)
def test_a_pin_that_will_not_do_is_refused_with_a_sentence(phone, shop, pin, again, said):
    page = phone.sign_in_at("/sign-in?next=/till/", shop.cashier_email)
    refused = phone.submit(page, "/till/pin", pin=pin, again=again)
    assert refused.status == 422
    assert said in refused.words
    assert f'value="{pin}"' not in refused.html


def test_a_wrong_pin_a_locked_one_and_nobodys_get_the_same_answer(at_till, shop):
    lock(at_till)
    wrong = open_with(at_till, "Bruno", "9999")
    for _ in range(4):
        open_with(at_till, "Bruno", "9999")
    locked = open_with(at_till, "Bruno", PIN)
    nobodys = open_with(at_till, "Aurora", "9999")
    sentences = {
        page.words.partition("Errore:")[2].partition("Apri la cassa")[0]
        for page in (wrong, locked, nobodys)
    }
    assert {page.status for page in (wrong, locked, nobodys)} == {422}
    assert len(sentences) == 1
    assert "bloccato dopo cinque tentativi sbagliati" in sentences.pop()


def test_the_password_unlocks_the_pin(at_till, shop):
    lock(at_till)
    for _ in range(5):
        open_with(at_till, "Bruno", "9999")
    assert open_with(at_till, "Bruno", PIN).status == 422
    page = at_till.sign_in_at("/sign-in?next=/till/", shop.cashier_email)
    assert page.path == "/till/"  # there is a PIN: none is asked for
    lock(at_till)
    assert open_with(at_till, "Bruno", PIN).path == "/till/"


def test_who_came_in_by_pin_needs_it_to_choose_another(at_till):
    page = at_till.get("/till/pin")
    refused = at_till.submit(page, "/till/pin", old="9999", pin="8301", again="8301")
    assert refused.status == 422
    changed = at_till.submit(page, "/till/pin", old=PIN, pin="8301", again="8301")
    assert changed.path == "/till/"
    lock(at_till)
    assert open_with(at_till, "Bruno", PIN).status == 422
    assert open_with(at_till, "Bruno", "8301").path == "/till/"


def test_only_who_uses_the_till_is_named_on_it(phone, shop):
    with shop.database.write() as session:
        token = accounts.invite_staff(
            session,
            merchant_id=shop.merchant_id,
            email="nadia@example.it",
            name="Nadia",
            role=Role.MARKETER,
            at=clock.now(),
        )
        accounts.accept_link(session, token=token, password_hash="x", at=clock.now())
        accounts.dismiss_staff(session, merchant_id=shop.merchant_id, staff_ref=shop.cashier.actor)
    words = phone.get("/till/people").words
    assert "Aurora" in words
    assert "Nadia" not in words
    assert "Bruno" not in words


def test_people_of_another_shop_do_not_open_this_till(at_till, stranger, app, dario):
    theirs = Visitor(app)
    join(theirs, add_till(dario, "Di Dario"))
    choose_pin(theirs, stranger.cashier_email, PIN)
    lock(at_till)
    page = tap(at_till, "Bruno")
    path = f"/till/people/{ref('stf', stranger.cashier.staff_id)}"
    answer = at_till.post(path, {**page.form("/till/people/").fields, "pin": PIN})
    assert answer.path == "/till/people"
    assert "Elio" not in answer.words
    # A password of that shop opens its own till in this browser too, as an ordinary one.
    home = at_till.sign_in_at("/sign-in?next=/till/", stranger.cashier_email)
    assert home.path == "/till/"
    assert at_till.get("/till/pin").path == "/till/"


def test_no_pin_stands_in_the_log(at_till, shop):
    with shop.database.read() as session:
        rows = session.execute(sa.select(StaffAct.act, StaffAct.facts)).all()
    assert "pin.choose" in [row.act for row in rows]
    assert PIN not in str(rows)


def test_a_link_is_shown_once(aurora):
    link = link_of(aurora.submit(aurora.get("/portal/tills"), "/portal/tills", name="Banco"))
    assert link not in aurora.get("/portal/tills").html
