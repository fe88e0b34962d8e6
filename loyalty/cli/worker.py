"""`loyalty worker` and `loyalty jobs`: do what waits in the background, see it, decide about it."""

import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from loyalty.cli import house
from loyalty.core import clock, worklist
from loyalty.core.db import WORKER_CACHE_MB
from loyalty.core.settings import Settings
from loyalty.core.text import Text
from loyalty.web import observe
from loyalty.worker import process
from loyalty.worker.crew import Clock
from loyalty.worker.loop import CONCURRENCY, Tally

_NO_TRAVEL = Text(
    "--at vale solo con LOYALTY_TIME_TRAVEL=1: serve a provare, non a lavorare.",
    "--at needs LOYALTY_TIME_TRAVEL=1: it is for trying things out, not for work.",
)
_NO_TIME = Text(
    "--at vuole un momento come 2027-11-21T09:00:00+01:00.",
    "--at wants a moment like 2027-11-21T09:00:00+01:00.",
)
_NOTHING = Text("Niente in attesa, niente di fallito.", "Nothing waits, nothing has failed.")
_NO_DEAD = Text("Niente di fallito.", "Nothing has failed.")
_AGAIN = Text("Si riprova adesso.", "It is tried again now.")
_LET_GO = Text("Lasciato perdere.", "Let go.")


@click.command()
@click.option("--once", is_flag=True, help="Do what is due, then end.")
@click.option("--at", "at_text", metavar="TIME", help="Act as if it were then; for trying out.")
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=CONCURRENCY,
    show_default=True,
    help="Jobs at the same time.",
)
@click.option("--json", "as_json", is_flag=True, help="With --once: one line of JSON.")
@house.refusals_said
def worker(once: bool, at_text: str | None, concurrency: int, as_json: bool) -> None:
    """Do what waits in the background, until stopped: jobs, what comes round, what happened."""
    settings = house.settings()
    timed = _clock(settings, at_text, stands=once)
    observe.configure_logging()
    with house.database(cache_mb=WORKER_CACHE_MB) as database:
        tally = process.work(database, clock=timed, concurrency=concurrency, until_idle=once)
    if once:
        house.print_json(asdict(tally)) if as_json else click.echo(_said(tally))
    sys.exit(house.REFUSED if once and tally.dead else 0)


def _clock(settings: Settings, at_text: str | None, *, stands: bool) -> Clock:
    """The real time; or another, which stands still during --once and else goes on from there."""
    if at_text is None:
        return clock.now
    if not settings.time_travel:
        house.wrong_use(_NO_TRAVEL)
    try:
        given = datetime.fromisoformat(at_text)
    except ValueError:
        house.wrong_use(_NO_TIME)
    then = given if given.tzinfo else given.replace(tzinfo=UTC)
    ahead = timedelta(0) if stands else then - clock.now()
    return (lambda: then) if stands else (lambda: clock.now() + ahead)


def _said(tally: Tally) -> str:
    return house.say(
        Text(
            f"Lavori svolti: {tally.jobs}; eventi: {tally.events}; "
            f"da riprovare: {tally.failed}; falliti: {tally.dead}.",
            f"Jobs done: {tally.jobs}; events: {tally.events}; "
            f"to be tried again: {tally.failed}; dead: {tally.dead}.",
        )
    )


@click.group(invoke_without_command=True)
@click.option("--dead", is_flag=True, help="Only what failed too often.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def jobs(context: click.Context, dead: bool, as_json: bool) -> None:
    """What waits in the background and what failed; retry it, or discard it."""
    if context.invoked_subcommand is not None:
        return
    with house.database() as database, database.read() as session:
        found = worklist.dead_jobs(session)
        waiting = [] if dead else worklist.list_jobs(session, states=worklist.WAITING)
        lag_s = worklist.lag_s(session, at=clock.now())
    if as_json:
        rows = [_row(job) for job in (*found, *waiting)]
        house.print_json({"jobs": rows, "lag_s": lag_s})
        return
    for job in (*found, *waiting):
        click.echo(_line(job))
    if not found and not waiting:
        click.echo(house.say(_NO_DEAD if dead else _NOTHING))


def _row(job: worklist.Listed) -> dict[str, Any]:
    return {
        "job": job.ref,
        "kind": job.kind,
        "state": job.state,
        "run_at": job.run_at.isoformat(),
        "attempts": job.attempts,
        "last_error": job.last_error,
    }


def _line(job: worklist.Listed) -> str:
    moment = job.run_at.isoformat(timespec="seconds")
    tried = f"{job.attempts}/{job.max_attempts}"
    return "  ".join((job.ref, f"{job.state:8}", moment, tried, job.kind, job.last_error or ""))


@jobs.command()
@click.argument("job")
@house.refusals_said
def retry(job: str) -> None:
    """Try a dead JOB again, from now on."""
    with house.database() as database, database.write() as session:
        found = worklist.find(session, job_ref=job)
        worklist.retry(session, job_id=found.id, at=clock.now())
    click.echo(house.say(_AGAIN))


@jobs.command()
@click.argument("job")
@house.refusals_said
def discard(job: str) -> None:
    """Let a dead JOB go for good."""
    with house.database() as database, database.write() as session:
        found = worklist.find(session, job_ref=job)
        worklist.discard(session, job_id=found.id, at=clock.now())
    click.echo(house.say(_LET_GO))
