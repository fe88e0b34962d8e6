"""The owner's page of tills: who has which phone, and the way to end it."""

import re

import pytest
import sqlalchemy as sa

from loyalty.merchants.models import StaffAct
from tests.builders import PASSWORD
from tests.pages import Visitor
from tests.tills import (
    PIN,
    add_manager,
    add_till,
    choose_pin,
    join,
    later,
    link_of,
    lock,
    open_with,
)


@pytest.fixture
def phone(app, aurora, shop) -> Visitor:
    """The till "Cassa 7", opened by Bruno with his PIN."""
    phone = Visitor(app)
    join(phone, add_till(aurora, "Cassa 7", location="Centro"))
    choose_pin(phone, shop.cashier_email, PIN)
    return phone


def acts(shop):
    with shop.database.read() as session:
        return session.execute(sa.select(StaffAct.act).order_by(StaffAct.id)).scalars().all()


def test_without_tills_the_page_says_how_to_make_one(aurora):
    page = aurora.get("/portal/tills")
    assert "Ancora nessuna cassa" in page.words
    assert 'class="empty"' in page.html


def test_the_code_is_a_qr_of_the_link_and_both_are_shown_once(aurora):
    page = aurora.submit(aurora.get("/portal/tills"), "/portal/tills", name="Banco")
    assert "Inquadralo con il telefono che diventa «Banco»" in page.words
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in page.html
    assert "aspetta il telefono" in page.words
    again = aurora.get("/portal/tills")
    assert "/till/join/" not in again.html
    renewed = aurora.submit(again, "/link")
    assert link_of(renewed) != link_of(page)


def test_a_code_that_is_over_says_so_and_is_made_anew(app, aurora, monkeypatch):
    first = add_till(aurora)
    later(monkeypatch, minutes=11)
    page = aurora.get("/portal/tills")
    assert "codice scaduto" in page.words
    second = link_of(aurora.submit(page, "/link"))
    phone = Visitor(app)
    assert phone.get(first).status == 404
    assert join(phone, second).path == "/till/people"


def test_a_till_without_a_name_is_asked_for_it(aurora):
    page = aurora.submit(aurora.get("/portal/tills"), "/portal/tills", name=" ")
    assert page.status == 422
    assert "Nome della cassa: Manca." in page.words


def test_the_owner_sees_where_it_is_who_used_it_and_who_added_it(phone, aurora):
    words = aurora.get("/portal/tills").words
    assert "Cassa 7" in words
    assert "Se il negozio ha più sedi: Centro." in words
    assert re.search(r"Vista l'ultima volta: .* · Bruno", words)
    assert "Centro · Aggiunta da Aurora" in words
    assert "in uso" in words
    assert "Bruno ha scelto il suo PIN" in words


def test_the_owner_unlocks_a_pin(phone, aurora, shop):
    lock(phone)
    for _ in range(5):
        open_with(phone, "Bruno", "9999")
    page = aurora.get("/portal/tills")
    assert "PIN bloccato" in page.words
    assert "Cinque PIN sbagliati: bloccato" in page.words
    freed = aurora.submit(page, "/unlock/")
    assert "PIN bloccato" not in freed.words
    assert open_with(phone, "Bruno", PIN).path == "/till/"


def test_everything_about_a_till_is_in_the_staff_log(phone, aurora, shop):
    aurora.submit(aurora.get("/portal/tills"), "/revoke")
    assert acts(shop) == ["device.add", "device.join", "pin.choose", "device.revoke"]
    words = aurora.get("/portal/tills").words
    assert "Aurora ha tolto una cassa" in words
    assert "Ancora nessuna cassa" in words


def test_a_manager_keeps_tills_too_and_a_cashier_does_not(app, shop, bruno, aurora):
    add_manager(shop, "Davide")
    davide = Visitor(app)
    davide.sign_in("davide@example.it", PASSWORD)
    assert "/portal/tills" in davide.get("/portal/").links
    assert add_till(davide)
    assert bruno.get("/portal/tills").status == 403


def test_a_stranger_does_nothing_to_our_tills(phone, dario, aurora):
    html = aurora.get("/portal/tills").html
    device = re.search(r"dev_[0-9A-Z]{26}", html)[0]
    token = dario.get("/portal/tills").form("/sign-out").fields
    staff = re.search(r"stf_[0-9A-Z]{26}", phone.get("/till/people").html)[0]
    for deed in ("link", "revoke", f"unlock/{staff}"):
        assert dario.post(f"/portal/tills/{device}/{deed}", token).status == 404, deed
    assert "Cassa 7" not in dario.get("/portal/tills").words
    assert phone.get("/till/").status == 200


def test_the_owner_says_how_many_rewards_go_without_network(aurora, shop):
    page = aurora.get("/portal/tills")
    assert page.form("offline").fields["rewards"] == "0"
    page = aurora.submit(page, "offline", rewards="3")
    assert page.form("offline").fields["rewards"] == "3"
    assert acts(shop)[-1] == "rewards.offline"
    assert "ha cambiato i premi senza rete" in page.words
    wrong = aurora.submit(page, "offline", rewards="21")
    assert wrong.status == 422
    assert wrong.form("offline").fields["rewards"] == "21"
    assert aurora.get("/portal/tills").form("offline").fields["rewards"] == "3"
