"""One worker of the rig: `python -m tests.chaos.work`, until every letter is out or it is killed.

It is the product's own sending, with short leases and a clock that runs ten times as fast. Two
mutants do what others do: `retry` sends again what may have arrived, `cursor` counts a letter as
sent when it is taken.
"""

import os
import signal
import sys
import time
from datetime import datetime, timedelta

import sqlalchemy as sa

from loyalty.campaigns import launching, outbox, states
from loyalty.campaigns.models import Message
from loyalty.core.db import Database, table, use
from loyalty.core.errors import Busy
from loyalty.core.settings import Settings
from loyalty.core.smtp import Server
from loyalty.worker import automating, campaigning, delivery
from loyalty.worker.crew import Stopped
from loyalty.worker.lines import Lines

SPEED, CLAIM_S, SENDING_S = 10, 20, 40
_MESSAGE = table(Message)
_JOURNEY = int(os.environ.get("CHAOS_JOURNEY") or 0)  # so many are in a journey; 0: a campaign


class FastWatch(delivery.Watch):
    """Ten seconds pass in one, for all workers alike."""

    def now(self) -> datetime:
        """The rig's time."""
        return self.at + timedelta(seconds=(time.time() - float(os.environ["CHAOS_BEGAN"])) * SPEED)


def main() -> int:
    """Work; 0 when there is nothing left to do."""
    _mutate(os.environ.get("CHAOS_MUTANT", ""))
    database = Database(Settings.from_environment(os.environ))
    use(database)
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))

    def beat() -> None:
        if stopping:
            raise Stopped

    watch = FastWatch(datetime.fromisoformat(os.environ["CHAOS_AT"]), beat, CLAIM_S, SENDING_S)
    settings = database.settings
    lines = Lines(Server.of(settings.smtp_url), own_name="w.test", size=settings.smtp_connections)
    try:
        while _work(database, lines, watch):
            time.sleep(0.05)
    except Stopped:
        pass  # drained: whatever was not begun is free again
    finally:
        lines.close()
    return 0


def _work(database: Database, lines: Lines, watch: FastWatch) -> bool:
    """One round; whether anything is still on its way."""
    try:
        with database.read() as session:
            campaigns = launching.running(session)
        if _JOURNEY:
            automating.tend(database, payload={}, at=watch.now(), beat=watch.beat)
        for campaign in campaigns:
            campaigning._tend(database, campaign, watch)
        campaigning.deliver(database, lines, watch)
    except Busy:
        time.sleep(0.1)
        return True
    with database.read() as session:
        if _JOURNEY:
            over = sa.select(sa.func.count()).where(_MESSAGE.c.state.not_in(states.OPEN))
            return session.execute(over).scalar_one() < _JOURNEY
        return bool(launching.running(session))


def _mutate(kind: str) -> None:
    if kind == "retry":
        delivery._STATE["unknown"] = states.READY
        outbox.reap = _reap_for_another_try
    if kind == "cursor":
        outbox.claim = _claim_as_sent


def _reap_for_another_try(session, *, campaign, at):
    gone = (_MESSAGE.c.state == states.SENDING, _MESSAGE.c.lease_ends_at <= at)
    session.execute(sa.update(_MESSAGE).where(*gone).values(state=states.READY, worker=None))


_claim = outbox.claim


def _claim_as_sent(session, **asked):
    """What is fetched counts as done; whoever is killed with it forgets the rest."""
    jobs, claims = _claim(session, **{**asked, "limit": 100})
    ids = [job.id for job in jobs]
    gone = sa.update(_MESSAGE).where(_MESSAGE.c.id.in_(ids))
    session.execute(gone.values(state=states.SENT, worker=None, lease_ends_at=None))
    outbox.mark = lambda session, *, hashes, **_: {key for key, _ in hashes}
    return jobs, claims


if __name__ == "__main__":
    sys.exit(main())
