"""Joining by oneself: one screen, no password, nothing that must be agreed to, and the card."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.cards import funnel
from loyalty.cards.models import Card, CardDevice
from loyalty.core import clock
from loyalty.core.calendar import local_day
from loyalty.core.ids import parse_ref, ref
from loyalty.core.mail import Mail
from loyalty.customers import consents, proof
from loyalty.customers.models import Customer
from loyalty.programs import editor
from tests.pages import Visitor
from tests.programs import POINTS
from tests.rigs.asked import asked
from tests.wallet.wallets import IPHONE

BUTTON = "Voglio la carta"


def path(shop, name="points", query=""):
    return f"/j/{shop.programs[name]}{query}"


def come(visitor, shop, *, query="", **typed):
    """Open the page and send it as it stands but for what is typed."""
    page = visitor.get(path(shop, query=query))
    return visitor.submit(page, "/j/", **{"age": "1", **typed})


def rows(shop, model, *conditions):
    with shop.database.read() as session:
        found = list(session.execute(sa.select(model).where(*conditions)).scalars())
        session.expunge_all()
        return found


def newest(shop):
    return rows(shop, Customer)[-1]


def agreed(shop, customer):
    with shop.database.read() as session:
        found = consents.of(
            session, merchant_id=shop.merchant_id, customer_ref=ref("cus", customer.id)
        )
    return {purpose.value: given for purpose, given in found.items() if given is not None}


def test_without_any_box_but_the_age_the_card_is_there_and_works(shop, anybody, bruno):
    page = come(anybody, shop)
    assert page.status == 200
    assert page.path.startswith("/c/crd_")
    assert agreed(shop, newest(shop)) == {"program": True}
    (card,) = rows(shop, Card)
    code = page.html.split('class="typed" translate="no">')[1][:12]
    assert bruno.look_up(code).status == 200
    assert anybody.get(f"/c/{ref('crd', card.id)}").status == 200
    assert Visitor(anybody.app).get(f"/c/{ref('crd', card.id)}").status == 403


def test_the_phone_that_joined_is_named_in_plain_words(shop, anybody):
    anybody.client.environ_base["HTTP_USER_AGENT"] = IPHONE
    come(anybody, shop)
    (device,) = rows(shop, CardDevice)
    assert device.browser == "Safari · iPhone"


def test_no_box_is_ticked_before_somebody_ticks_it(shop, anybody):
    page = anybody.get(path(shop))
    assert "checked" not in page.html
    assert not {"age", "profiling", "marketing", "tracking"} & set(page.form("/j/").fields)
    for said in (BUTTON, "Caffè Aurora", "Ho almeno 14 anni", "titolare del trattamento"):
        assert said in page.words


@pytest.mark.parametrize("purpose", ["profiling", "marketing", "tracking"])
def test_each_consent_is_given_alone_with_the_words_that_were_read(shop, anybody, purpose):
    come(anybody, shop, **{purpose: "1"})
    customer = newest(shop)
    assert agreed(shop, customer) == {"program": True, purpose: True}
    with shop.database.read() as session:
        lines = proof.of(
            session, merchant_id=shop.merchant_id, customer_ref=ref("cus", customer.id)
        )
    page = anybody.get(path(shop)).words
    for line in lines:
        assert line.language == "it"
        assert line.actor == ref("cus", customer.id)
        assert line.source == "join-link"
        assert " ".join(line.text.split()) in page


def test_whoever_reads_english_agrees_to_the_english_words(shop, app):
    come(Visitor(app, "en"), shop, marketing="1")
    customer = newest(shop)
    assert customer.language == "en"
    with shop.database.read() as session:
        lines = proof.of(
            session, merchant_id=shop.merchant_id, customer_ref=ref("cus", customer.id)
        )
    assert [line.language for line in lines] == ["en", "en"]


def test_under_fourteen_the_card_is_made_with_a_parent(shop, anybody):
    page = anybody.submit(anybody.get(path(shop)), "/j/", name="Leo")
    assert page.status == 422
    assert "con un genitore" in page.words
    assert "Spunta la casella" in page.words
    assert 'value="Leo"' in page.html
    assert not rows(shop, Card)


def test_a_contact_is_an_address_or_a_number(shop, app):
    for typed, email, phone in (
        ("Anna@Example.it", "anna@example.it", None),
        ("+39 333 1234567", None, "+39 333 1234567"),
        ("", None, None),
    ):
        come(Visitor(app), shop, contact=typed)
        customer = newest(shop)
        assert (customer.email, customer.phone) == (email, phone)


@pytest.mark.parametrize(
    "typed",
    [
        "anna@",
        "abc",
        "12",
        "x" * 10_000,
        "3331234567\x00",
        "<script>@x",
        "1" * 33,
        "anna@example.it\u202e",
    ],
)
def test_a_contact_that_is_none_is_refused_and_stays_in_the_field(shop, anybody, typed):
    page = come(anybody, shop, contact=typed)
    assert page.status == 422
    assert not rows(shop, Customer)
    assert "<script>" not in page.html


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "Zoë 🎉", "O'Neil & <b>", "أنا"])
def test_a_strange_name_is_shown_as_it_is(shop, anybody, name):
    page = come(anybody, shop, name=name)
    assert page.status == 200
    assert "<script>alert" not in page.html
    assert newest(shop).name == name


@pytest.mark.parametrize("name", ["Anna\u202egnp", "A\x00", "x" * 10_000, "A\nB", "\u200bAnna"])
def test_a_name_that_hides_something_is_refused_kindly(shop, anybody, name):
    page = come(anybody, shop, name=name)
    assert page.status == 422
    assert not rows(shop, Customer)


def test_the_button_pressed_twice_makes_one_card_and_opens_it_both_times(shop, anybody):
    page = anybody.get(path(shop))
    first = anybody.submit(page, "/j/", age="1", name="Anna")
    second = anybody.submit(page, "/j/", age="1", name="Anna")
    assert (first.path, second.status) == (second.path, 200)
    assert len(rows(shop, Card)) == 1
    other = anybody.submit(page, "/j/", age="1", name="Bea")
    assert other.status == 409
    assert BUTTON in other.words
    assert len(rows(shop, Card)) == 1


def test_whoever_read_other_words_reads_them_again(shop, anybody):
    page = anybody.get(path(shop))
    with shop.database.write() as session:
        session.execute(sa.text("UPDATE merchant SET name = 'Bar Aurora'"))
    again = anybody.submit(page, "/j/", age="1", name="Anna", marketing="1")
    assert again.status == 409
    assert "rileggili" in again.words
    assert "Bar Aurora può scrivermi" in again.words
    assert "checked" not in again.html
    assert not rows(shop, Customer)
    assert anybody.submit(again, "/j/", age="1").status == 200


def test_an_address_known_here_gets_the_same_answer_and_no_elses_card(shop, app):
    old = shop.card("points", name="Anna", email="anna@example.it", at=clock.now())
    known = come(Visitor(app), shop, name="Eva", contact="anna@example.it")
    new = come(Visitor(app), shop, name="Eva", contact="nobody@example.it")
    assert (known.status, new.status) == (200, 200)
    assert known.path != f"/c/{old.ref}"
    blank = [page.html.replace(page.path, "") for page in (known, new)]
    assert len(blank[0]) == pytest.approx(len(blank[1]), rel=0.05)
    assert {row.email_confirmed_at for row in rows(shop, Customer)} == {None}
    assert len(rows(shop, Mail)) == 2


def test_an_address_known_here_costs_the_same_as_a_new_one(shop, app):
    shop.card("points", email="known@example.it", at=clock.now())
    asks = []
    for address in ("known@example.it", "other@example.it"):
        visitor = Visitor(app)
        page = visitor.get(path(shop))
        form = {**page.form("/j/").fields, "age": "1", "contact": address}
        with asked(shop.database) as sent:
            assert visitor.client.post(page.path, data=form).status_code == 303
        asks.append(list(sent))
    assert asks[0] == asks[1]


def test_a_paused_program_a_draft_and_a_wrong_link_read_alike(shop, anybody):
    shop.program("draft", POINTS, publish=False)
    page = anybody.get(path(shop))
    with shop.database.write() as session:
        program_id = parse_ref("prg", shop.programs["points"])
        editor.pause(session, merchant_id=shop.merchant_id, program_id=program_id)
    told = [
        anybody.get(path(shop)),
        anybody.get(path(shop, "draft")),
        anybody.get("/j/prg_" + "0" * 26),
        anybody.get("/j/x"),
        anybody.submit(page, "/j/", age="1"),
    ]
    assert {one.status for one in told} == {404}
    assert all("Per ora qui non si fanno carte nuove" in one.words for one in told)
    assert not rows(shop, Customer)


def funnel_of(shop, at):
    program = parse_ref("prg", shop.programs["points"])
    with shop.database.read() as session:
        return funnel.lately(
            session,
            merchant_id=shop.merchant_id,
            program_ids=[program],
            today=local_day(at, "Europe/Rome"),
        ).get(program, {})


def test_the_funnel_counts_by_source_who_opened_and_who_got_a_card(shop, app):
    for query, finishes in (("?s=poster", True), ("?s=poster", False), ("?s=nonsense", False)):
        visitor = Visitor(app)
        page = visitor.get(path(shop, query=query))
        if finishes:
            visitor.submit(page, "/j/", age="1")
    found = funnel_of(shop, clock.now())
    assert {source: (one.started, one.finished) for source, one in found.items()} == {
        "poster": (2, 1),
        "link": (1, 0),
    }
    assert found["poster"].share == 50
    assert newest(shop).source == "poster"
    assert funnel_of(shop, clock.now() + timedelta(days=31)) == {}


def test_one_place_does_not_join_without_end(shop, app, monkeypatch):
    monkeypatch.setattr("loyalty.cards.joining.JOINS_MAX", 2)
    for _ in range(2):
        assert come(Visitor(app), shop).status == 200
    page = come(Visitor(app), shop, name="Anna")
    assert page.status == 429
    assert page.headers["Retry-After"] == "3600"
    assert 'value="Anna"' in page.html
    assert len(rows(shop, Card)) == 2
    later = clock.now() + timedelta(hours=1, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert come(Visitor(app), shop).status == 200


def test_nothing_of_the_person_is_in_an_address_or_a_cookie_but_the_secret(shop, anybody):
    page = anybody.get(path(shop))
    answer = anybody.client.post(
        page.path, data={**page.form("/j/").fields, "age": "1", "name": "Anna"}
    )
    assert "Anna" not in answer.headers["Location"]
    cookie = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("card="))
    assert "HttpOnly" in cookie
    assert f"Path={answer.headers['Location']}" in cookie


def test_every_text_that_was_shown_can_be_read_by_everybody(shop, anybody):
    anybody.get(path(shop))
    page = anybody.get(f"/p/{shop.programs['points']}/texts")
    assert page.status == 200
    for said in ("Novità e offerte", "marketing-2026-11", "Informativa sui tuoi dati"):
        assert said in page.words
