"""An address counts once its owner has said so: by a button, never by a look."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.core.mail import Mail
from loyalty.customers import directory, mailing
from loyalty.customers.models import Customer
from tests.pages import Visitor


@pytest.fixture
def joined(shop, app):
    """Somebody joins with this address and ticks marketing; the path of the link they were sent."""

    def join(address="anna@example.it", visitor=None):
        visitor = visitor or Visitor(app)
        page = visitor.get(f"/j/{shop.programs['points']}")
        typed = {"age": "1", "marketing": "1", "contact": address, "name": "Anna"}
        assert visitor.submit(page, "/j/", **typed).status == 200
        mail = mails(shop)[-1]
        assert mail.facts["link"].startswith("http://127.0.0.1:8000/j/ok/")
        return mail.facts["link"].removeprefix("http://127.0.0.1:8000")

    return join


def mails(shop):
    with shop.database.read() as session:
        found = list(session.execute(sa.select(Mail).order_by(Mail.id)).scalars())
        session.expunge_all()
        return found


def customer(shop):
    with shop.database.read() as session:
        found = session.execute(sa.select(Customer).order_by(Customer.id.desc())).scalars().first()
        session.expunge_all()
        return found


def mailable(shop):
    anna = customer(shop)
    with shop.database.read() as session:
        found = mailing.reach(session, merchant_id=shop.merchant_id, customer_ids=[anna.id])
    return found.keys() == {anna.id}


def change(shop, email):
    with shop.database.write() as session:
        directory.change(
            session,
            merchant_id=shop.merchant_id,
            customer_ref=ref("cus", customer(shop).id),
            changes={"email": email},
        )


def test_the_mail_is_owed_with_the_card_and_says_which_shop(shop, joined):
    joined()
    (mail,) = mails(shop)
    assert (mail.kind, mail.address, mail.language) == ("confirm_email", "anna@example.it", "it")
    assert mail.facts.items() >= {"shop": "Caffè Aurora", "hours": 72}.items()
    assert mail.customer_id == customer(shop).id


def test_a_look_confirms_nothing_and_the_button_does(shop, app, joined):
    link, anna = joined(), Visitor(app)
    for _ in range(3):
        page = anna.get(link)
        assert page.status == 200
        assert "Anna" not in page.html
        assert "anna@" not in page.html
        assert Visitor(app).client.head(link).status_code == 200
    assert not mailable(shop)
    done = anna.submit(page, "/j/ok/")
    assert "Grazie" in done.words
    assert mailable(shop)
    assert customer(shop).email_confirmed_at is not None


def test_a_second_press_changes_nothing(shop, app, joined):
    link = joined()
    phone = Visitor(app)
    page = phone.get(link)
    phone.submit(page, "/j/ok/")
    first = customer(shop).email_confirmed_at
    assert phone.submit(page, "/j/ok/").status == 200
    assert customer(shop).email_confirmed_at == first


def test_the_link_ends_after_three_days(shop, app, joined, monkeypatch):
    link, anna = joined(), Visitor(app)
    page = anna.get(link)
    later = clock.now() + timedelta(hours=72, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert anna.submit(page, "/j/ok/").status == 404
    assert "Questo link non vale più" in Visitor(app).get(link).words
    assert not mailable(shop)


@pytest.mark.parametrize("token", ["x", "0" * 26, "0" * 10_000, "%00", "crd_" + "0" * 26])
def test_a_guessed_link_says_no_more_than_an_old_one(app, token):
    page = Visitor(app).get(f"/j/ok/{token}")
    assert page.status == 404


def test_another_address_is_unproven_and_the_old_link_is_over(shop, app, joined):
    link = joined()
    phone = Visitor(app)
    page = phone.get(link)
    phone.submit(page, "/j/ok/")
    change(shop, "Anna@Example.it")
    assert mailable(shop)
    change(shop, "other@example.it")
    assert not mailable(shop)
    assert phone.submit(page, "/j/ok/").status == 404
    assert not mailable(shop)


def test_whoever_was_forgotten_confirms_nothing(shop, app, joined):
    phone = Visitor(app)
    page = phone.get(joined())
    with shop.database.write() as session:
        directory.erase(
            session,
            merchant_id=shop.merchant_id,
            customer_ref=ref("cus", customer(shop).id),
            at=clock.now(),
        )
    assert phone.submit(page, "/j/ok/").status == 404
    assert customer(shop).email_confirmed_at is None


def test_only_whoever_proved_the_address_hears_of_another_card(shop, app, joined):
    shop.card("points", email="anna@example.it", at=clock.now())
    phone = Visitor(app)
    page = phone.get(joined())
    assert "più di una carta" not in page.words
    assert "più di una carta" in phone.submit(page, "/j/ok/").words


def test_nobody_fills_a_strangers_mailbox(shop, app, joined):
    for _ in range(3):
        joined("victim@example.it")
    assert len(mails(shop)) == 3
    joined("victim@example.it")
    assert len(mails(shop)) == 3
    joined("other@example.it")
    assert len(mails(shop)) == 4
