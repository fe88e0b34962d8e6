"""A letter to 100,000 people: seconds, memory, and how long a till waits meanwhile.

`python -m bench campaign`: SQLite, personalised, a voucher for each, signed with RSA-2048, handed
to a fast mail server on this machine over 8 connections: Debian's `smtp-sink`, else one of our own.
Two tills make visits beside it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bench import cast, postfix
from bench.cast import installation
from bench.outcome import Figure, Outcome
from bench.serving import free_port, serving
from bench.tills import Tills, told
from loyalty import schema
from loyalty.campaigns import drafts, launching
from loyalty.campaigns.drafts import Plan
from loyalty.campaigns.models import Campaign, Message
from loyalty.cards.models import Card
from loyalty.core import bulk
from loyalty.core.db import WORKER_CACHE_MB, Database, table, use
from loyalty.core.ids import new_id, ref
from loyalty.core.settings import Settings
from loyalty.core.smtp import Server
from loyalty.customers.models import ConsentEvent, Customer
from loyalty.imports.result import peak_bytes
from loyalty.merchants.roles import system_duty
from loyalty.programs.models import Program
from loyalty.worker import campaigning
from loyalty.worker.delivery import Watch
from loyalty.worker.lines import Lines

SECONDS_MAX, MEGABYTES_MAX, TIMES_MAX, CONNECTIONS = 200, 150, 2, 8
MONDAY = datetime.fromisoformat("2026-11-23T09:00:00+00:00")
EVERYBODY = {"all": [{"field": "joined_days", "op": "gte", "value": 0}]}
LETTER = {
    "it": {
        "subject": "{{first_name|Ciao}}, ci manchi",
        "body": "# Ciao {{first_name|cliente}}!\n\nÈ un po' che non ti vediamo da {{shop}}.\n\n"
        "- caffè di stagione\n- brioche appena sfornate\n\nPassa a trovarci: **offriamo noi**.",
    }
}


@dataclass(frozen=True)
class Worked:
    """What the sending process says of itself."""

    gathered_s: float
    seconds: float
    megabytes: float


def main(argv: Sequence[str]) -> Outcome:
    parser = argparse.ArgumentParser(prog="bench campaign", description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--alone", type=int, default=10, help="seconds of the tills alone")
    parser.add_argument("--noisy", action="store_true", help="judge on a busy machine too")
    options = parser.parse_args(argv)
    with installation("sqlite") as (environment, _), cast.opened(environment) as database:
        schema.migrate(database)
        merchant_id = _open(database, options.people)
        with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder, _sink(folder) as port:
            told_environment = {
                **environment,
                "LOYALTY_SMTP_URL": f"smtp://127.0.0.1:{port}",
                "LOYALTY_SMTP_CONNECTIONS": str(CONNECTIONS),
                "LOYALTY_MAIL_FROM": "carte@card.example.it",
                "LOYALTY_WORKER": "external",
            }
            with serving(told_environment, Path(folder) / "log") as served:
                tills = Tills.open(database, merchant_id, served.port, 50)
                with tills.at_work():
                    time.sleep(options.alone)
                idle = {name: list(waits) for name, waits in tills.waits.items()}
                print(f"  tills alone:  {tills}", flush=True)
                with tills.at_work():
                    worked = _in_a_process(told_environment)
                print(f"  tills beside: {tills}", flush=True)
        faults = _faults(database, options.people)
    rate = options.people / worked.seconds
    print(f"  gathered in {worked.gathered_s:.1f} s; {rate:,.0f} letters/s", flush=True)
    times = [
        float(told(tills.waits[name], 95)) / float(told(idle[name], 95)) for name in tills.waits
    ]
    return Outcome(
        f"{options.people:,} letters, {CONNECTIONS} connections, RSA-2048, SQLite",
        [
            Figure("all sent", [worked.seconds], SECONDS_MAX, at_least=False, unit="s"),
            Figure("gathered", [worked.gathered_s], at_least=False, unit="s"),
            Figure("memory", [worked.megabytes], MEGABYTES_MAX, at_least=False, unit="MB"),
            Figure("till's p95 beside / alone", [max(times)], TIMES_MAX, at_least=False),
        ],
        faults,
        options.noisy,
    )


# --- the shop ------------------------------------------------------------------------------------


def _open(database: Database, people: int) -> UUID:
    """A shop whose customers all have a card and want news, and a letter that is launched."""
    merchant_id, _, _ = cast.open_shop(database, MONDAY - timedelta(days=200))
    with database.read() as session:
        one = sa.select(Program.id).where(Program.merchant_id == merchant_id)
        program_id = session.execute(one).scalars().first()
        version = session.execute(sa.select(Program.current_version)).scalars().first()
        assert program_id is not None
        assert version is not None
    for start in range(0, people, 5_000):
        _people(database, merchant_id, program_id, range(start, min(people, start + 5_000)))
    _launch(database, merchant_id)
    return merchant_id


def _people(database: Database, merchant_id: UUID, program_id: UUID, numbers: range) -> None:
    at = MONDAY - timedelta(days=100)
    blank = dict.fromkeys(column.name for column in table(Customer).columns)
    keys = [new_id() for _ in numbers]
    customers = [
        {
            **blank, "merchant_id": merchant_id, "id": key, "created_at": at,
            "name": f"Giulia R{number}", "email": f"u{number}@d{number % 200}.example.org",
        }
        for number, key in zip(numbers, keys, strict=True)
    ]  # fmt: skip
    events = [
        {
            "merchant_id": merchant_id, "id": new_id(), "customer_id": key, "at": at,
            "purpose": "marketing", "given": True, "text_id": "news-it-3", "source": "counter",
            "actor": "system", "recorded_at": at, "merge_id": None,
        }
        for key in keys
    ]  # fmt: skip
    cards = [
        {
            "merchant_id": merchant_id, "id": new_id(), "customer_id": key, "created_at": at,
            "program_id": program_id, "blocked_at": None, "merged_into_id": None,
        }
        for key in keys
    ]  # fmt: skip
    with database.write() as session:
        connection = session.connection()
        bulk.insert(connection, table(Customer), customers)
        bulk.insert(connection, table(ConsentEvent), events)
        bulk.insert(connection, table(Card), cards)


def _launch(database: Database, merchant_id: UUID) -> None:
    duty = system_duty(merchant_id)
    plan = Plan("Ci manchi", EVERYBODY, LETTER, {"reward": "breakfast"}, holdout_percent=0)
    with database.write() as session:
        made = drafts.create(session, duty=duty, plan=plan, at=MONDAY)
    scope = {"campaign_ref": ref("cmp", made.id), "at": MONDAY}
    began = time.monotonic()
    with database.read() as session:
        ready = launching.prepare(session, merchant_id=merchant_id, **scope)
    print(f"  counted and printed in {time.monotonic() - began:.1f} s", flush=True)
    with database.write() as session:
        launching.launch(session, duty=duty, ready=ready, **scope)


# --- the sending, in a process of its own --------------------------------------------------------


def _in_a_process(environment: Mapping[str, str]) -> Worked:
    asked = [sys.executable, "-m", "bench.campaign"]
    done = subprocess.run(asked, env={**os.environ, **environment}, stdout=-1, check=True)
    return Worked(*map(float, done.stdout.split()))


def _work() -> None:
    """What the worker does, on a Monday morning."""
    database = Database(Settings.from_environment(os.environ), cache_mb=WORKER_CACHE_MB)
    use(database)
    settings, watch = database.settings, Watch(MONDAY, lambda: None)
    assert settings.smtp_url is not None
    began = time.monotonic()
    with database.read() as session:
        (campaign,) = launching.running(session)
    campaigning.gather(database, campaign, watch)
    gathered_s = time.monotonic() - began
    lines = Lines(Server.of(settings.smtp_url), own_name="bench", size=settings.smtp_connections)
    campaigning.deliver(database, lines, watch, for_s=3_600)
    seconds = time.monotonic() - began
    lines.close()
    print(gathered_s, seconds, peak_bytes() / 2**20)


@contextmanager
def _sink(folder: str) -> Iterator[int]:
    """A mail server that takes everything, at once."""
    port = free_port()
    own = [sys.executable, "-m", "bench.sink", str(port)]
    sink = postfix.smtp_sink(port, Path(folder)) or postfix.Sink("our own", own, os.environ)
    print(f"  mail server: {sink.name}", flush=True)
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(sink.command, env=sink.environment, **quiet) as process:
        time.sleep(1)
        try:
            yield port
        finally:
            process.kill()


def _faults(database: Database, people: int) -> list[str]:
    with database.read() as session:
        sent = session.execute(
            sa.select(sa.func.count()).where(Message.state == "sent")
        ).scalar_one()
        state = session.execute(sa.select(Campaign.state)).scalar_one()
    found = [] if sent == people else [f"{sent:,} letters sent for {people:,} people"]
    return [*found, *([] if state == "finished" else [f"the campaign is {state}"])]


if __name__ == "__main__":
    _work()
