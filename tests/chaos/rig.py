"""One run: a shop with many people, three workers, a bad mail server, and somebody who kills."""

import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from loyalty import schema
from loyalty.automations import switching
from loyalty.automations.journeys import WELCOME
from loyalty.campaigns import drafts, launching, states
from loyalty.campaigns.drafts import Plan
from loyalty.campaigns.models import Campaign, Message
from loyalty.core import bulk, db
from loyalty.core.db import Database, table
from loyalty.core.ids import new_id, ref
from loyalty.core.settings import Settings
from loyalty.customers.models import ConsentEvent, Customer
from tests.builders import open_shop
from tests.chaos.sink import NOBODY_AT, NOBODY_EVERY
from tests.chaos.work import SENDING_S, SPEED

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # a Monday
WORKERS, WAIT_S_MAX = 3, 900
EVERYBODY = {"all": [{"field": "joined_days", "op": "gte", "value": 0}]}
LETTER = {"it": {"subject": "Ciao {{first_name|tu}}", "body": "Ci manchi."}}
_ID = re.compile(r"<m\.([0-9a-f]{32})@")


@dataclass(frozen=True)
class Plot:
    """What is played: how many people, kills and stops, on which database, by which mutant.

    With `journey` the letters are those of an automation, which the workers also let people enter.
    """

    url: str
    folder: Path
    seed: int = 1
    people: int = 1_200
    kills: int = 40
    mutant: str = ""
    journey: bool = False
    stalls: int = 0


@dataclass
class Found:
    """What came of it; the three lists must be empty."""

    states: dict[str, int]
    seconds: float
    kills: int
    accepted: int
    doubles: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unrecorded: list[str] = field(default_factory=list)
    state: str = ""
    wrong: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether everything held."""
        return not (self.doubles or self.missing or self.unrecorded or self.wrong)

    def __str__(self) -> str:
        return (
            f"{self.seconds:.0f} s, {self.kills} kills, {self.states}, {self.accepted} accepted:"
            f" {len(self.doubles)} doubles, {len(self.missing)} missing,"
            f" {len(self.unrecorded)} unrecorded{'; ' if self.wrong else ''}{'; '.join(self.wrong)}"
        )


def play(plot: Plot) -> Found:
    """Launch, kill, wait for the end, and compare the server's log with what we believe."""
    port = _free_port()
    environment = _environment(plot, port)
    database = Database(Settings.from_environment(environment))
    schema.migrate(database)
    db.use(database)
    try:
        (_switch_on if plot.journey else _launch)(database, plot.people)
        log = plot.folder / "accepted.log"
        with _sink(port, log, plot.seed):
            began = time.monotonic()
            killed = _kill_and_wait(plot, environment)
            seconds = time.monotonic() - began
        return _compare(database, plot, log, seconds, killed)
    finally:
        db.use(None)
        database.dispose()


def _environment(plot: Plot, port: int) -> dict[str, str]:
    return {
        **os.environ,
        "LOYALTY_DATA": str(plot.folder),
        "DATABASE_URL": plot.url,
        "LOYALTY_SMTP_URL": f"smtp://127.0.0.1:{port}",
        "LOYALTY_MAIL_FROM": "carte@card.example.it",
        "CHAOS_AT": AT.isoformat(),
        "CHAOS_BEGAN": str(time.time()),
        "CHAOS_MUTANT": plot.mutant,
        "CHAOS_JOURNEY": str(plot.people) if plot.journey else "",
    }


def _launch(database: Database, people: int) -> None:
    shop = open_shop(database, name="Caffè Aurora", owner="aurora", cashier="bruno")
    fill(database, shop.merchant_id, people)
    plan = Plan("Ci manchi", EVERYBODY, LETTER, holdout_percent=0)
    with database.write() as session:
        made = drafts.create(session, duty=shop.owner, plan=plan, at=AT)
        campaign = ref("cmp", made.id)
    scope = {"campaign_ref": campaign, "at": AT}
    with database.read() as session:
        ready = launching.prepare(session, merchant_id=shop.merchant_id, **scope)
    with database.write() as session:
        launching.launch(session, duty=shop.owner, ready=ready, **scope)


def _switch_on(database: Database, people: int) -> None:
    """The welcome mail, for people who came in by the poster since."""
    shop = open_shop(database, name="Caffè Aurora", owner="aurora", cashier="bruno")
    fill(database, shop.merchant_id, people, at=AT - timedelta(hours=4), source="poster")
    with database.read() as session:
        prepared = switching.prepare(session, merchant_id=shop.merchant_id, kind=WELCOME)
    with database.write() as session:
        at = AT - timedelta(hours=5)
        switching.switch_on(session, duty=shop.owner, kind=WELCOME, prepared=prepared, at=at)


def fill(
    database: Database,
    merchant_id: UUID,
    people: int,
    *,
    at: datetime = AT - timedelta(days=100),
    source: str | None = None,
) -> list[UUID]:
    """So many customers who have said yes, at u0@d0.example.org and so on; their ids."""
    ids = [new_id() for _ in range(people)]
    blank = dict.fromkeys(column.name for column in table(Customer).columns)
    with database.write() as session:
        for start in range(0, people, 1_000):
            some = list(enumerate(ids))[start : start + 1_000]
            customers = [
                {
                    **blank, "merchant_id": merchant_id, "id": key, "created_at": at,
                    "name": f"Anna {number}", "email": f"u{number}@d{number % 50}.example.org",
                    "source": source,
                }
                for number, key in some
            ]  # fmt: skip
            bulk.insert(session.connection(), table(Customer), customers)
            events = [_yes(merchant_id, key, at) for _, key in some]
            bulk.insert(session.connection(), table(ConsentEvent), events)
    return ids


def _yes(merchant_id: UUID, customer_id: UUID, at: datetime) -> dict[str, object]:
    return {
        "merchant_id": merchant_id, "id": new_id(), "customer_id": customer_id,
        "purpose": "marketing", "given": True, "text_id": "news-it-3", "source": "counter",
        "actor": "system", "at": at, "recorded_at": at, "merge_id": None,
    }  # fmt: skip


@contextmanager
def _sink(port: int, log: Path, seed: int):
    asked = [sys.executable, "-m", "tests.chaos.sink", str(port), str(log), str(seed)]
    process = subprocess.Popen(asked, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _kill_and_wait(plot: Plot, environment: dict[str, str]) -> int:
    """Kill one of three workers every so often, nine times of ten without a word."""
    drawn, killed, stalled = random.Random(plot.seed), 0, 0
    errors = (plot.folder / "workers.log").open("ab")

    def begin() -> subprocess.Popen[bytes]:
        asked = [sys.executable, "-m", "tests.chaos.work"]
        return subprocess.Popen(asked, env=environment, stderr=errors)

    workers = [begin() for _ in range(WORKERS)]
    until = time.monotonic() + WAIT_S_MAX
    time.sleep(1.5)
    while any(worker.poll() is None for worker in workers) and time.monotonic() < until:
        time.sleep(drawn.uniform(0.3, 0.8))
        which = drawn.randrange(WORKERS)
        if stalled < plot.stalls and workers[which].poll() is None:
            _stall(workers[which])
            stalled += 1
        if killed < plot.kills and workers[which].poll() is None:
            is_rude = drawn.random() < 0.9
            workers[which].send_signal(signal.SIGKILL if is_rude else signal.SIGTERM)
            workers[which].wait(20)
            workers[which], killed = begin(), killed + 1
    for worker in workers:
        worker.kill()
        worker.wait()
    errors.close()
    return killed


def _stall(worker: subprocess.Popen[bytes]) -> None:
    """Let it stand still beyond both of its leases, with whatever it holds, and go on."""
    worker.send_signal(signal.SIGSTOP)
    time.sleep(SENDING_S / SPEED + 1)
    worker.send_signal(signal.SIGCONT)


def _compare(database: Database, plot: Plot, log: Path, seconds: float, killed: int) -> Found:
    lines = log.read_text("ascii").split() if log.exists() else []
    accepted = Counter(_ID.match(line)[1] for line in lines)
    with database.read() as session:
        columns = (Message.id, Message.state, Message.smtp_code, Customer.email)
        same = sa.and_(
            Customer.merchant_id == Message.merchant_id, Customer.id == Message.customer_id
        )
        rows = session.execute(sa.select(*columns).select_from(Message).join(Customer, same)).all()
        state = session.execute(sa.select(Campaign.state)).scalar_one()
    by_id = {row.id.hex: row for row in rows}
    found = Found(
        states=dict(Counter(row.state for row in rows)),
        seconds=seconds,
        kills=killed,
        accepted=len(accepted),
        doubles=[key for key, times in accepted.items() if times > 1],
        missing=[k for k, r in by_id.items() if r.state == states.SENT and k not in accepted],
        unrecorded=[
            key for key in accepted if by_id[key].state not in (states.SENT, states.UNKNOWN)
        ],
        state=state,
    )
    found.wrong = _wrong(plot, found, rows)
    return found


def _wrong(plot: Plot, found: Found, rows) -> list[str]:
    wrongly = [row.id for row in rows if row.state not in _states_of(row.email)]
    said = []
    if found.state != (states.RUNNING if plot.journey else states.FINISHED):
        said.append(f"the campaign is {found.state}")
    if len(rows) != plot.people or any(found.states.get(one) for one in states.OPEN):
        said.append(f"{len(rows)} rows for {plot.people} people")
    if wrongly:
        said.append(f"{len(wrongly)} wrongly failed or not")
    return said


def _states_of(email: str) -> tuple[str, str]:
    """How a letter to that address may end; of nobody if its worker was killed while asking."""
    is_nobody = _number(email) % NOBODY_EVERY == NOBODY_AT
    return (states.FAILED if is_nobody else states.SENT), states.UNKNOWN


def _number(email: str) -> int:
    return int(email.partition("@")[0][1:])


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
