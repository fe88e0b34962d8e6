"""Where a wallet and its cards are open, signing out, and what happens when a phone is lost."""

from datetime import timedelta

import sqlalchemy as sa

from loyalty.cards import claims
from loyalty.cards.models import CardDevice
from loyalty.core import clock
from loyalty.core.ids import parse_ref
from loyalty.core.mail import Mail
from tests.pages import Visitor
from tests.wallet.wallets import IPHONE, codes, sign_in, work

# --- phones --------------------------------------------------------------------------------------


def test_the_phones_are_listed_in_plain_words(annas_phone, shop, annas_cards):
    page = annas_phone.get("/w/phones")
    assert "Safari · iPhone" in page.words
    assert "questo" in page.words
    assert IPHONE not in page.html


def test_a_second_phone_is_told_by_mail(app, shop, annas_cards, annas_phone):
    sign_in(Visitor(app), shop)
    work(shop)
    with shop.database.read() as session:
        kinds = session.execute(sa.select(Mail.kind).order_by(Mail.id)).scalars().all()
    assert kinds == ["sign_in_code", "sign_in_code", "new_phone"]


def test_one_phone_is_signed_out_from_another(app, shop, annas_cards, annas_phone):
    other = Visitor(app)
    sign_in(other, shop)
    annas_phone.submit(annas_phone.get("/w"), f"/w/cards/{annas_cards[0].ref}")
    page = other.submit(other.get("/w/phones"), "/sign-out")
    assert page.path == "/w/phones"
    assert "Safari · iPhone" not in page.words
    assert annas_phone.get("/w").has_form("/w")
    assert "Mandami un codice" in annas_phone.get("/w").words
    assert annas_phone.get(f"/c/{annas_cards[0].ref}").status == 403
    assert "Caffè Aurora" in other.get("/w").words


def test_signing_out_everywhere_closes_wallets_and_cards(app, shop, annas_cards, annas_phone):
    other, guest = Visitor(app), Visitor(app)
    sign_in(other, shop)
    link = f"/c/open/{claims.claim_token(parse_ref('clm', annas_cards[0].claim))}"
    guest.submit(guest.get(link), "/c/open/")
    annas_phone.submit(annas_phone.get("/w"), f"/w/cards/{annas_cards[1].ref}")
    assert "Solo la carta di Caffè Aurora" in other.get("/w/phones").words
    page = other.get("/w/phones")
    forms = [form for form in page.forms if form.fields.get("where") == "everywhere"]
    assert "Mandami un codice" in other.post("/w/sign-out", forms[0].fields).words
    assert "Mandami un codice" in annas_phone.get("/w").words
    assert annas_phone.get(f"/c/{annas_cards[1].ref}").status == 403
    assert guest.get(f"/c/{annas_cards[0].ref}").status == 403


def test_somebody_elses_phone_cannot_be_signed_out(app, shop, annas_cards, annas_phone):
    shop.card(email="berta@example.it", at=clock.now())
    berta = Visitor(app)
    sign_in(berta, shop, "berta@example.it")
    own = berta.get("/w/phones")
    other = Visitor(app)
    sign_in(other, shop)
    theirs = [form.action for form in other.get("/w/phones").forms if "/w/phones/" in form.action]
    token = own.form("/w/sign-out").fields["csrf_token"]
    assert berta.post(theirs[0], {"csrf_token": token}).status == 404
    assert "Caffè Aurora" in annas_phone.get("/w").words


def test_opening_a_card_twice_on_one_phone_is_one_phone(shop, annas_cards, annas_phone):
    for _ in range(3):
        annas_phone.submit(annas_phone.get("/w"), f"/w/cards/{annas_cards[0].ref}")
    with shop.database.read() as session:
        living = session.execute(sa.select(sa.func.count()).where(CardDevice.revoked_at.is_(None)))
        assert living.scalar_one() == 1


# --- lost ----------------------------------------------------------------------------------------


def test_a_lost_phone_is_shut_out_in_one_step_and_nothing_is_lost(
    app, shop, annas_cards, annas_phone
):
    shop.visit(annas_cards[0], 1240, at=clock.now())
    annas_phone.submit(annas_phone.get("/w"), f"/w/cards/{annas_cards[0].ref}")
    new = Visitor(app)
    sign_in(new, shop)
    page = new.submit(new.get("/w/lost"), "/w/lost", card=annas_cards[0].ref)
    assert "I codici di prima non valgono più" in page.words
    assert "12 punti" in page.words
    assert annas_phone.get(f"/c/{annas_cards[0].ref}").status == 403
    assert "Mandami un codice" in annas_phone.get("/w").words
    refused = new.client.get(f"/C/{annas_cards[0].token}")
    opened = new.submit(new.get("/w"), f"/w/cards/{annas_cards[0].ref}")
    assert opened.status == 200
    assert annas_cards[0].code not in opened.html.replace("-", "").replace(" ", "")
    assert refused.status_code in (302, 404)


def test_an_open_phone_does_not_give_its_finder_the_cards(
    shop, annas_cards, annas_phone, monkeypatch
):
    later = clock.now() + timedelta(minutes=16)
    monkeypatch.setattr(clock, "now", lambda: later)
    page = annas_phone.get("/w/lost")
    assert not page.has_form("/w/lost")
    token = page.form("/w").fields["csrf_token"]
    assert (
        annas_phone.post("/w/lost", {"csrf_token": token, "card": annas_cards[0].ref}).status == 403
    )
    asked = annas_phone.submit(page, "/w")
    work(shop)
    fresh = annas_phone.submit(asked, "/w/code", code=codes(shop)[-1])
    assert fresh.path == "/w/lost"
    assert fresh.has_form("/w/lost")
    assert annas_phone.get("/w/phones").words.count("Safari · iPhone") == 1


def test_the_wallet_of_a_phone_lasts_half_a_year_from_its_last_use(annas_phone, monkeypatch):
    for days in (100, 200, 300):
        later = clock.now() + timedelta(days=100)
        monkeypatch.setattr(clock, "now", lambda later=later: later)
        assert "Caffè Aurora" in annas_phone.get("/w").words, days
    later = clock.now() + timedelta(days=181)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "Mandami un codice" in annas_phone.get("/w").words
