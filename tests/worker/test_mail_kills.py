"""The worker is killed when the mail server has a mail and nobody has noted it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.serving import environment_of
from loyalty.core import clock
from tests.worker.office import CONFIRM

pytestmark = [pytest.mark.faults, pytest.mark.xdist_group("faults")]
ROOT = Path(__file__).resolve().parents[2]
KILLS = 3


@pytest.fixture
def start(settings, postbox):
    """Start a worker with a lease of a second."""
    environment = environment_of(
        {
            "LOYALTY_DATA": str(settings.data),
            "DATABASE_URL": settings.database_url,
            "LOYALTY_SMTP_URL": f"smtp://127.0.0.1:{postbox.port}",
        }
    )
    started = []

    def begin():
        command = [sys.executable, "-m", "tests.worker.hand", "chores"]
        started.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        return started[-1]

    yield begin
    for worker in started:
        worker.kill()
        worker.wait(timeout=30)


def test_who_dies_with_a_mail_at_the_server_sends_it_again_under_the_same_id(
    office, postbox, start
):
    office.now = clock.now()
    office.post("confirm_email", **CONFIRM)
    for number in range(1, KILLS + 1):
        worker = start()
        postbox.data = [lambda pid=worker.pid: os.kill(pid, signal.SIGKILL)]
        assert worker.wait(timeout=60) == -signal.SIGKILL
        assert len(postbox.arrived) == number
        assert office.mail("state", "tries") == [("waiting", 0)]
    start()
    deadline = time.monotonic() + 60
    while office.mail("state") != [("sent",)]:
        assert time.monotonic() < deadline, office.mail("state", "error")
        time.sleep(0.1)
    assert len({message["Message-ID"] for message in postbox.arrived}) == 1
    assert len(postbox.arrived) == KILLS + 1
