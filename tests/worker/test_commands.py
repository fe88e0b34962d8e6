"""The worker and its jobs from the command line."""

import json
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from loyalty.cli import main
from loyalty.core import clock, db, jobs, outbox
from loyalty.core.ids import ref
from loyalty.worker.chores import CHORES


@pytest.fixture
def run(settings, database, monkeypatch):
    """A command on the test's installation; the command uses a database of its own."""
    monkeypatch.setenv("LOYALTY_DATA", str(settings.data))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")

    def invoke(*words):
        result = CliRunner().invoke(main, words)
        db.use(database)
        return result

    return invoke


def ask(database, kind="jobs.sweep", **more):
    with database.write() as session:
        return jobs.enqueue(session, kind=kind, payload={}, at=more.pop("at", clock.now()), **more)


def die(database, job_id):
    with database.write() as session:
        session.execute(sa.update(jobs.Job).where(jobs.Job.id == job_id).values(state="dead"))


def test_once_does_what_is_due_and_says_how_much(run, database, shop):
    run("worker", "--once")
    ask(database)
    with database.write() as session:
        outbox.add(session, merchant_id=shop.merchant_id, kind="x", facts={}, at=clock.now())
    done = run("worker", "--once", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout) == {"jobs": 1, "events": 1, "failed": 0, "dead": 0}
    assert "Jobs done: 0; events: 0" in run("worker", "--once").stdout


def test_what_came_round_is_done_even_on_the_first_day(run, database):
    assert json.loads(run("worker", "--once", "--json").stdout)["jobs"] >= 1


def test_a_job_that_dies_is_exit_code_1(run, database):
    job_id = ask(database, kind="nobody.knows")
    with database.write() as session:
        last = {"attempts": jobs.ATTEMPTS - 1}
        session.execute(sa.update(jobs.Job).where(jobs.Job.id == job_id).values(last))
    done = run("worker", "--once", "--json")
    assert (done.exit_code, json.loads(done.stdout)["dead"]) == (1, 1)


def test_another_day_needs_a_licence(run, database):
    refused = run("worker", "--once", "--at", "2027-11-21T09:00:00+01:00")
    assert refused.exit_code == 2
    assert "LOYALTY_TIME_TRAVEL=1" in refused.stderr


def test_another_day_is_really_another_day(run, database, monkeypatch):
    monkeypatch.setenv("LOYALTY_TIME_TRAVEL", "1")
    run("worker", "--once")
    ask(database, run_at=clock.now() + timedelta(days=100))
    assert json.loads(run("worker", "--once", "--json").stdout)["jobs"] == 0
    there = (clock.now() + timedelta(days=101)).isoformat()
    everything = 1 + len(CHORES.schedules)
    assert json.loads(run("worker", "--once", "--json", "--at", there).stdout)["jobs"] == everything
    with database.read() as session:
        finished = session.execute(sa.select(sa.func.max(jobs.Job.finished_at))).scalar_one()
    assert finished.isoformat() == there


def test_a_day_that_is_none_is_wrong_use(run, database, monkeypatch):
    monkeypatch.setenv("LOYALTY_TIME_TRAVEL", "1")
    refused = run("worker", "--once", "--at", "tomorrow")
    assert (refused.exit_code, "--at wants a moment" in refused.stderr) == (2, True)


def test_jobs_are_listed_the_dead_first(run, database):
    assert "Nothing waits" in run("jobs").stdout
    waiting, buried = ask(database), ask(database)
    die(database, buried)
    lines = run("jobs").stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [
        [ref("job", buried), "dead"],
        [ref("job", waiting), "ready"],
    ]
    (only,) = json.loads(run("jobs", "--dead", "--json").stdout)["jobs"]
    assert (only["job"], only["state"]) == (ref("job", buried), "dead")


def test_a_dead_job_is_retried_or_discarded_by_its_name(run, database):
    for verb, state in (("retry", "ready"), ("discard", "discarded")):
        job_id = ask(database)
        die(database, job_id)
        assert run("jobs", verb, ref("job", job_id)).exit_code == 0
        with database.read() as session:
            assert session.get_one(jobs.Job, job_id).state == state
        again = run("jobs", verb, ref("job", job_id))
        assert again.exit_code == 1
        assert "no longer among those that failed" in again.stderr


def test_a_job_that_is_not_there_is_refused(run, database):
    refused = run("jobs", "retry", "job_x")
    assert (refused.exit_code, refused.stderr) == (1, "There is no such job.\n")
