"""Posters come as a file, in the shop's colours, and only of what people can join."""

from threading import Event

import pytest

from loyalty.portal.poster.sheets import warm
from tests.pages import Visitor
from tests.rigs.paper import printed


def test_a_poster_says_what_one_gets_and_its_code_opens_the_card(shop, aurora, app):
    program = shop.programs["stamps"]
    page = aurora.get("/portal/posters")
    assert page.status == 200
    answer = aurora.client.get(f"/portal/programs/{program}/poster.pdf?sheet=a5&languages=both")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="loyalty-a5-both.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    seen = printed(answer.data)
    assert seen.codes == [f"http://127.0.0.1:8000/j/{program}?s=poster"]
    assert "Con 10 timbri" in seen.words
    assert "With 10 stamps" in seen.words
    short = next(word for word in seen.words.split() if "/j/" in word).partition("/j/")[2]
    joined = Visitor(app).get(f"/j/{short.lower()}")
    assert joined.status == 200
    assert joined.path == f"/j/{program}"


def test_the_language_is_that_of_the_shop_unless_it_is_chosen(shop, aurora):
    words = printed(
        aurora.client.get(f"/portal/programs/{shop.programs['points']}/poster.pdf").data
    ).words
    assert "Inquadra" in words
    assert "Point your camera" not in words
    odd = aurora.client.get(
        f"/portal/programs/{shop.programs['points']}/poster.pdf?sheet=../../etc&languages=fr"
    )
    assert printed(odd.data).width == 210


@pytest.mark.parametrize("name", ["W" * 120, "<script>alert(1)</script>", "😀" * 60])
def test_a_shop_with_any_name_gets_its_poster(database, aurora, shop, name):
    from loyalty.merchants.models import Merchant

    with database.write() as session:
        session.get_one(Merchant, shop.merchant_id).name = name
    answer = aurora.client.get(f"/portal/programs/{shop.programs['points']}/poster.pdf")
    assert printed(answer.data).is_within()


def test_what_nobody_can_join_has_no_poster(shop, aurora, dario):
    from tests.programs import POINTS

    draft = shop.program("bozza", POINTS, publish=False)
    assert aurora.client.get(f"/portal/programs/{draft}/poster.pdf").status_code == 409
    assert draft not in aurora.get("/portal/posters").html
    theirs = shop.programs["points"]
    assert dario.client.get(f"/portal/programs/{theirs}/poster.pdf").status_code == 404
    assert aurora.client.get("/portal/programs/x/poster.pdf").status_code == 404


def test_making_a_poster_is_in_the_staff_log_once(database, shop, aurora):
    from loyalty.merchants.acts import latest

    for sheet in ("a4", "tent"):
        aurora.client.get(f"/portal/programs/{shop.programs['points']}/poster.pdf?sheet={sheet}")
    with database.read() as session:
        acts = latest(session, merchant_id=shop.merchant_id, among=["poster.print"], limit=5)
    assert [act.target for act in acts] == [shop.programs["points"]]


def test_whoever_looks_at_the_posters_has_what_draws_them_read_beside(shop, aurora, monkeypatch):
    from loyalty.portal.poster import sheets, warming

    read = Event()
    monkeypatch.setattr(warming, "WAIT_S", 0)
    monkeypatch.setattr(warming, "_begun", Event())
    monkeypatch.setattr(sheets, "warm", lambda: (warm(), read.set()))
    assert aurora.get("/portal/posters").status == 200
    assert read.wait(20)
