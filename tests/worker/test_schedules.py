"""What comes round comes once: for every worker, and whatever the clock does."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.core import jobs, schedules
from loyalty.core.schedules import Daily, Every
from tests.builders import NOW
from tests.domain.races import at_once

HOURLY = Every(3_600)


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def hourly(yard):
    """A schedule that has just begun, with its first run behind it."""
    yard.registry.add("chore", yard.note, every=HOURLY)
    yard.now = moment("2026-11-21T12:30")
    assert yard.work().jobs == 1
    return yard


def runs(yard, **much):
    """How often the chore ran once so much time has passed."""
    yard.pass_time(**much)
    before = len(yard.seen)
    yard.work()
    return len(yard.seen) - before


def test_what_is_new_is_due_at_once_and_then_at_its_moments(hourly):
    assert hourly.seen[0]["moment"] == "2026-11-21T12:00:00+00:00"
    assert runs(hourly, minutes=29) == 0
    assert runs(hourly, minutes=1) == 1
    assert runs(hourly, minutes=59) == 0
    assert runs(hourly, minutes=1) == 1


def test_a_clock_that_jumps_forward_makes_one_run_and_no_storm(hourly):
    assert runs(hourly, days=40) == 1
    assert runs(hourly, minutes=10) == 0
    assert runs(hourly, hours=1) == 1


def test_a_clock_that_jumps_back_makes_no_second_run_and_does_not_stop_the_chore(hourly):
    assert runs(hourly, hours=1) == 1
    assert runs(hourly, hours=-2) == 0
    assert runs(hourly, hours=1) == 0
    assert runs(hourly, hours=1) == 0
    assert runs(hourly, hours=1) == 1


def test_a_year_ahead_by_mistake_is_forgiven(hourly):
    assert runs(hourly, days=365) == 1
    assert runs(hourly, days=-365) == 0
    assert runs(hourly, hours=1) == 1


def test_workers_whose_clocks_waver_make_one_run_for_each_moment(yard):
    every = Every(60)
    yard.write(schedules.ensure, name="chore", every=every, at=NOW)
    with yard.database.write() as session:
        for minute in range(200):
            for wavering in (0, 20, -30, 40):
                at = NOW + timedelta(minutes=minute, seconds=wavering)
                schedules.fire(session, names=["chore"], at=at)
            for job in jobs.claim(session, worker="anna", at=at, limit=9, lease_s=60):
                jobs.finish(session, job=job, at=at)
    moments = yard.jobs("key")
    assert len(moments) == len(set(moments)) == 200


def test_workers_that_look_at_once_make_one_job(hourly):
    hourly.pass_time(hours=1)
    made = []
    at_once(lambda _: made.append(hourly.write(schedules.fire, names=["chore"], at=hourly.now)))
    assert sum(made) == 1


def test_a_run_that_is_not_done_yet_is_not_joined_by_another(yard):
    yard.registry.add("chore", yard.note, every=HOURLY)
    with yard.database.write() as session:
        schedules.ensure(session, name="chore", every=HOURLY, at=NOW)
    for _ in range(5):
        yard.write(schedules.fire, names=["chore"], at=yard.now)
        yard.pass_time(hours=1)
    assert yard.jobs() == ["ready"]


def test_jobs_made_by_hand_do_not_keep_it_from_coming_round(hourly):
    hourly.ask("chore", run_at=NOW + timedelta(days=90))
    assert runs(hourly, hours=1) == 1


def test_a_cadence_that_changed_holds_from_now_on(hourly):
    hourly.registry.schedules["chore"] = Daily("03:00")
    assert runs(hourly, minutes=1) == 1
    assert runs(hourly, hours=1) == 0
    assert runs(hourly, days=1) == 1


def test_what_this_version_does_not_know_any_more_makes_no_jobs(hourly):
    del hourly.registry.schedules["chore"]
    assert runs(hourly, hours=5) == 0


def test_days_turn_at_their_time_in_utc():
    night = Daily("02:40")
    assert night.latest(moment("2026-11-21T02:40")) == moment("2026-11-21T02:40")
    assert night.latest(moment("2026-11-21T02:39")) == moment("2026-11-20T02:40")
    assert night.following(moment("2026-11-21T02:40")) == moment("2026-11-22T02:40")
    assert HOURLY.following(moment("2026-11-21T02:59")) == moment("2026-11-21T03:00")
