"""The power goes while eight tills are at work: what was promised is there, once, and no more."""

import http.client
import random
import time
from collections import Counter as Tally
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

from bench import books, cast
from bench.cast import Counter
from bench.machine import queued_s, tree
from bench.serving import serving
from bench.serving import start as start_server
from loyalty.core.db import Database
from loyalty.core.signing import digest
from loyalty.ledger.models import Account, Operation
from tests.faults.crowd import Crowd, Notes, Told, send

KILLS = 10
CARDS = 6
SERVING_AGAIN_S = 5
TOLD_A_ROUND_MIN = 20
REPLAYS_MAX = 200


def test_no_kill_loses_or_doubles_a_visit(installation: Mapping[str, str], tmp_path: Path) -> None:
    counter, notes = cast.open_counter(installation, cards=CARDS), Notes()
    with serving(installation, tmp_path / "log"):
        pass  # the very first start compiles what pip compiles as it installs
    starts = [_one_kill(installation, counter, notes, tmp_path / "log") for _ in range(KILLS)]
    assert max(starts) <= SERVING_AGAIN_S
    assert not notes.odd, notes.odd[:3]
    assert len(notes.unknown) >= KILLS, "the kills hit visits that were under way"
    with serving(installation, tmp_path / "log") as served:
        asked = _ask_again(counter, notes, served.port)
    with cast.opened(installation) as database:
        _demand_each_once(database, notes)
    _tell(f"{len(notes.sent)} sent, {len(notes.told)} acknowledged, {asked} asked again", starts)


def _tell(figures: str, starts: list[float]) -> None:
    """For `pytest -s -m faults`."""
    again = f"serving again after {min(starts):.1f} to {max(starts):.1f} s"
    print(f"\n{KILLS} kills, {figures}; {again}")  # noqa: T201


def _one_kill(installation: Mapping[str, str], counter: Counter, notes: Notes, log: Path) -> float:
    """Start, let the tills work, kill without warning, and look at the books; seconds to serve."""
    served = start_server(installation, log)
    took = time.monotonic() - served.began - _held_up_s(served.process.pid)
    with Crowd(counter, served.port, notes):
        _wait_until_busy(notes, len(notes.told) + TOLD_A_ROUND_MIN)
        time.sleep(random.uniform(0, 0.3))
        served.kill()
    with cast.opened(installation) as database:
        _wait_until_alone(database)
        _demand_whole(database)
        recorded = _recorded(database)
        lost = [key for key in notes.told if recorded[digest(key)] != 1]
        assert not lost, f"acknowledged and not there once: {lost}"
        assert set(recorded.values()) == {1}, "none is there twice"
        assert recorded.keys() <= {digest(key) for key in notes.sent}
    return took


def _held_up_s(server: int) -> float:
    """How long others on this machine kept the processor from a start: first from the parent, then
    from the worker that it started."""
    workers = tree(server) - {server}
    return queued_s(server) + max(map(queued_s, workers), default=0)


def _wait_until_busy(notes: Notes, told: int) -> None:
    """Until so many visits have been acknowledged: the tills are at work, the caches warm."""
    deadline = time.monotonic() + 20
    while len(notes.told) < told:
        assert time.monotonic() < deadline, f"the tills got {notes.odd[:3] or 'no answers'}"
        time.sleep(0.01)


def _wait_until_alone(database: Database) -> None:
    """A PostgreSQL goes on for a moment with what a dead client had asked for."""
    if database.dialect == "sqlite":
        return
    query = sa.text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with database.read() as session:
            if session.execute(query).scalar_one() == 0:
                return
        time.sleep(0.02)
    raise AssertionError("connections of the dead server stay")


def _demand_whole(database: Database) -> None:
    assert books.findings(database) == []
    if database.dialect == "sqlite":
        with database.read() as session:
            assert session.execute(sa.text("PRAGMA integrity_check")).scalar_one() == "ok"


def _recorded(database: Database) -> Tally[bytes]:
    """How often each key stands in the books."""
    with database.read() as session:
        visits = sa.select(Operation.key_hash).where(Operation.kind == "visit")
        return Tally(session.scalars(visits))


def _ask_again(counter: Counter, notes: Notes, port: int) -> int:
    """Every key without an answer, and some that had one, as a till does; how many were asked."""
    known = random.sample(sorted(notes.told), min(REPLAYS_MAX, len(notes.told)))
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=15)) as connection:
        for key in notes.unknown:
            told = send(connection, counter, key, notes.sent[key])
            assert told.status == 201, told
            again = send(connection, counter, key, notes.sent[key])
            assert again == Told(201, told.body, replayed=True)
        for key in known:
            told = send(connection, counter, key, notes.sent[key])
            assert told == Told(201, notes.told[key], replayed=True)
    return len(notes.unknown) + len(known)


def _demand_each_once(database: Database, notes: Notes) -> None:
    """Every key that was ever sent is there once, and each gave its one point."""
    assert _recorded(database) == Tally(digest(key) for key in notes.sent)
    _demand_whole(database)
    with database.read() as session:
        points = session.execute(sa.select(sa.func.sum(Account.balance))).scalar_one()
    assert points == len(notes.sent)
