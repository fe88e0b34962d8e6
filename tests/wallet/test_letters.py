"""The links of a letter: no more of these, by a button or the mail program; and the letter."""

import pytest
import sqlalchemy as sa

from loyalty.campaigns import suppression, tokens
from loyalty.core import clock
from loyalty.customers import consents, directory
from loyalty.customers.consents import Purpose
from loyalty.customers.models import ConsentEvent
from loyalty.persons import erasure
from tests.pages import Visitor
from tests.worker.writing import GIFT, Desk

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def desk(shop, monkeypatch):
    """A shop that writes; everybody's clock shows its time."""
    desk = Desk(shop)
    monkeypatch.setattr(clock, "now", lambda: desk.now)
    return desk


@pytest.fixture
def anna(desk):
    """Somebody who has got a letter."""
    card = desk.customer("Anna")
    desk.launch(offer=GIFT)
    desk.work()
    return card


def path(desk, number=-1):
    """Where the link of a letter leads."""
    (message_id,) = desk.messages("id")[number]
    return f"/u/{tokens.of(message_id, desk.database.settings.secret)}"


def agrees(desk, card):
    with desk.database.read() as session:
        said = consents.of(session, merchant_id=desk.shop.merchant_id, customer_ref=card.customer)
    return said[Purpose.MARKETING]


def test_a_look_changes_nothing_and_the_button_ends_the_letters(desk, anna, anybody: Visitor):
    page = anybody.get(path(desk))
    assert page.status == 200
    assert "anna" not in page.words.lower()
    assert agrees(desk, anna)
    done = anybody.submit(page, "/u/")
    assert "Non ricevi più lettere" in done.words
    assert agrees(desk, anna) is False


def test_a_mail_program_unsubscribes_in_one_click_with_no_cookie_and_again(desk, anna, app):
    for _ in range(2):
        response = app.test_client().post(path(desk), data=ONE_CLICK)
        assert response.status_code == 200
    multipart = app.test_client().post(
        path(desk), data=ONE_CLICK, content_type="multipart/form-data"
    )
    assert multipart.status_code == 200
    with desk.database.read() as session:
        said = session.execute(sa.select(ConsentEvent.given)).scalars().all()
    assert said == [True, False]  # one word is kept once


def test_a_link_that_is_not_ours_gets_no_error_and_ends_nothing(desk, anna, app):
    client = app.test_client()
    stale = path(desk)[:-1] + ("0" if path(desk)[-1] != "0" else "1")
    assert client.post(stale, data=ONE_CLICK).status_code == 200
    assert client.post("/u/x", data=ONE_CLICK).status_code == 200
    assert client.get(stale).status_code == 404
    assert agrees(desk, anna)


def test_who_pressed_by_mistake_says_so_and_gets_letters_again(desk, anna, anybody: Visitor):
    done = anybody.submit(anybody.get(path(desk)), "/u/")
    back = anybody.submit(done, "/u/")
    assert "Ricevi di nuovo le lettere" in back.words
    assert agrees(desk, anna)
    desk.now = desk.now.replace(day=24)
    desk.launch()
    desk.work()
    assert desk.states() == {"sent": 2}


def test_an_old_file_does_not_bring_back_who_has_left(desk, anna, app):
    app.test_client().post(path(desk), data=ONE_CLICK)
    desk.now = desk.now.replace(day=24)
    desk.say(anna.customer, given=True, source="import")
    desk.customer("Bea")
    desk.launch()
    desk.work()
    assert sorted(desk.messages()) == [
        ("sent", "kept"),
        ("sent", "kept"),
        ("skipped", "suppressed"),
    ]


def test_a_forgotten_person_stays_suppressed_when_they_come_in_again(desk, anna, app):
    app.test_client().post(path(desk), data=ONE_CLICK)
    with desk.database.write() as session:
        erasure.erase(session, duty=desk.shop.owner, customer_ref=anna.customer, at=desk.now)
    assert app.test_client().get(path(desk).replace("/u/", "/m/")).status_code == 404
    again = desk.customer("Anna", "anna@example.it")
    with desk.database.read() as session:
        assert suppression.find(
            session,
            merchant_id=desk.shop.merchant_id,
            address_hash=suppression.hash_of("Anna@Example.it"),
        )
        directory.find(session, merchant_id=desk.shop.merchant_id, customer_ref=again.customer)


def test_the_letter_in_the_browser_says_what_the_mail_said(desk, anna, anybody: Visitor):
    page = anybody.get(path(desk).replace("/u/", "/m/"))
    assert page.status == 200
    assert "Ciao cliente!" in page.words  # the link may be passed on: it says no name
    assert "Mostra questo codice alla cassa" in page.words
