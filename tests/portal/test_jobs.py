"""What is done in the background: the owner sees what failed, and decides."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.core import clock, jobs
from loyalty.core.ids import ref
from loyalty.merchants.models import StaffAct
from loyalty.portal import jobs as jobs_page
from loyalty.portal.jobs import NAMES
from loyalty.worker.chores import CHORES


def ask(shop, **more):
    with shop.database.write() as session:
        return jobs.enqueue(session, kind="jobs.sweep", payload={}, at=clock.now(), **more)


def dead(shop, **more):
    """A job that has failed for the last time; its ref."""
    job_id = ask(shop, **more)
    with shop.database.write() as session:
        session.execute(
            sa.update(jobs.Job)
            .where(jobs.Job.id == job_id)
            .values(state="dead", attempts=8, last_error="ValueError", finished_at=clock.now())
        )
    return ref("job", job_id)


def state(shop, job_ref):
    with shop.database.read() as session:
        rows = session.execute(sa.select(jobs.Job.id, jobs.Job.state))
        return {ref("job", job_id): state for job_id, state in rows}[job_ref]


def test_every_chore_has_a_name_that_people_understand():
    assert set(CHORES.handlers) <= set(NAMES)


def waits_since(monkeypatch, **ago):
    """The oldest event that no worker has taken up."""
    lag_s = int(timedelta(**ago).total_seconds())
    monkeypatch.setattr(jobs_page.outbox, "lag_s", lambda *_, **__: lag_s)


def test_where_nothing_waits_the_page_says_what_will_be_here(aurora, monkeypatch):
    waits_since(monkeypatch, seconds=1)
    page = aurora.get("/portal/jobs")
    assert "Tutto fatto" in page.words
    assert "Qui vedi quello che aspetta il suo turno" in page.words
    assert "/portal/jobs" in aurora.get("/portal/").links


def test_the_owner_sees_what_failed_and_what_waits(shop, aurora):
    dead(shop, merchant_id=shop.merchant_id)
    ask(shop)
    page = aurora.get("/portal/jobs")
    assert page.words.count("Pulizia di quanto è già stato fatto") == 2
    assert "8 tentativi falliti" in page.words
    assert "ValueError" in page.words
    assert "8 attempts failed" in aurora.submit(page, "/language", language="en").words


def test_a_failed_job_is_tried_again(shop, aurora):
    job = dead(shop, merchant_id=shop.merchant_id)
    page = aurora.submit(aurora.get("/portal/jobs"), f"{job}/retry")
    assert page.path == "/portal/jobs"
    assert state(shop, job) == "ready"
    assert not page.has_form("/retry")


def test_a_failed_job_is_let_go_and_the_shop_remembers_by_whom(shop, aurora):
    job = dead(shop, merchant_id=shop.merchant_id)
    aurora.submit(aurora.get("/portal/jobs"), f"{job}/discard")
    assert state(shop, job) == "discarded"
    with shop.database.read() as session:
        act = session.execute(sa.select(StaffAct.act, StaffAct.actor, StaffAct.target)).one()
    assert act == ("job.discard", shop.owner.actor, job)


def test_what_is_no_longer_dead_cannot_be_decided_about(shop, aurora):
    job = dead(shop, merchant_id=shop.merchant_id)
    page = aurora.get("/portal/jobs")
    aurora.submit(page, f"{job}/discard")
    again = aurora.submit(page, f"{job}/retry")
    assert again.status == 409
    assert "non è più tra i falliti" in again.words
    assert state(shop, job) == "discarded"


def test_a_strangers_job_does_not_exist(shop, stranger, aurora, dario):
    job = dead(shop, merchant_id=shop.merchant_id)
    assert not dario.get("/portal/jobs").has_form(job)
    token = dario.get("/portal/").form("/sign-out").fields["csrf_token"]
    for act in ("retry", "discard"):
        assert dario.post(f"/portal/jobs/{job}/{act}", {"csrf_token": token}).status == 404
    assert state(shop, job) == "dead"


def test_a_job_of_the_house_is_decided_by_the_owner_only_where_there_is_one_shop(
    shop, aurora, request
):
    job = dead(shop)
    assert aurora.get("/portal/jobs").has_form(f"{job}/retry")
    request.getfixturevalue("stranger")
    page = aurora.get("/portal/jobs")
    assert not page.has_form(job)
    assert "decide chi la gestisce" in page.words
    token = page.form("/sign-out").fields["csrf_token"]
    assert aurora.post(f"/portal/jobs/{job}/retry", {"csrf_token": token}).status == 404
    assert state(shop, job) == "dead"


@pytest.mark.parametrize(("ago", "said"), [({"minutes": 7}, "7 minuti"), ({"days": 4}, "4 giorni")])
def test_a_worker_that_is_missing_is_noticed(aurora, monkeypatch, ago, said):
    waits_since(monkeypatch, **ago)
    words = aurora.get("/portal/jobs").words
    assert f"Qualcosa aspetta da {said}. C'è un worker acceso?" in words
    assert "Tutto fatto" not in words


def test_a_job_whose_turn_is_long_past_is_noticed_too(shop, aurora, monkeypatch):
    waits_since(monkeypatch, seconds=1)
    with shop.database.write() as session:
        jobs.enqueue(session, kind="jobs.sweep", payload={}, at=clock.now() - timedelta(hours=3))
    assert "Qualcosa aspetta da 3 ore." in aurora.get("/portal/jobs").words


def test_the_cashier_has_no_business_here(bruno):
    assert bruno.get("/portal/jobs").status == 403
