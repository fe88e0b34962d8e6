"""The rig in its short form; in full it is `python -m tests.chaos`."""

import pytest

from loyalty.campaigns import states
from loyalty.worker import delivery
from tests.chaos import machine
from tests.chaos.rig import Plot, play
from tests.rigs import postgres


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_workers_that_are_killed_while_they_send_double_nobody_and_lose_nobody(engine, tmp_path):
    url = f"sqlite:///{tmp_path / 'loyalty.sqlite3'}"
    if engine == "postgresql":
        url = postgres.shared().create_database()
    found = play(Plot(url, tmp_path, people=250, kills=6))
    assert found.is_good, str(found)
    assert found.kills == 6


EXAMPLES = {"sqlite": 5, "postgresql": 2}


def test_whatever_comes_between_nobody_gets_two_and_nobody_is_forgotten(database):
    """Pauses, kills, a no, a worker that stands still beyond its leases: in any order."""
    machine.walk(database, examples=EXAMPLES[database.dialect])


@pytest.mark.parametrize("engine", ["sqlite"])
def test_one_that_sends_again_what_may_have_arrived_is_caught(database, monkeypatch):
    monkeypatch.setitem(delivery._STATE, "unknown", states.READY)
    with pytest.raises(AssertionError):
        machine.walk(database, examples=30)
