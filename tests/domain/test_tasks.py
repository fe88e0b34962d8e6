"""What the system notices: one task for each cause, closed when the cause is gone."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.money import Money
from loyalty.counter import causes
from loyalty.counter.causes import Payment
from loyalty.feedback import remarks
from loyalty.feedback.remarks import Said
from loyalty.merchants.roles import Role, staff_duty
from loyalty.persons import erasure
from loyalty.tasks import noticing, tasks
from loyalty.tasks.models import Task
from loyalty.tasks.tasks import Wanted
from tests.builders import NOW
from tests.club import CLUB
from tests.programs import POINTS

LATER = NOW + timedelta(days=2)


def notice(shop, at=LATER):
    noticing.notice(shop.database, merchant_id=shop.merchant_id, timezone="Europe/Rome", at=at)


def listed(shop, state="open"):
    with shop.database.read() as session:
        rows = session.execute(
            sa.select(Task.kind, Task.done_by).where(Task.state == state).order_by(Task.id)
        )
        return [tuple(row) for row in rows]


def first(shop):
    with shop.database.read() as session:
        return ref("tsk", session.execute(sa.select(Task.id).order_by(Task.id)).scalars().first())


def close(shop, task, duty=None):
    with shop.database.write() as session:
        return tasks.close(session, duty=duty or shop.owner, task_ref=task, at=LATER)


@pytest.fixture
def remark(shop):
    """Carla waited too long, and nobody has answered."""
    carla = shop.card("points", name="Carla")
    with shop.database.write() as session:
        said = Said(
            parse_ref("cus", carla.customer), parse_ref("crd", carla.ref), None, "wait", "tardi"
        )
        remarks.write(
            session, merchant_id=shop.merchant_id, actor=shop.cashier.actor, said=said,
            key="k", at=NOW,
        )  # fmt: skip


def test_a_remark_without_an_answer_is_one_task_however_often_somebody_looks(shop, remark):
    notice(shop, NOW + timedelta(hours=23))
    assert listed(shop) == []
    for _ in range(3):
        notice(shop)
    assert listed(shop) == [("remark", None)]


def test_it_closes_itself_when_it_is_answered(shop, remark):
    notice(shop)
    with shop.database.write() as session:
        row = session.execute(sa.select(remarks.Remark)).scalar_one()
        remarks.close(
            session, merchant_id=shop.merchant_id, remark_ref=ref("rem", row.id),
            actor=shop.owner.actor, outcome=None, at=LATER,
        )  # fmt: skip
    notice(shop)
    assert (listed(shop), listed(shop, "done")) == ([], [("remark", "system")])


def test_what_a_person_called_done_is_not_asked_again_while_its_cause_lasts(shop, remark):
    notice(shop)
    assert close(shop, first(shop))
    assert not close(shop, first(shop))
    notice(shop)
    assert listed(shop) == []


def test_a_reward_that_runs_out_and_comes_back_later_is_another_task(shop):
    scarce = {**POINTS, "rewards": [{**POINTS["rewards"][0], "stock": 2}]}
    shop.program("scarce", scarce)
    card = shop.card("scarce")
    shop.visit(card, 10_000)
    reward = scarce["rewards"][0]["key"]
    shop.reserve(card, reward)
    notice(shop)
    assert listed(shop) == []
    given = shop.reserve(card, reward)
    notice(shop)
    assert listed(shop) == [("stock", None)]
    shop.cancel(given.body["ref"])
    notice(shop)
    assert listed(shop) == []
    shop.reserve(card, reward)
    notice(shop)
    assert (len(listed(shop)), len(listed(shop, "done"))) == (1, 1)


def test_money_that_is_due_and_paid(shop):
    shop.program("club", CLUB)
    shop.visit(shop.card("club"), 40_000, at=NOW - timedelta(days=60))
    notice(shop, NOW)
    assert ("payout", None) in listed(shop)
    with shop.database.write() as session:
        (cause,) = causes.overview(session, merchant_id=shop.merchant_id, at=NOW)
        payment = Payment(cause.key, Money(cause.payable_minor, "EUR"), NOW.date(), "CRO 1")
        causes.pay(session, duty=shop.owner, payment=payment, intent=None, at=NOW)
    notice(shop, NOW)
    assert ("payout", None) not in listed(shop)


def write_down(shop, **wanted):
    with shop.database.write() as session:
        return tasks.add(
            session, duty=shop.owner, wanted=Wanted("Chiamarla", **wanted),
            key=tasks.new_key(), at=NOW,
        )  # fmt: skip


def test_what_was_written_about_somebody_goes_with_them(shop):
    carla = shop.card("points", name="Carla")
    write_down(shop, customer_ref=carla.customer)
    with shop.database.write() as session:
        erasure.erase(session, duty=shop.owner, customer_ref=carla.customer, at=NOW)
    with shop.database.read() as session:
        assert session.execute(sa.select(Task.what)).scalars().all() == [None]


def test_another_shops_people_and_tasks_are_not_there(shop, stranger):
    theirs = stranger.card("points")
    with pytest.raises(Unknown):
        write_down(shop, customer_ref=theirs.customer)
    with pytest.raises(Unknown):
        write_down(shop, assignee_ref=ref("stf", stranger.owner.staff_id))
    task = write_down(shop)
    with pytest.raises(Unknown):
        close(stranger, task)


def test_each_sees_the_kinds_that_are_theirs(shop, remark):
    notice(shop)
    write_down(shop)
    seen = {}
    for role in Role:
        duty = staff_duty(shop.merchant_id, shop.owner.staff_id, role)
        with shop.database.read() as session:
            seen[role] = tasks.waiting(session, duty=duty, today=LATER.date()).count
    assert seen == {Role.OWNER: 2, Role.MANAGER: 2, Role.MARKETER: 2, Role.CASHIER: 0}
