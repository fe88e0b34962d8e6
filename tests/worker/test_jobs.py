"""A job is done once, however often it is started; what fails comes back, and at last is dead."""

from datetime import timedelta

import pytest

from loyalty.core import jobs, worklist
from loyalty.core.errors import Unknown
from loyalty.core.ids import new_id, ref
from loyalty.core.worklist import NotDead
from tests.builders import NOW
from tests.domain.races import at_once


def test_a_job_is_there_only_if_the_write_was(yard):
    def breaks_off(session):
        jobs.enqueue(session, kind="note", payload={}, at=NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        yard.write(breaks_off)
    assert yard.jobs() == []


def test_a_known_key_adds_nothing_and_says_so(yard):
    assert yard.ask(key="night@1") is not None
    assert yard.ask(key="night@1") is None
    assert yard.ask() is not None
    assert yard.ask() is not None
    assert len(yard.jobs()) == 3


def test_a_key_is_known_even_after_its_job_was_done(yard):
    yard.ask(key="night@1")
    assert yard.work().jobs == 1
    assert yard.ask(key="night@1") is None
    assert yard.work().jobs == 0


def test_a_job_waits_for_its_time(yard):
    yard.ask(run_at=NOW + timedelta(hours=1))
    assert yard.work().jobs == 0
    yard.pass_time(hours=1)
    assert yard.work().jobs == 1


def test_the_longest_due_goes_first(yard):
    for number, hours in enumerate((3, 1, 2)):
        yard.ask(payload={"number": number}, run_at=NOW + timedelta(hours=hours))
    yard.pass_time(days=1)
    yard.work(concurrency=1)
    assert [payload["number"] for payload in yard.seen] == [1, 2, 0]


def test_workers_that_claim_at_once_never_get_the_same_job(yard):
    wanted = {yard.ask() for _ in range(40)}
    got = []
    assert at_once(lambda number: got.append(yard.claim(f"w{number}", limit=3))) == {"done": 8}
    ids = [job.id for share in got for job in share]
    assert len(ids) == len(set(ids)) == 24
    assert set(ids) <= wanted


def test_one_job_goes_to_one_of_eight_workers(yard):
    yard.ask()
    got = []
    at_once(lambda number: got.append(yard.claim(f"w{number}")))
    assert sorted(len(share) for share in got) == [0] * 7 + [1]


def test_a_job_whose_worker_fell_silent_is_taken_over_and_the_first_attempt_counted(yard):
    yard.ask()
    (first,) = yard.claim("anna")
    assert yard.claim("bea") == []
    yard.pass_time(seconds=60)
    (second,) = yard.claim("bea")
    assert (first.attempt, second.attempt) == (1, 2)


def test_who_has_lost_the_lease_records_nothing(yard):
    yard.ask()
    (slow,) = yard.claim("anna")
    yard.pass_time(minutes=2)
    (quick,) = yard.claim("bea")
    assert not yard.write(jobs.finish, job=slow, at=yard.now)
    assert not yard.write(jobs.prolong, job=slow, at=yard.now, lease_s=60)
    assert not yard.write(jobs.give_back, job=slow)
    assert yard.write(jobs.fail, job=slow, error=ValueError(), at=yard.now) is None
    assert yard.write(jobs.finish, job=quick, at=yard.now)
    assert not yard.write(jobs.finish, job=quick, at=yard.now)
    assert yard.jobs("state", "attempts") == [("done", 2)]


def test_a_worker_that_gets_its_own_job_again_is_told_apart_from_itself(yard):
    yard.ask()
    (before,) = yard.claim("anna")
    yard.write(jobs.give_back, job=before)
    (after,) = yard.claim("anna")
    assert before.attempt == after.attempt
    assert not yard.write(jobs.finish, job=before, at=yard.now)
    assert yard.write(jobs.finish, job=after, at=yard.now)


def test_a_lease_that_is_prolonged_holds(yard):
    yard.ask()
    (job,) = yard.claim("anna")
    yard.pass_time(seconds=50)
    assert yard.write(jobs.prolong, job=job, at=yard.now, lease_s=60)
    yard.pass_time(seconds=50)
    assert yard.claim("bea") == []
    assert yard.write(jobs.finish, job=job, at=yard.now)


def test_a_clock_that_was_ahead_and_is_put_right_does_not_hold_a_job_for_ever(yard):
    yard.ask(run_at=NOW - timedelta(days=500))
    yard.pass_time(days=365)
    yard.claim("anna")
    yard.pass_time(days=-365)
    (job,) = yard.claim("bea")
    assert job.attempt == 2


def test_a_failure_waits_twice_as_long_each_time_and_the_eighth_is_the_last(yard):
    yard.ask()
    waits = []
    for _ in range(jobs.ATTEMPTS - 1):
        (job,) = yard.claim()
        assert yard.write(jobs.fail, job=job, error=ValueError("Carla"), at=yard.now) == "ready"
        assert yard.claim() == []
        (run_at,) = yard.jobs("run_at")
        waits.append((run_at - yard.now).total_seconds())
        yard.now = run_at
    for number, wait in enumerate(waits):
        assert 4 * 2**number <= wait <= 6 * 2**number
    (job,) = yard.claim()
    assert yard.write(jobs.fail, job=job, error=Unknown("card"), at=yard.now) == "dead"
    assert yard.jobs("state", "last_error") == [("dead", "Unknown unknown_card")]
    yard.pass_time(days=30)
    assert yard.claim() == []


def test_waiting_has_a_ceiling_and_jitter():
    assert jobs.wait_after(30, jitter_percent=0) == timedelta(hours=1)
    assert jobs.wait_after(1, jitter_percent=-20) == timedelta(seconds=4)
    assert jobs.wait_after(1, jitter_percent=20) == timedelta(seconds=6)


def test_an_error_is_kept_by_its_class_and_code_and_quotes_nobody(yard):
    yard.ask()
    (job,) = yard.claim()
    yard.write(jobs.fail, job=job, error=ValueError("carla@example.it"), at=yard.now)
    assert yard.jobs("last_error") == ["ValueError"]


def test_a_job_that_takes_its_worker_down_each_time_dies_too(yard):
    yard.ask()
    for _ in range(jobs.ATTEMPTS):
        assert len(yard.claim()) == 1
        yard.pass_time(minutes=2)
    assert yard.claim() == []
    assert yard.jobs("state", "last_error") == [("dead", "LeaseLost")]


def dead(yard, **more):
    """A job that has failed too often."""
    job_id = yard.ask(**more)
    for _ in range(jobs.ATTEMPTS):
        yard.claim()
        yard.pass_time(minutes=2)
    yard.claim()
    return job_id


def test_a_dead_job_that_is_retried_has_a_whole_life_again(yard):
    job_id = dead(yard)
    yard.write(worklist.retry, job_id=job_id, at=yard.now)
    (job,) = yard.claim()
    yard.write(jobs.fail, job=job, error=ValueError(), at=yard.now)
    ((state, run_at),) = yard.jobs("state", "run_at")
    assert state == "ready"
    assert run_at - yard.now <= timedelta(seconds=6)
    yard.pass_time(minutes=1)
    assert yard.work().jobs == 1


def test_a_dead_job_that_is_discarded_never_comes_back(yard):
    job_id = dead(yard)
    yard.write(worklist.discard, job_id=job_id, at=yard.now)
    assert yard.work().jobs == 0
    assert yard.jobs() == ["discarded"]
    with pytest.raises(NotDead):
        yard.write(worklist.retry, job_id=job_id, at=yard.now)


def test_only_what_is_dead_can_be_decided_about(yard):
    job_id = yard.ask()
    for act in (worklist.retry, worklist.discard):
        with pytest.raises(NotDead):
            yard.write(act, job_id=job_id, at=yard.now)
    assert yard.jobs() == ["ready"]


def test_a_shop_sees_its_own_jobs_and_the_houses_and_no_strangers(yard, shop, stranger):
    ours = dead(yard, merchant_id=shop.merchant_id)
    theirs = dead(yard, merchant_id=stranger.merchant_id)
    house = dead(yard)
    with yard.database.read() as session:
        seen = worklist.dead_jobs(session, merchant_id=shop.merchant_id)
        assert {job.id for job in seen} == {ours, house}
        assert {job.id for job in worklist.dead_jobs(session)} == {ours, theirs, house}
        for name in (ref("job", theirs), ref("job", new_id()), "job_x", ""):
            with pytest.raises(Unknown):
                worklist.find(session, job_ref=name, merchant_id=shop.merchant_id)


def test_the_lag_is_the_age_of_the_oldest_job_that_could_run(yard):
    def lag():
        with yard.database.read() as session:
            return worklist.lag_s(session, at=yard.now)

    assert lag() == 0
    yard.ask(run_at=NOW + timedelta(hours=1))
    assert lag() == 0
    yard.pass_time(hours=1, minutes=2)
    assert lag() == 120
