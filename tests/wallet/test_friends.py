"""Bringing a friend, on the card: a link, what both get, and never a word about who came."""

import pytest

from loyalty.cards import referrals
from loyalty.cards.referrals import Offer
from loyalty.core import clock
from loyalty.core.ids import parse_ref
from loyalty.programs import editor
from tests.pages import Visitor


def set_offer(shop, *, is_on=True, friend=5, bringer=3):
    with shop.database.write() as session:
        referrals.set_offer(
            session,
            duty=shop.owner,
            program=editor.find(
                session, merchant_id=shop.merchant_id, program_ref=shop.programs["points"]
            ),
            offer=Offer("points", friend, bringer),
            is_on=is_on,
            at=clock.now(),
        )


@pytest.fixture
def anna(shop):
    return shop.card(name="Anna Rossi", email="anna@example.it", at=clock.now())


def link(page):
    """The path of the link that the page shows."""
    return page.html.split('data-share="http://127.0.0.1:8000')[1].split('"')[0]


def test_while_it_is_off_the_card_says_nothing_of_it(shop, phone, anna):
    mine = phone(anna)
    assert "Porta un amico" not in mine.get(f"/c/{anna.ref}").words
    assert mine.get(f"/c/{anna.ref}/friend").status == 404
    set_offer(shop)
    page = mine.get(f"/c/{anna.ref}")
    assert "Porta un amico 3 punti per te, 5 punti per chi porti." in page.words
    set_offer(shop, is_on=False)
    assert "Porta un amico" not in mine.get(f"/c/{anna.ref}").words


def test_the_link_is_the_cards_own_and_names_nobody(shop, phone, anna):
    set_offer(shop)
    mine = phone(anna)
    page = mine.get(f"/c/{anna.ref}/friend")
    assert page.status == 200
    path = link(page)
    assert path.startswith(f"/j/{shop.programs['points']}?f=")
    assert link(mine.get(f"/c/{anna.ref}/friend")) == path
    for secret in (anna.ref, anna.code, anna.token, "Anna"):
        assert secret not in path
    friend = Visitor(mine.app).get(path)
    assert "Ti invita un amico: 5 punti dopo il tuo primo acquisto" in friend.words
    assert "Anna" not in friend.html


def test_a_friend_who_joins_is_counted_and_not_named(shop, app, phone, anna):
    set_offer(shop)
    mine = phone(anna)
    friend = Visitor(app)
    page = friend.get(link(mine.get(f"/c/{anna.ref}/friend")))
    friend.submit(page, "/j/", age="1", name="Bea", contact="bea@example.it")
    page = mine.get(f"/c/{anna.ref}/friend")
    assert "Una persona si è iscritta e non ha ancora comprato." in page.words
    assert "Bea" not in page.html


def test_on_the_own_phone_the_link_brings_nobody(shop, phone, anna):
    set_offer(shop)
    mine = phone(anna)
    path = link(mine.get(f"/c/{anna.ref}/friend"))
    page = mine.get(path)
    assert "Ti invita un amico" not in page.words
    mine.submit(page, "/j/", age="1", contact="bea@example.it")
    assert "non ha ancora comprato" not in mine.get(f"/c/{anna.ref}/friend").words


@pytest.mark.parametrize("code", ["x", "0" * 26, "<script>", "A" * 5_000])
def test_a_forged_link_opens_the_page_like_any_other(shop, app, code):
    set_offer(shop)
    visitor = Visitor(app)
    page = visitor.get(f"/j/{shop.programs['points']}?f={code}")
    assert page.status == 200
    assert "Ti invita un amico" not in page.words
    assert "<script>" not in page.html
    assert visitor.submit(page, "/j/", age="1", contact="bea@example.it").status == 200


def test_a_stranger_sees_no_link(shop, app, anna):
    set_offer(shop)
    assert Visitor(app).get(f"/c/{anna.ref}/friend").status == 403


def test_a_card_that_is_blocked_or_paused_brings_nobody(shop, phone, anna):
    set_offer(shop)
    mine = phone(anna)
    with shop.database.write() as session:
        program_id = parse_ref("prg", shop.programs["points"])
        editor.pause(session, merchant_id=shop.merchant_id, program_id=program_id)
    assert mine.get(f"/c/{anna.ref}/friend").status == 404
    assert "Porta un amico" not in mine.get(f"/c/{anna.ref}").words


def test_the_owner_sets_it_and_is_told_what_does_not_fit(shop, aurora, dario):
    path = f"/portal/programs/{shop.programs['points']}/friend"
    page = aurora.get("/portal/programs")
    wrong = aurora.submit(page, path, is_on="1", friend_units="0", bringer_units="0")
    assert wrong.status == 422
    assert "almeno uno dei due riceve qualcosa" in wrong.words
    wrong = aurora.submit(page, path, is_on="1", friend_units="un po'", bringer_units="2")
    assert wrong.status == 422
    assert 'value="un po&#39;"' in wrong.html
    for unit in ("gold", "cause:x", ""):
        assert aurora.submit(page, path, is_on="1", friend_units="2", unit=unit).status == 422
    done = aurora.submit(page, path, is_on="1", friend_units="5", bringer_units="3")
    assert done.status == 200
    assert "attivo" in done.words
    assert 'value="5"' in done.html
    fields = {**done.form(path).fields, "friend_units": "9"}
    token = dario.get("/portal/programs").form("/friend").fields["csrf_token"]
    assert dario.post(path, {**fields, "csrf_token": token}).status == 404


def test_a_cashier_does_not_set_it(shop, bruno):
    token = bruno.get("/till/").form("/look-up").fields["csrf_token"]
    path = f"/portal/programs/{shop.programs['points']}/friend"
    sent = {"csrf_token": token, "unit": "points", "is_on": "1", "friend_units": "9"}
    assert bruno.post(path, sent).status == 403
