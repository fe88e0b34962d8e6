"""Tasks on the portal: written, given to somebody, done with a way back, counted in the menu."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.merchants.models import StaffAct
from loyalty.tasks.models import Task
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once

PAGE = "/portal/tasks"


@pytest.fixture
def carla(shop):
    return shop.card("points", name="Carla <Rossi>")


def write_down(visitor, path=PAGE, **typed):
    return visitor.submit(visitor.get(path), "/portal/tasks", **typed)


def acts(shop):
    with shop.database.read() as session:
        return session.execute(sa.select(StaffAct.act).order_by(StaffAct.id)).scalars().all()


def test_an_empty_list_says_what_tasks_are_for(shop, aurora):
    assert "Niente da fare" in aurora.get(PAGE).words
    assert "Niente aspetta te" in aurora.get(f"{PAGE}?who=mine").words
    assert "Ancora nessun compito fatto" in aurora.get(f"{PAGE}?state=done").words


def test_a_task_for_a_customer_is_overdue_and_counted_in_the_menu(shop, aurora, carla):
    yesterday = (clock.now() - timedelta(days=1)).date().isoformat()
    page = write_down(
        aurora, f"{PAGE}?customer={carla.customer}", what="Chiamarla", due_on=yesterday
    )
    assert "Chiamarla" in page.words
    assert "Carla <Rossi>" in page.words
    assert "in ritardo dal" in page.words
    home = aurora.get("/portal/")
    assert "1 compito aspetta" in home.words
    assert "1 in ritardo" in home.words


def test_a_double_tap_writes_one_task(shop, aurora):
    form = aurora.get(PAGE).form("/portal/tasks")
    for _ in range(2):
        aurora.post(form.action, {**form.fields, "what": "Ordinare tazze"})
    assert aurora.get(PAGE).words.count("Ordinare tazze") == 1


def test_done_and_opened_again_from_the_toast(shop, aurora):
    page = write_down(aurora, what="Ordinare tazze")
    page = aurora.submit(page, "/done")
    assert "Ordinare tazze" not in page.words
    assert "Ordinare tazze Aurora," in aurora.get(f"{PAGE}?state=done").words
    aurora.submit(page, "/reopen")
    assert "Ordinare tazze" in aurora.get(PAGE).words
    assert acts(shop) == ["task.add", "task.done", "task.reopen"]


def test_a_task_is_given_to_somebody_and_two_people_hear_of_each_other(shop, aurora):
    page = write_down(aurora, what="Ordinare tazze")
    form = page.form("/assign")
    bruno, owner = ref("stf", shop.cashier.staff_id), ref("stf", shop.owner.staff_id)
    given = aurora.post(form.action, {**form.fields, "assignee": owner})
    assert "a Aurora" in given.words
    assert "Ordinare tazze" in aurora.get(f"{PAGE}?who=mine").words
    late = aurora.post(form.action, {**form.fields, "assignee": bruno})
    assert late.status == 409
    assert "ha cambiato questo compito" in late.words
    stranger = aurora.post(form.action, {**form.fields, "assignee": "stf_nobody"})
    assert stranger.status == 404


def test_what_is_too_long_or_no_day_stays_as_typed(shop, aurora):
    page = write_down(aurora, what="x" * 301, due_on="domani")
    assert page.status == 422
    assert "x" * 301 in page.html
    assert "Da 1 a 300 caratteri" in page.words
    assert "domani" in page.html
    assert write_down(aurora, what="").status == 422


def test_a_long_list_goes_on_where_it_ended(shop, aurora):
    for number in range(22):
        write_down(aurora, what=f"numero {number}.")
    first = aurora.get(PAGE)
    (link,) = {link for link in first.links if "after=" in link}
    rest = aurora.get(link)
    assert ("numero 21." in rest.words, "numero 0." in rest.words) == (True, False)


def test_a_remark_becomes_a_task_about_who_said_it(shop, aurora, bruno, carla):
    bruno.submit(bruno.look_up(carla.code), "/till/remarks", kind="wait")
    (link,) = {link for link in aurora.get("/portal/remarks").links if "remark=" in link}
    page = aurora.get(link)
    assert "Carla <Rossi>" in page.words
    aurora.submit(page, "/portal/tasks", what="Scusarsi")
    with shop.database.read() as session:
        (task,) = session.execute(sa.select(Task)).scalars()
        assert ref("cus", task.customer_id) == carla.customer


def test_what_the_system_notices_is_there_by_itself(shop, aurora, bruno, carla):
    bruno.submit(bruno.look_up(carla.code), "/till/remarks", kind="wait")
    later = clock.now() + timedelta(hours=25)
    once(shop.database, CHORES, at=later)
    aurora.sign_in(shop.owner_email)  # a day has gone by, and the night closes old sessions
    page = aurora.get(PAGE)
    assert "Rispondi a un'osservazione fatta al banco" in page.words
    assert "Carla <Rossi>" in page.words


def test_strangers_and_cashiers(shop, aurora, bruno, dario, carla):
    page = write_down(aurora, what="Ordinare tazze")
    assert bruno.get(PAGE).status == 403
    assert "Ordinare tazze" not in dario.get(PAGE).words
    assert dario.get(f"{PAGE}?customer={carla.customer}").status == 404
    token = dario.get(PAGE).form("/portal/tasks").fields
    for step in ("/done", "/assign"):
        assert dario.post(page.form(step).action, token).status == 404
    mine = {**token, "what": "x", "customer": carla.customer}
    assert dario.post("/portal/tasks", mine).status == 404
