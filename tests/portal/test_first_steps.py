"""From an empty shop to a program in force: the goal comes first, and steps tick themselves."""

import re

import pytest

from loyalty.core import clock
from loyalty.merchants import accounts
from loyalty.merchants.roles import Role
from tests.builders import PASSWORD
from tests.pages import Visitor


@pytest.fixture
def chiara(app, database):
    """The owner of a shop with nothing in it, behind her one-time link."""
    at = clock.now()
    with database.write() as session:
        shop = accounts.create_merchant(
            session, name="Bar Nuovo", currency="EUR", timezone="Europe/Rome", language="it", at=at
        )
        token = accounts.invite_staff(
            session,
            merchant_id=shop.id,
            email="chiara@example.it",
            name="Chiara",
            role=Role.OWNER,
            at=at,
        )
    visitor = Visitor(app)
    visitor.first = visitor.submit(visitor.get(f"/start/{token}"), "/start/", password=PASSWORD)
    return visitor


def ticked(visitor):
    html = visitor.get("/portal/").html
    return [
        name for done, name in re.findall(r'<li( class="done")?>.*?<a [^>]*>([^<]+)', html) if done
    ]


def test_an_owner_without_a_program_is_asked_what_she_would_like(chiara):
    assert chiara.first.path == "/portal/welcome"
    for goal in (
        "Che tornino più spesso",
        "Scontrini più alti",
        "Premiare i migliori",
        "Fare del bene",
    ):
        assert goal in chiara.first.words


@pytest.mark.parametrize("goal", ["visits", "baskets", "best", "good"])
def test_each_goal_has_a_program_that_is_in_force_with_one_button(chiara, goal):
    page = chiara.get(f"/portal/welcome/{goal}")
    assert "Che cosa leggono i tuoi clienti" in page.words
    more = {"beneficiary": "Rifugio Fido"} if goal == "good" else {}
    after = chiara.submit(page, f"/welcome/{goal}", do="use", **more)
    assert after.path == "/portal/card"
    link = re.search(r"/j/(prg_\w+)", chiara.get("/portal/programs").html)[1]
    joined = Visitor(chiara.app).get(f"/j/{link}")
    assert joined.status == 200
    if goal == "good":
        assert "Rifugio Fido" in joined.words


def test_sent_twice_it_is_one_program(chiara):
    page = chiara.get("/portal/welcome/visits")
    fields = {**page.form("/welcome/visits").fields, "do": "use", "treat": "un caffè"}
    for _ in range(2):
        assert chiara.post("/portal/welcome/visits", fields).path == "/portal/card"
    assert len(set(re.findall(r"/j/(prg_\w+)", chiara.get("/portal/programs").html))) == 1
    assert "un caffè" in chiara.get("/portal/programs").words


def test_doing_good_needs_somebody_to_do_good_to(chiara):
    page = chiara.submit(chiara.get("/portal/welcome/good"), "/welcome/good", do="use")
    assert page.status == 422
    assert "Scrivi a chi va" in page.words
    assert chiara.get("/portal/welcome/nothing").status == 404


@pytest.mark.parametrize("typed", ["x" * 10_000, "a\x00b", "<script>alert(1)</script>", "\u202e🎁"])
def test_a_reward_of_any_name_is_refused_or_shown_as_it_is(chiara, typed):
    page = chiara.submit(
        chiara.get("/portal/welcome/visits"), "/welcome/visits", do="use", treat=typed
    )
    assert page.status in (200, 422)
    assert "<script>alert" not in page.html
    assert "<script>alert" not in chiara.get("/portal/programs").html


def test_changing_it_first_puts_nothing_in_force(chiara):
    page = chiara.submit(chiara.get("/portal/welcome/visits"), "/welcome/visits", do="change")
    assert page.status == 200
    assert "Pubblica il primo programma" not in ticked(chiara)


def test_a_new_shop_can_be_used_while_it_is_empty(chiara):
    for path in (
        "/portal/",
        "/portal/card",
        "/portal/posters",
        "/portal/test-card",
        "/portal/programs",
    ):
        assert chiara.get(path).status == 200, path
    assert "Per la locandina serve un programma" in chiara.get("/portal/posters").words


def test_the_steps_tick_themselves(chiara, database):
    assert ticked(chiara) == []
    chiara.submit(chiara.get("/portal/welcome/visits"), "/welcome/visits", do="use")
    assert ticked(chiara) == ["Pubblica il primo programma"]
    chiara.submit(chiara.get("/portal/card"), "/portal/card", palette="crema")
    program = re.search(r"/j/(prg_\w+)", chiara.get("/portal/programs").html)[1]
    chiara.client.get(f"/portal/programs/{program}/poster.pdf")
    assert ticked(chiara) == [
        "Pubblica il primo programma",
        "Disegna la carta",
        "Stampa la locandina",
    ]
    made = chiara.submit(chiara.get("/portal/test-card"), "/portal/test-card")
    claim = re.search(r"/c/open/\w+", made.html)[0]
    phone = Visitor(chiara.app)
    card = phone.submit(phone.get(claim), "/c/open/")
    code = re.search(r'class="typed" translate="no">([^<]+)', card.html)[1]
    till = chiara.look_up(code)
    visit = chiara.submit(till, "/till/visits")
    assert visit.status == 200
    assert "Leggi una carta di prova" in ticked(chiara)
    assert "Funziona" in chiara.get("/portal/test-card").words
    chiara.submit(
        chiara.get("/portal/staff"),
        "/portal/staff",
        name="Bruno",
        email="b@example.it",
        role="cashier",
    )
    assert len(ticked(chiara)) == 5
    assert "È tutto pronto" in chiara.get("/portal/").words
    away = chiara.submit(chiara.get("/portal/"), "/put-away")
    assert "È tutto pronto" not in away.words
    back = chiara.submit(away, "/put-away", back="1")
    assert "È tutto pronto" in back.words


def test_the_test_card_goes_with_its_visits_and_its_name(chiara, database):
    chiara.submit(chiara.get("/portal/welcome/visits"), "/welcome/visits", do="use")
    made = chiara.submit(chiara.get("/portal/test-card"), "/portal/test-card")
    phone = Visitor(chiara.app)
    card = phone.submit(phone.get(re.search(r"/c/open/\w+", made.html)[0]), "/c/open/")
    code = re.search(r'class="typed" translate="no">([^<]+)', card.html)[1]
    chiara.submit(chiara.look_up(code), "/till/visits")
    again = chiara.submit(chiara.get("/portal/test-card"), "/portal/test-card")
    assert re.search(r"/c/open/\w+", again.html)[0] != re.search(r"/c/open/\w+", made.html)[0]
    away = chiara.submit(chiara.get("/portal/test-card"), "/test-card/put-away")
    assert "La carta di prova è via" in away.words
    assert "Prova" not in chiara.get("/till/today").words
    assert phone.get(card.path).status in (403, 404)
    assert chiara.submit(chiara.get("/portal/test-card"), "/portal/test-card").status == 200


def test_the_list_is_for_who_may_see_to_it(aurora, bruno):
    assert "Gli ultimi passi" in aurora.get("/portal/").words
    assert bruno.post("/portal/first-steps/put-away", {}).status in (400, 403)
