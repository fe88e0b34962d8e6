"""What customers said at the counter, for whoever can do something about it."""

import pytest
import sqlalchemy as sa

from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.feedback.models import Remark
from loyalty.ledger.models import Operation
from loyalty.merchants.models import StaffAct
from loyalty.merchants.roles import Role
from tests import cashiers
from tests.pages import Visitor

PAGE = "/portal/remarks"


@pytest.fixture
def said(shop, bruno):
    """Carla found the espresso odd, on a visit of five euros; Gino waited."""
    carla, gino = shop.card("points", name="Carla"), shop.card("points", name="Gino")
    receipt = bruno.submit(bruno.look_up(carla.code), "/till/visits", amount="5")
    bruno.submit(receipt, "/till/remarks", kind="product", words="espresso <strano>")
    bruno.submit(bruno.look_up(gino.code), "/till/remarks", kind="wait")
    return shop


def done(visitor, page, number=0, **typed):
    form = [form for form in page.forms if form.action.endswith("/done")][number]
    return visitor.post(form.action, {**form.fields, **typed})


def test_the_newest_is_on_top_with_who_said_it_who_wrote_it_and_about_what(said, aurora):
    page = aurora.get(PAGE)
    assert page.words.index("Gino") < page.words.index("Carla")
    assert "espresso <strano>" in page.words
    assert "scritta da Bruno" in page.words
    assert "sulla visita del" in page.words
    assert "5,00 €" in page.words
    assert "Da vedere 2" in page.words


def test_an_empty_list_says_what_will_be_here(shop, aurora):
    assert "Nulla aspetta una risposta" in aurora.get(PAGE).words
    assert "Ancora nessuna risolta" in aurora.get(f"{PAGE}?state=done").words


def test_what_was_done_stands_beside_it_and_it_can_be_opened_again(said, aurora):
    page = done(aurora, aurora.get(PAGE), 1, outcome="Cambiata la miscela")
    assert "Carla" not in page.words
    closed = aurora.get(f"{PAGE}?state=done")
    assert "Cambiata la miscela Aurora" in closed.words
    aurora.submit(closed, "/reopen")
    assert "Carla" in aurora.get(PAGE).words
    with said.database.read() as session:
        acts = session.execute(sa.select(StaffAct.act).order_by(StaffAct.id)).scalars().all()
    assert acts == ["remark.write", "remark.write", "remark.done", "remark.reopen"]


def test_two_who_close_it_differently_hear_of_each_other(app, said, aurora):
    page = aurora.get(PAGE)
    done(aurora, page, outcome="Offerto un caffè")
    again = done(aurora, page, outcome="Nulla")
    assert again.status == 409
    assert "Qualcuno l'ha già chiusa" in again.words
    assert "Offerto un caffè" in again.words


def test_one_that_was_closed_by_mistake_is_opened_again_from_where_it_is_said(said, aurora):
    page = aurora.submit(aurora.get(PAGE), "/done", outcome="Macchina pulita.")
    assert "Segnata come fatta." in page.words
    aurora.submit(page, "/reopen")
    assert "Niente aspetta" not in aurora.get(PAGE).words
    assert "Macchina pulita" not in aurora.get(f"{PAGE}?state=done").words


def test_units_that_make_up_for_it_are_on_the_card_once_and_tied_to_the_remark(said, aurora):
    page = aurora.get(PAGE)
    for _ in range(2):
        done(aurora, page, 1, outcome="Offerto il prossimo", units="20")
    assert "+20 punti · Offerto il prossimo" in aurora.get(f"{PAGE}?state=done").words
    with said.database.read() as session:
        remark = session.execute(sa.select(Remark).where(Remark.state == "done")).scalar_one()
        given = session.get_one(Operation, (said.merchant_id, remark.recovery_id))
        assert (given.kind, given.reason) == ("adjustment", "Offerto il prossimo")
        assert given.card_id == remark.card_id
        times = sa.select(sa.func.count()).where(Operation.kind == "adjustment")
        assert session.execute(times).scalar_one() == 1
        (act,) = session.execute(sa.select(StaffAct).where(StaffAct.act == "remark.done")).scalars()
        assert act.facts == {"adjustment": ref("adj", given.id)}


def test_what_cannot_be_given_leaves_the_remark_open(said, aurora):
    from loyalty.cards import keeping

    with said.database.write() as session:
        card = session.execute(sa.select(Remark.card_id).order_by(Remark.id)).scalars().first()
        keeping.block(
            session, duty=said.owner, card_ref=ref("crd", card), reason="persa", at=clock.now()
        )
    page = done(aurora, aurora.get(PAGE), 1, units="20", outcome="Scuse")
    assert page.status == 409
    assert "bloccata" in page.words
    assert "Da vedere 2" in page.words
    for units in ("0", "1001", "tanti"):
        assert done(aurora, aurora.get(PAGE), 1, units=units).status == 422


def test_words_that_are_too_long_stay_as_typed(said, aurora):
    page = done(aurora, aurora.get(PAGE), outcome="x" * 301)
    assert page.status == 422
    assert "x" * 301 in page.html
    assert "Da 1 a 300 caratteri" in page.words


def test_a_long_list_goes_on_where_it_ended(shop, bruno, aurora):
    carla = shop.card("points", name="Carla")
    for number in range(22):
        sheet = bruno.look_up(carla.code)
        bruno.submit(sheet, "/till/remarks", words=f"numero {number}.")
    first = aurora.get(PAGE)
    assert "numero 21." in first.words
    assert "numero 1." not in first.words
    (link,) = [link for link in first.links if "before=" in link]
    rest = aurora.get(link)
    assert "numero 1. " in rest.words
    assert "numero 2." not in rest.words


def test_a_cashier_reads_none_of_them_and_the_shop_next_door_neither(said, bruno, dario):
    assert bruno.get(PAGE).status == 403
    assert "Carla" not in dario.get(PAGE).words


def test_a_manager_may_answer(app, said):
    from loyalty.merchants import accounts
    from tests.builders import _password_hash

    duty = cashiers.hire(said, "Livia", Role.MANAGER)
    with said.database.write() as session:
        token = accounts.invite_staff(
            session,
            merchant_id=said.merchant_id,
            email=duty.email,
            name="Livia",
            role=Role.MANAGER,
            at=clock.now(),
        )
        accounts.accept_link(session, token=token, password_hash=_password_hash[0], at=clock.now())
    livia = Visitor(app)
    livia.sign_in(duty.email)
    page = done(livia, livia.get(PAGE), outcome="Sentito Gino")
    assert page.status == 200
    assert "Gino" not in page.words
