"""The worker beside the server: it comes back when it breaks, and nobody outlives the parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bench.machine import tree
from bench.serving import environment_of, free_port
from loyalty.core import clock, jobs
from loyalty.core.db import Database
from loyalty.core.settings import Settings, SettingsRefused

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("faults")]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def engine() -> str:
    """It is the same processes on both."""
    return "sqlite"


@pytest.fixture
def start(settings: Settings, database: Database, tmp_path: Path) -> Iterator[object]:
    """Starts `loyalty serve --with-worker` on the test's installation; killed at the end."""
    parents = []

    def begin(**more: str) -> "subprocess.Popen[bytes]":
        given = {"LOYALTY_DATA": str(settings.data), "DATABASE_URL": settings.database_url}
        command = [sys.executable, "-m", "loyalty.cli", "serve", "--with-worker"]
        with (tmp_path / "log").open("ab") as log:
            parent = subprocess.Popen(
                [*command, "--bind", f"127.0.0.1:{free_port()}"],
                cwd=ROOT,
                env=environment_of(given | more),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        parents.append(parent)
        return parent

    yield begin
    for parent in parents:
        if parent.poll() is None:
            os.killpg(parent.pid, signal.SIGKILL)
            parent.wait()


def family(parent) -> dict[int, str]:
    """Every process below the parent, and what it is called."""
    found = {}
    for pid in tree(parent.pid) - {parent.pid}:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().replace("\0", " ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        found[pid] = words
    return found


def worker_of(parent) -> int | None:
    pids = [pid for pid, words in family(parent).items() if "loyalty.serve worker" in words]
    return pids[0] if pids else None


def until(holds, seconds=30):
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def alive(pids) -> list[int]:
    return [pid for pid in pids if Path(f"/proc/{pid}").exists() and not is_zombie(pid)]


def is_zombie(pid) -> bool:
    try:
        return ") Z" in Path(f"/proc/{pid}/stat").read_text("ascii")
    except (FileNotFoundError, ProcessLookupError):
        return True


def ask(database: Database) -> None:
    with database.write() as session:
        jobs.enqueue(session, kind="jobs.sweep", payload={}, at=clock.now())


def done(database: Database) -> int:
    with database.read() as session:
        query = sa.select(sa.func.count()).where(jobs.Job.state == "done")
        return session.execute(query).scalar_one()


def test_it_works_comes_back_when_killed_and_drains_when_told(start, database, tmp_path):
    parent = start()
    first = until(lambda: worker_of(parent))
    until(lambda: done(database) >= 1)
    os.kill(first, signal.SIGKILL)
    second = until(lambda: worker_of(parent) not in (None, first) and worker_of(parent))
    assert second != first
    ask(database)
    until(lambda: done(database) >= 2)
    everybody = list(family(parent))
    parent.terminate()
    assert parent.wait(30) == 0
    until(lambda: not alive(everybody), seconds=5)
    assert "the worker ended and will be started again" in (tmp_path / "log").read_text("utf-8")


def test_a_parent_that_is_killed_leaves_nobody_behind(start, database):
    parent = start()
    until(lambda: worker_of(parent))
    until(lambda: len(family(parent)) >= 3)  # the worker, gunicorn and its process
    until(lambda: done(database) >= 1)
    time.sleep(1)
    everybody = list(family(parent))
    parent.kill()
    parent.wait()
    until(lambda: not alive(everybody), seconds=30)


def test_a_worker_of_somebody_else_is_left_to_them(start):
    parent = start(LOYALTY_WORKER="external")
    until(lambda: family(parent))
    time.sleep(1.5)
    assert worker_of(parent) is None
    parent.terminate()
    assert parent.wait(30) == 0


def test_where_the_worker_is_can_be_said_in_one_way_only(tmp_path):
    given = {"LOYALTY_DATA": str(tmp_path)}
    assert not Settings.from_environment(given).worker_is_external
    assert Settings.from_environment(given | {"LOYALTY_WORKER": "external"}).worker_is_external
    with pytest.raises(SettingsRefused, match="LOYALTY_WORKER must be external"):
        Settings.from_environment(given | {"LOYALTY_WORKER": "none"})
