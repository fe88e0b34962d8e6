"""The mail page: what would have been sent, what is on its way, and nobody else's."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from loyalty.core import clock, mail
from loyalty.core.ids import parse_ref
from loyalty.core.mail import Mail
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once

CONFIRM = {"shop": "Caffè Aurora", "link": "http://127.0.0.1:8000/j/ok/TOKEN", "hours": 48}


@pytest.fixture
def anna(shop):
    return shop.card(name="Anna", email="anna@example.it", at=clock.now())


def post(shop, *, whose=None, kind="confirm_email", to="anna@example.it", facts=None, times=1):
    owner = (shop.merchant_id, parse_ref("cus", whose.customer)) if whose else None
    for _ in range(times):
        with shop.database.write() as session:
            mail.post(
                session,
                kind=kind,
                to=to,
                language="it",
                facts=facts or CONFIRM,
                at=clock.now(),
                whose=owner,
            )
    once(shop.database, CHORES, at=clock.now())


def a_code(shop, to="anna@example.it"):
    post(shop, kind="sign_in_code", to=to, facts={"code": "123456", "minutes": 10})


def test_the_empty_page_says_what_will_be_here(aurora):
    page = aurora.get("/mail")
    assert "Ancora nessuna e-mail" in page.words
    assert "LOYALTY_SMTP_URL" in page.words
    assert "/mail" in aurora.get("/portal/").links


def test_a_mail_is_shown_as_it_would_have_gone_out(shop, aurora, anna):
    post(shop, whose=anna)
    page = aurora.get("/mail")
    assert "Conferma dell'indirizzo" in page.words
    assert "non inviata" in page.words
    (link,) = [one for one in page.links if one.startswith("/mail/mai_")]
    shown = aurora.get(link)
    assert "Caffè Aurora: conferma il tuo indirizzo" in shown.words
    assert CONFIRM["link"] in shown.words
    assert f'src="{link}/body"' in shown.html
    assert "sandbox=" in shown.html
    assert "frame-src 'self'" in shown.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in shown.headers["Content-Security-Policy"]


def test_the_finished_mail_stands_in_a_sandbox_of_its_own(shop, aurora, anna):
    evil = {**CONFIRM, "shop": "<script>alert(1)</script>"}
    post(shop, whose=anna, facts=evil)
    (link,) = [one for one in aurora.get("/mail").links if one.startswith("/mail/mai_")]
    body = aurora.get(f"{link}/body")
    assert "<script>alert" not in body.html
    policy = body.headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "style-src 'unsafe-inline'", "img-src 'self'", "sandbox"):
        assert part in policy
    assert "script" not in policy
    assert "frame-ancestors 'self'" in policy
    assert body.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert body.headers["Cache-Control"] == "no-store"


def test_many_mails_come_page_by_page(shop, aurora, anna):
    post(shop, whose=anna, times=23)
    a_code(shop)
    seen, page = [], aurora.get("/mail")
    for _ in range(3):
        seen += [link for link in page.links if link.startswith("/mail/mai_")]
        further = [link for link in page.links if "before=" in link]
        if not further:
            break
        page = aurora.get(further[0])
    assert len(seen) == len(set(seen)) == 24
    assert "Codice per aprire le carte" in aurora.get("/mail").words


def test_a_code_is_seen_only_by_a_shop_that_knows_the_address(shop, aurora, dario, anna):
    a_code(shop)
    assert "Codice per aprire le carte" in aurora.get("/mail").words
    (link,) = [one for one in aurora.get("/mail").links if one.startswith("/mail/mai_")]
    assert "123456" in aurora.get(f"{link}/body").html
    assert "anna" not in dario.get("/mail").words
    for path in (link, f"{link}/body"):
        assert dario.get(path).status == 404


def test_mail_of_a_shop_is_no_other_shops(shop, aurora, dario, anna, stranger):
    stranger.card(email="anna@example.it", at=clock.now())
    post(shop, whose=anna)
    (link,) = [one for one in aurora.get("/mail").links if one.startswith("/mail/mai_")]
    assert "Conferma" not in dario.get("/mail").words
    assert dario.get(link).status == 404


def test_once_mail_is_sent_codes_are_nobodys_to_read(shop, aurora, anna, monkeypatch):
    a_code(shop)
    (link,) = [one for one in aurora.get("/mail").links if one.startswith("/mail/mai_")]
    monkeypatch.setattr(
        shop.database,
        "settings",
        replace(shop.database.settings, smtp_url="smtp://127.0.0.1:1"),
    )
    assert "Codice" not in aurora.get("/mail").words
    assert aurora.get(link).status == 404


def test_what_is_not_delivered_says_why_and_what_to_do(shop, aurora, anna):
    post(shop, whose=anna)
    post(shop, whose=anna)
    with shop.database.write() as session:
        ids = session.execute(sa.select(Mail.id).order_by(Mail.id)).scalars().all()
        for one, state, error in zip(ids, ("failed", "waiting"), ("550", "timeout"), strict=True):
            session.execute(
                sa.update(Mail).where(Mail.id == one).values(state=state, error=error, tries=2)
            )
    page = aurora.get("/mail")
    assert "questo indirizzo non esiste" in page.words
    assert "Chiedi al cliente l'indirizzo giusto" in page.words
    assert "il server di posta non risponde" in page.words
    assert "an…@example.it" in page.words
    assert "anna@example.it" not in page.words
    assert not [link for link in page.links if link.startswith("/mail/mai_")]


def test_cashiers_do_not_read_mail(bruno):
    assert bruno.get("/mail").status == 403
