"""How long the shop keeps what: the owner sees every clock, and changes one only with a reason."""

import pytest
import sqlalchemy as sa

from loyalty.merchants import clocks
from loyalty.merchants.models import StaffAct
from tests.builders import NOW

PAGE = "/portal/data-kept"


def set_clock(visitor, kind="detail", **typed):
    return visitor.submit(visitor.get(PAGE), f"{PAGE}/{kind}", **typed)


def test_every_clock_is_shown_with_its_months_and_what_stays(aurora):
    page = aurora.get(PAGE)
    assert "Che cosa è stato comprato dopo 12 mesi" in page.words
    assert page.words.count("dopo 24 mesi") == 3
    assert "Accessi non riusciti dopo 30 giorni" in page.words
    assert "La prima notte deve ancora arrivare." in page.words


def test_a_clock_is_set_or_stopped_with_a_reason_that_stays(shop, aurora):
    page = set_clock(aurora, months="18", state="off", reason="Causa in corso")
    assert page.status == 200
    assert "Che cosa è stato comprato fermo" in page.words
    assert ": Causa in corso" in page.words
    with shop.database.read() as session:
        (act,) = session.execute(
            sa.select(StaffAct).where(StaffAct.act == "retention.change")
        ).scalars()
        assert act.facts == {"months": 18, "on": False, "reason": "Causa in corso"}
        assert act.actor == shop.owner.actor
        assert not clocks.of(session, merchant_id=shop.merchant_id)["detail"].is_on


@pytest.mark.parametrize(
    "typed",
    [
        {"reason": ""},
        {"reason": " \n "},
        {"months": "0", "reason": "x"},
        {"months": "121", "reason": "x"},
        {"months": "dodici", "reason": "x"},
        {"state": "maybe", "reason": "x"},
        {"reason": "x" * 10_000},
    ],
)
def test_without_a_reason_or_with_nonsense_nothing_changes(shop, aurora, typed):
    assert set_clock(aurora, **{"months": "18", "state": "off", **typed}).status == 422
    with shop.database.read() as session:
        found = clocks.of(session, merchant_id=shop.merchant_id)["detail"]
        assert (found.months, found.is_on) == (12, True)


def test_what_nights_have_cleared_is_told(shop, stranger, aurora):
    with shop.database.write() as session:
        for where in (shop, stranger):
            clocks.note_run(
                session,
                merchant_id=where.merchant_id,
                cleared={"detail": 1_204 if where is shop else 7, "proof": 0},
                at=NOW,
            )
    page = aurora.get(PAGE)
    assert "Che cosa è stato comprato: 1.204" in page.words
    assert ": 7" not in page.words


def test_only_the_owner_may_and_no_other_clock_exists(bruno, aurora):
    assert bruno.get(PAGE).status == 403
    form = aurora.get(PAGE).form(f"{PAGE}/detail").fields
    sent = {**form, "months": "18", "state": "on", "reason": "x"}
    assert aurora.post(f"{PAGE}/forever", sent).status == 404
