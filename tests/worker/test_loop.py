"""The worker at work: it survives what its handlers do, and leaves when it is told to."""

import threading
import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.core import clock, jobs
from loyalty.core.errors import Busy
from loyalty.worker import crew
from loyalty.worker.loop import Worker
from tests.builders import NOW


@pytest.fixture
def at_work(yard):
    """A worker on a thread of its own, stopped at the end."""
    workers = []

    def begin(**more):
        worker = Worker(yard.database, yard.registry, clock=clock.now, **more)
        thread = threading.Thread(target=worker.run)
        thread.start()
        workers.append((worker, thread))
        return worker, thread

    yield begin
    for worker, thread in workers:
        worker.stop()
        thread.join(30)
        assert not thread.is_alive()


def until(holds, seconds=15):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_is_asked_for_on_the_way_is_done_too(yard):
    def asks(database, *, payload, at, beat):
        with database.write() as session:
            jobs.enqueue(session, kind="note", payload={"second": True}, at=at)

    yard.registry.add("asks", asks)
    yard.ask("asks")
    assert yard.work().jobs == 2
    assert yard.seen == [{"second": True}]


def test_the_handler_is_told_the_time_of_the_worker(yard):
    times = []
    yard.registry.add("when", lambda database, *, payload, at, beat: times.append(at))
    yard.ask("when")
    yard.pass_time(days=400)
    yard.work()
    assert times == [NOW + timedelta(days=400)]


def test_two_workers_share_the_work_and_repeat_nothing(yard, at_work):
    for number in range(60):
        yard.ask(payload={"number": number})
    yard.now = clock.now()
    at_work(concurrency=3)
    at_work(concurrency=3)
    until(lambda: set(yard.jobs()) == {"done"})
    assert sorted(payload["number"] for payload in yard.seen) == list(range(60))


@pytest.mark.parametrize("error", [ValueError("Carla"), SystemExit(), KeyboardInterrupt()])
def test_whatever_a_handler_raises_the_worker_goes_on(yard, error, caplog):
    def broken(database, **_):
        raise error

    yard.registry.add("broken", broken)
    for _ in range(6):
        yard.ask("broken")
    yard.ask()
    tally = yard.work(concurrency=2)
    assert (tally.jobs, tally.failed, tally.dead) == (1, 6, 0)
    assert yard.jobs("last_error") == [type(error).__name__] * 6 + [None]


def test_a_job_that_this_version_does_not_know_is_tried_again_later(yard):
    yard.ask("from.the.future")
    assert yard.work().failed == 1
    assert yard.jobs("state", "last_error") == [("ready", "NoHandler")]


def test_the_last_failure_is_counted_as_a_death(yard):
    def broken(database, **_):
        raise ValueError

    yard.registry.add("broken", broken)
    yard.ask("broken")
    deaths = []
    for _ in range(jobs.ATTEMPTS):
        deaths.append(yard.work().dead)
        yard.pass_time(hours=2)
    assert deaths == [0] * (jobs.ATTEMPTS - 1) + [1]


def test_a_handler_that_beats_keeps_its_job_longer_than_the_lease(yard, at_work):
    began = []

    def slow(database, *, payload, at, beat):
        began.append(at)
        for _ in range(40):
            time.sleep(0.05)
            beat()

    yard.registry.add("slow", slow)
    yard.ask("slow")
    for _ in range(2):
        at_work(lease_s=1)
    until(lambda: yard.jobs() == ["done"])
    assert len(began) == 1


def test_a_handler_that_was_taken_for_dead_stops_at_its_next_beat_and_is_recorded_once(
    yard, at_work
):
    ended = []

    def stalls(database, *, payload, at, beat):
        if not ended:
            ended.append("stalled")
            time.sleep(2.5)
            beat()
            ended.append("went on")
        ended.append("done")

    yard.registry.add("stalls", stalls)
    yard.ask("stalls")
    for _ in range(2):
        at_work(lease_s=1, concurrency=1)
    until(lambda: yard.jobs() == ["done"])
    time.sleep(2)
    assert ended == ["stalled", "done"]
    assert yard.jobs("state", "attempts") == [("done", 2)]


def test_who_ends_after_its_lease_has_passed_on_does_not_count(yard, at_work):
    ended = []

    def stalls(database, *, payload, at, beat):
        if not ended:
            ended.append("stalled")
            time.sleep(2.5)
        ended.append("done")

    yard.registry.add("stalls", stalls)
    yard.ask("stalls")
    workers = [at_work(lease_s=1, concurrency=1)[0] for _ in range(2)]
    until(lambda: ended == ["stalled", "done", "done"])
    until(lambda: not any(worker._crew.held for worker in workers))
    assert sum(worker.tally.jobs for worker in workers) == 1
    assert yard.jobs("state", "attempts") == [("done", 2)]


def test_who_is_told_to_stop_finishes_what_runs_and_takes_nothing_more(yard, at_work):
    going, may_end = threading.Event(), threading.Event()

    def slow(database, *, payload, at, beat):
        going.set()
        may_end.wait(20)

    yard.registry.add("slow", slow)
    yard.ask("slow")
    for _ in range(3):
        yard.ask("slow", run_at=NOW + timedelta(seconds=1))
    worker, thread = at_work(concurrency=1)
    assert going.wait(10)
    worker.stop()
    time.sleep(1.5)
    assert thread.is_alive()
    may_end.set()
    thread.join(10)
    assert yard.jobs("state", "attempts") == [("done", 1)] + [("ready", 0)] * 3


def test_a_job_that_would_take_too_long_is_given_back_and_its_attempt_does_not_count(
    yard, at_work, monkeypatch
):
    monkeypatch.setattr(crew, "STOP_S", 0)
    going = threading.Event()

    def endless(database, *, payload, at, beat):
        going.set()
        while True:
            time.sleep(0.01)
            beat()

    yard.registry.add("endless", endless)
    yard.ask("endless")
    worker, thread = at_work()
    assert going.wait(10)
    worker.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert yard.jobs("state", "attempts", "worker") == [("ready", 0, None)]


def test_a_database_that_is_busy_for_a_moment_loses_nothing(yard, monkeypatch):
    yard.ask()
    finish, refusals = jobs.finish, []

    def busy_once(session, **more):
        if not refusals:
            refusals.append(1)
            raise Busy
        return finish(session, **more)

    monkeypatch.setattr(jobs, "finish", busy_once)
    assert yard.work().jobs == 1
    assert len(yard.seen) == 1
    assert yard.jobs("state", "attempts") == [("done", 1)]


def test_an_idle_worker_never_asks_for_the_lock(yard):
    yard.work()
    begun = []
    sa.event.listen(yard.database.write_engine, "begin", begun.append)
    worker = Worker(yard.database, yard.registry, clock=lambda: yard.now)
    assert not worker._take_turn()
    assert begun == []
