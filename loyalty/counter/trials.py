"""Trying rules before they are published: on past sales, and on the cards as they stand."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import jobs
from loyalty.core.db import table
from loyalty.core.ids import new_id
from loyalty.counter import due, foreseen, simulation
from loyalty.counter.simulation import Days, Progress, silent
from loyalty.counter.trial_models import ProgramTrial
from loyalty.programs import catalogue, checks
from loyalty.programs.document import VersionDocument
from loyalty.programs.drafts import Newest
from loyalty.programs.loading import load
from loyalty.programs.models import Program

JOB = "program.try"
SALES_MAX = 300_000
KEPT = 20  # of one program
_TRIAL = table(ProgramTrial)
Found = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial as pages show it."""

    id: UUID
    is_done: bool
    done: int
    total: int
    found: Found | None
    finished_at: datetime | None


def play(
    session: Session,
    *,
    tried: VersionDocument,
    current: VersionDocument | None,
    merchant_id: UUID,
    days: Days,
    at: datetime,
    progress: Progress = silent,
) -> Found:
    """`{"tried": figures, "current": figures or None}`, both over the same sales.

    Raises Invalid for days that make no sense, and for rules that could not be published.
    """
    checks.check(tried)

    def played(document: VersionDocument, begun: int) -> Found:
        return simulation.replay(
            session,
            merchant_id=merchant_id,
            document=document,
            at=at,
            days=days,
            progress=lambda done, total: progress(begun * total + done, total * rounds),
        ).as_dict()

    rounds = 1 if current is None else 2
    return {"tried": played(tried, 0), "current": None if current is None else played(current, 1)}


def ask(
    session: Session,
    *,
    program: Program,
    newest: Newest,
    first_on: date | None,
    at: datetime,
) -> UUID:
    """Have it tried on past sales; the same rules and days while they wait are one trial.

    Raises Invalid where there are more than SALES_MAX sales in these days.
    """
    merchant_id = program.merchant_id
    simulation.demand_few(session, merchant_id=merchant_id, days=Days(first_on), most=SALES_MAX)
    return _ask(session, "past", program, newest, first_on, at)


def ask_cards(session: Session, *, program: Program, newest: Newest, at: datetime) -> UUID:
    """Have it tried on every card of the program; the same rules while they wait are one trial."""
    return _ask(session, "cards", program, newest, None, at)


def _ask(  # private: what a row needs
    session: Session,
    kind: str,
    program: Program,
    newest: Newest,
    first_on: date | None,
    at: datetime,
) -> UUID:
    merchant_id = program.merchant_id
    known = _latest(session, kind, program, newest.seal, first_on)
    if known is not None and not known.is_done:
        return known.id
    trial_id = new_id()
    session.execute(
        sa.insert(_TRIAL),
        {
            "merchant_id": merchant_id,
            "id": trial_id,
            "program_id": program.id,
            "kind": kind,
            "seal": newest.seal,
            "document": newest.raw,
            "against": program.current_version,
            "first_on": first_on,
            "state": "waiting",
            "done": 0,
            "total": 0,
            "asked_at": at,
        },
    )
    _forget_old(session, program)
    payload = {"merchant_id": merchant_id.hex, "trial_id": trial_id.hex}
    jobs.enqueue(session, kind=JOB, payload=payload, at=at, merchant_id=merchant_id)
    return trial_id


def _forget_old(session: Session, program: Program) -> None:
    mine = (_TRIAL.c.merchant_id == program.merchant_id, _TRIAL.c.program_id == program.id)
    kept = sa.select(_TRIAL.c.id).where(*mine).order_by(_TRIAL.c.id.desc()).limit(KEPT)
    ids = list(session.execute(kept).scalars())
    session.execute(sa.delete(_TRIAL).where(*mine, _TRIAL.c.id < ids[-1]))


def latest(session: Session, *, program: Program, seal: str, first_on: date | None) -> Trial | None:
    """The last trial of exactly these rules over the days from `first_on`."""
    return _latest(session, "past", program, seal, first_on)


def latest_cards(session: Session, *, program: Program, seal: str) -> Trial | None:
    """The last trial of exactly these rules on the cards."""
    return _latest(session, "cards", program, seal, None)


def _latest(
    session: Session, kind: str, program: Program, seal: str, first_on: date | None
) -> Trial | None:
    begins = _TRIAL.c.first_on.is_(None) if first_on is None else _TRIAL.c.first_on == first_on
    row = session.execute(
        sa.select(_TRIAL)
        .where(
            _TRIAL.c.merchant_id == program.merchant_id,
            _TRIAL.c.program_id == program.id,
            _TRIAL.c.kind == kind,
            _TRIAL.c.seal == seal,
            begins,
        )
        .order_by(_TRIAL.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    is_done = row.state == "done"
    return Trial(row.id, is_done, row.done, row.total, row.found, row.finished_at)


def run(
    session: Session, *, merchant_id: UUID, trial_id: UUID, at: datetime, progress: Progress
) -> Found | None:
    """What a trial that waits comes to; None if it is gone or done. `session` is one snapshot."""
    row = session.execute(sa.select(_TRIAL).where(*_this(merchant_id, trial_id))).first()
    if row is None or row.state == "done":
        return None
    if row.kind == "cards":
        return _on_cards(session, row, at, progress)
    return play(
        session,
        tried=load(row.document),
        current=_current(session, row),
        merchant_id=merchant_id,
        days=Days(row.first_on),
        at=at,
        progress=progress,
    )


def _on_cards(session: Session, row: Any, at: datetime, progress: Progress) -> Found | None:
    which = {"merchant_id": row.merchant_id, "program_id": row.program_id}
    shop = due.shop_of(session, **which)
    if shop is None:
        return None
    document = load(row.document)
    return foreseen.look(session, shop=shop, document=document, at=at, progress=progress)


def _current(session: Session, row: Any) -> VersionDocument | None:
    if row.against is None:
        return None
    which = {"merchant_id": row.merchant_id, "program_id": row.program_id}
    return catalogue.version(session, **which, number=row.against).document


def _this(merchant_id: UUID, trial_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return _TRIAL.c.merchant_id == merchant_id, _TRIAL.c.id == trial_id


def note_progress(
    session: Session, *, merchant_id: UUID, trial_id: UUID, done: int, total: int
) -> None:
    """Say how far it is."""
    here = sa.update(_TRIAL).where(*_this(merchant_id, trial_id))
    session.execute(here.values(done=done, total=total))


def finish(
    session: Session, *, merchant_id: UUID, trial_id: UUID, found: Found, at: datetime
) -> None:
    """Keep what came of it."""
    here = sa.update(_TRIAL).where(*_this(merchant_id, trial_id))
    session.execute(here.values(state="done", found=found, finished_at=at))
