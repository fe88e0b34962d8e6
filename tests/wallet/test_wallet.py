"""All my cards behind a code by mail: who gets in, and who learns nothing."""

import re
from datetime import timedelta

import sqlalchemy as sa

from loyalty.cards import keeping, wallet_door
from loyalty.cards.models import WalletRequest
from loyalty.core import clock
from loyalty.core.db import table
from loyalty.core.ids import new_id
from loyalty.core.mail import Mail
from loyalty.customers import directory
from loyalty.merchants.models import SignInAttempt
from loyalty.persons import erasure
from tests.pages import Visitor
from tests.wallet.wallets import ANNA, ask, codes, sign_in, work


def test_a_code_opens_all_cards_in_every_shop(shop, annas_cards, annas_phone):
    shop.visit(annas_cards[0], 1240, at=clock.now())
    page = annas_phone.get("/w")
    assert "Caffè Aurora" in page.words
    assert "Bar Dario" in page.words
    assert "12 punti" in page.words
    assert "0 / 10 timbri" in page.words
    for card in annas_cards:
        opened = annas_phone.submit(annas_phone.get("/w"), f"/w/cards/{card.ref}")
        assert opened.path == f"/c/{card.ref}"
        assert opened.status == 200
        assert annas_phone.get(f"/c/{card.ref}").status == 200


def test_the_card_leads_to_all_my_cards(annas_phone, annas_cards):
    opened = annas_phone.submit(annas_phone.get("/w"), f"/w/cards/{annas_cards[0].ref}")
    assert "/w" in opened.links


def test_the_door_teaches_how_to_get_a_card(anybody):
    page = anybody.get("/w")
    assert "Non hai ancora una carta?" in page.words
    assert "cartello" in page.words
    anybody.language = "en"
    assert "Scan the code on the poster" in anybody.get("/w").words


def test_only_the_cards_of_that_address_are_there(shop, annas_cards, annas_phone):
    others = shop.card(name="Berta", email="berta@example.it", at=clock.now())
    assert others.ref not in annas_phone.get("/w").html
    page = annas_phone.get("/w")
    fields = page.form("/w/cards/").fields
    assert annas_phone.post(f"/w/cards/{others.ref}", fields).status == 404
    assert annas_phone.get(f"/c/{others.ref}").status == 403


def test_the_code_is_worthless_in_another_browser(app, shop, annas_cards):
    asked, thief = Visitor(app), Visitor(app)
    ask(asked)
    own = ask(thief, "thief@example.it")
    work(shop)
    page = thief.submit(own, "/w/code", code=codes(shop)[0])
    assert page.status == 422
    assert "4 tentativi" in page.words
    assert "Caffè Aurora" not in thief.get("/w").words


def test_a_code_is_good_once_and_ten_minutes(app, shop, annas_cards, monkeypatch):
    visitor = Visitor(app)
    page = ask(visitor)
    work(shop)
    code = codes(shop)[0]
    kept = visitor.client.get_cookie("wallet-code", path="/w").value
    assert visitor.submit(page, "/w/code", code=f"{code[:3]} {code[3:]}").status == 200
    again = Visitor(app)
    again.client.set_cookie("wallet-code", kept, path="/w")
    token = again.get("/w").form("/w").fields["csrf_token"]
    assert again.post("/w/code", {"csrf_token": token, "code": code}).status == 422
    late = Visitor(app)
    page = ask(late)
    work(shop)
    later = clock.now() + timedelta(minutes=10, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    refused = late.submit(page, "/w/code", code=codes(shop)[-1])
    assert refused.status == 422
    assert "Chiedine uno nuovo" in refused.words


def test_after_five_wrong_codes_the_right_one_is_good_no_more(app, shop, annas_cards):
    visitor = Visitor(app)
    page = ask(visitor)
    work(shop)
    code = codes(shop)[0]
    wrong = "000000" if code != "000000" else "111111"
    said = [visitor.submit(page, "/w/code", code=wrong).words for _ in range(5)]
    assert "4 tentativi" in said[0]
    assert "un tentativo" in said[3]
    assert "Chiedine uno nuovo" in said[4]
    assert visitor.post("/w/code", {**page.form("/w/code").fields, "code": code}).status == 422


def test_nobody_learns_whether_an_address_is_known(app, shop, annas_cards):
    answers = []
    for address in (ANNA, "nobody@example.it"):
        visitor = Visitor(app)
        form = visitor.get("/w").form("/w")
        answer = visitor.client.post("/w", data={**form.fields, "email": address})
        work(shop)
        page = visitor.get("/w/code")
        body = page.html.replace(address, "ADDRESS")
        body = re.sub(r'name="csrf_token" value="[^"]*"', "", body)
        cookies = [
            re.sub(r"(^[^=]+)=[^;]+|Expires=[^;]+", r"\1", text)
            for text in answer.headers.getlist("Set-Cookie")
        ]
        answers.append(
            (answer.status_code, answer.headers["Location"], tuple(cookies), page.status, body)
        )
    assert answers[0] == answers[1]
    assert codes(shop, "nobody@example.it") == []
    assert len(codes(shop)) == 1


def test_an_address_gets_five_codes_an_hour_known_or_not(app, shop, annas_cards):
    for address in (ANNA, "nobody@example.it"):
        pages = [ask(Visitor(app), address) for _ in range(6)]
        assert [page.status for page in pages] == [200] * 5 + [429]
        assert "Retry-After" in pages[-1].headers
        assert "fra un'ora" in pages[-1].words
    work(shop)
    assert len(codes(shop)) == 5


def test_an_address_that_is_none_is_said_so(anybody):
    for hostile in ("anna", "a@b", "<script>alert(1)</script>@x", "a" * 10_000 + "@x.it", ""):
        page = ask(anybody, hostile)
        assert page.status == 422, hostile
        assert "<script>alert" not in page.html


def test_odd_addresses_break_nothing(app, shop, annas_cards):
    odd = ("\u202eti@example.it", "a\"b>c'd@example.it", "😀@example.it", "a,b;c@example.it")
    for address in odd:
        shop.card(email=address, at=clock.now())
        page = ask(Visitor(app), address)
        assert page.status == 200
    work(shop)
    assert all(len(codes(shop, address)) == 1 for address in odd)


def test_the_code_page_without_a_question_leads_back(anybody):
    page = anybody.get("/w/code")
    assert page.has_form("/w")
    token = page.form("/w").fields["csrf_token"]
    assert anybody.post("/w/code", {"csrf_token": token, "code": "123456"}).status == 422


def test_a_blocked_card_says_so_and_is_not_replaced_by_its_holder(shop, annas_cards, annas_phone):
    with shop.database.write() as session:
        keeping.block(
            session, duty=shop.owner, card_ref=annas_cards[0].ref, reason="furto", at=clock.now()
        )
    assert "Bloccata" in annas_phone.get("/w").words
    page = annas_phone.get("/w/lost")
    assert annas_cards[0].ref not in page.html
    fields = {**page.form("/w/lost").fields, "card": annas_cards[0].ref}
    refused = annas_phone.post("/w/lost", fields)
    assert refused.status == 409
    assert "bloccata" in refused.words


def test_an_erased_customer_is_nowhere_and_leaves_no_address(
    shop, stranger, annas_cards, annas_phone
):
    for owner, card in ((shop, annas_cards[0]), (stranger, annas_cards[1])):
        with owner.database.write() as session:
            erasure.erase(session, duty=owner.owner, customer_ref=card.customer, at=clock.now())
    assert "Mandami un codice" in annas_phone.get("/w").words
    with shop.database.read() as session:
        for model in (WalletRequest, Mail):
            found = session.execute(
                sa.select(sa.func.count()).where(table(model).c.address == ANNA)
            )
            assert found.scalar_one() == 0


def test_who_changes_their_address_is_found_by_the_new_one(app, shop, annas_cards):
    with shop.database.write() as session:
        directory.change(
            session,
            merchant_id=shop.merchant_id,
            customer_ref=annas_cards[0].customer,
            changes={"email": "nuova@example.it"},
        )
    old, new = Visitor(app), Visitor(app)
    assert "Caffè Aurora" not in sign_in(old, shop).words
    assert "Caffè Aurora" in sign_in(new, shop, "nuova@example.it").words


def test_only_digests_of_what_the_browser_keeps_are_stored(shop, annas_cards, annas_phone):
    secret = annas_phone.client.get_cookie("wallet", path="/w").value
    code = codes(shop)[0]
    with shop.database.read() as session:
        for name in ("wallet_session", "wallet_request", "sign_in_attempt"):
            rows = session.execute(sa.text("SELECT * FROM " + name)).all()
            said = repr(rows)
            assert secret not in said
            assert code not in said
        assert session.execute(sa.select(sa.func.count(SignInAttempt.id))).scalar_one() > 0


def test_a_code_has_six_digits_whatever_the_request(database):
    drawn = {wallet_door.code_of(new_id()) for _ in range(200)}
    assert all(re.fullmatch(r"\d{6}", code) for code in drawn)
    assert len(drawn) > 190
