"""Workers are killed in the middle of it, again and again: every job is done, and recorded once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from bench.serving import environment_of
from loyalty.core import clock, jobs, outbox
from loyalty.core.db import Database, table
from loyalty.core.jobs import Job
from tests.builders import Shop

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
ROOT = Path(__file__).resolve().parents[2]
JOBS, DEEDS, KILLS, HANDS = 100, 160, 12, 2


class Hands:
    """So many workers; who is killed is replaced."""

    def __init__(self, settings) -> None:
        self._environment = environment_of(
            {"LOYALTY_DATA": str(settings.data), "DATABASE_URL": settings.database_url}
        )
        self.at_work = [self._start() for _ in range(HANDS)]

    def _start(self) -> "subprocess.Popen[bytes]":
        hand = subprocess.Popen(
            [sys.executable, "-m", "tests.worker.hand"],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert hand.stdout is not None
        assert hand.stdout.readline() == b"at work\n"
        return hand

    def kill(self, number: int) -> None:
        self.at_work[number].kill()
        self._bury(self.at_work[number])
        self.at_work[number] = self._start()

    def stop(self) -> list[int]:
        """Ask all to leave; their exit codes."""
        for hand in self.at_work:
            hand.terminate()
        return [self._bury(hand) for hand in self.at_work]

    def _bury(self, hand: "subprocess.Popen[bytes]") -> int:
        code = hand.wait(timeout=30)
        assert hand.stdout is not None
        hand.stdout.close()
        return code


@pytest.fixture
def hands(settings, database):
    hands = Hands(settings)
    yield hands
    for hand in hands.at_work:
        if hand.poll() is None:
            hand.kill()
            hands._bury(hand)


def counted(database: Database) -> Counter[tuple[str, str]]:
    """How many jobs of each kind are in each state."""
    job = table(Job).c
    with database.read() as session:
        query = sa.select(job.kind, job.state, sa.func.count()).group_by(job.kind, job.state)
        return Counter({(kind, state): count for kind, state, count in session.execute(query)})


def ask(database: Database, shop: Shop) -> None:
    """Deeds by hand, then deeds that follow from what happened in the shop; each has a number."""
    at = clock.now()
    with database.write() as session:
        for number in range(JOBS):
            jobs.enqueue(session, kind="deed", payload={"facts": {"number": number}}, at=at)
        for number in range(JOBS, DEEDS):
            facts = {"number": number}
            outbox.add(
                session, merchant_id=shop.merchant_id, kind="visit.recorded", facts=facts, at=at
            )


def wait_until_done(database: Database) -> None:
    deadline = time.monotonic() + 60
    while counted(database)["deed", "done"] < DEEDS:
        assert time.monotonic() < deadline, counted(database)
        time.sleep(0.1)


def test_no_kill_loses_a_job_or_records_it_twice(database, shop, hands):
    dice = random.Random(2026)
    ask(database, shop)
    for _ in range(KILLS):
        time.sleep(dice.uniform(0.05, 0.4))
        hands.kill(dice.randrange(HANDS))
    wait_until_done(database)
    assert hands.stop() == [0] * HANDS
    found = counted(database)
    assert {state for kind, state in found if kind == "deed"} == {"done"}
    assert (found["deed", "done"], found["mark", "ready"]) == (DEEDS, DEEDS)
    assert found["begun", "ready"] > DEEDS, "the kills hit jobs that were under way"


def test_a_worker_that_hangs_beyond_its_lease_and_comes_back_spoils_nothing(database, shop, hands):
    ask(database, shop)
    hung = hands.at_work[0]
    for _ in range(2):
        time.sleep(0.3)
        os.kill(hung.pid, signal.SIGSTOP)
        time.sleep(1.6)
        os.kill(hung.pid, signal.SIGCONT)
    wait_until_done(database)
    assert hands.stop() == [0] * HANDS
    found = counted(database)
    assert (found["deed", "done"], found["mark", "ready"]) == (DEEDS, DEEDS)
