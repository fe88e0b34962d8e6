"""Making programs, their versions, and putting them into force."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import outbox
from loyalty.core.errors import StateConflict, Unknown, VersionFrozen
from loyalty.core.ids import new_id, parse_ref, ref
from loyalty.programs import checks, terms
from loyalty.programs.cause_models import CauseAccount
from loyalty.programs.document import Cause
from loyalty.programs.loading import load
from loyalty.programs.models import Program, ProgramVersion

Raw = dict[str, Any]


def create(  # six by keyword, each said by name
    session: Session,
    *,
    merchant_id: UUID,
    currency: str,
    name: str,
    raw: Raw,
    at: datetime,
    program_id: UUID | None = None,
) -> Program:
    """A new program with version 1 as a draft."""
    program = Program(
        merchant_id=merchant_id,
        id=program_id or new_id(),
        name=name,
        status="draft",
        current_version=None,
        created_at=at,
    )
    session.add(program)
    session.flush()
    add_version(
        session,
        merchant_id=merchant_id,
        currency=currency,
        program_id=program.id,
        raw=raw,
        at=at,
    )
    return program


def add_version(
    session: Session,
    *,
    merchant_id: UUID,
    currency: str,
    program_id: UUID,
    raw: Raw,
    at: datetime,
) -> int:
    """Add a draft and return its number. The rules are checked when it is published."""
    lock(session, merchant_id, program_id)
    last = session.execute(
        sa.select(sa.func.max(ProgramVersion.number)).where(
            ProgramVersion.merchant_id == merchant_id, ProgramVersion.program_id == program_id
        )
    ).scalar()
    number = (last or 0) + 1
    said = terms.sentence(load(raw), currency)
    session.add(
        ProgramVersion(
            merchant_id=merchant_id,
            program_id=program_id,
            number=number,
            document=raw,
            terms_it=said.it,
            terms_en=said.en,
            created_at=at,
        )
    )
    session.flush()
    return number


def publish(
    session: Session, *, merchant_id: UUID, program_id: UUID, number: int, at: datetime
) -> None:
    """Freeze a version and put it into force for what happens from now on.

    Raises Unknown("version"), VersionFrozen, StateConflict (a newer one is in force), and Invalid
    naming each field that does not fit.
    """
    program = lock(session, merchant_id, program_id)
    version = session.get(ProgramVersion, (merchant_id, program_id, number))
    if version is None:
        raise Unknown("version")
    if version.published_at is not None:
        raise VersionFrozen(version=number)
    if program.current_version is not None and number < program.current_version:
        raise StateConflict(version=program.current_version)
    document = load(version.document)
    checks.check(document)
    version.published_at = at
    session.flush()
    if document.cause is not None:
        _keep_cause(session, merchant_id, document.cause, at)
    before, program.current_version = program.current_version, number
    program.status = "published" if program.status == "draft" else program.status
    session.flush()
    outbox.add(
        session,
        merchant_id=merchant_id,
        kind="program.published",
        facts={"program": ref("prg", program_id), "version": number, "before": before},
        at=at,
    )


def _keep_cause(session: Session, merchant_id: UUID, cause: Cause, at: datetime) -> None:
    """The merchant's cause of that key, with the beneficiary as the newest version names it."""
    row = session.get(CauseAccount, (merchant_id, cause.key))
    if row is None:
        row = CauseAccount(merchant_id=merchant_id, key=cause.key, created_at=at)
        session.add(row)
    row.beneficiary, row.tax_code = cause.beneficiary, cause.tax_code
    session.flush()


def pause(session: Session, *, merchant_id: UUID, program_id: UUID) -> Program:
    """Stop earning and redeeming for a while; nothing is lost. Raises StateConflict for a draft."""
    return _set_status(session, merchant_id, program_id, "paused")


def resume(session: Session, *, merchant_id: UUID, program_id: UUID) -> Program:
    """Go on after a pause. Raises StateConflict for a draft."""
    return _set_status(session, merchant_id, program_id, "published")


def _set_status(session: Session, merchant_id: UUID, program_id: UUID, status: str) -> Program:
    program = lock(session, merchant_id, program_id)
    if program.status == "draft":
        raise StateConflict(status="draft")
    program.status = status
    session.flush()
    return program


def lock(session: Session, merchant_id: UUID, program_id: UUID) -> Program:
    """The program, held until the write ends: whoever comes second waits and sees the result."""
    return session.execute(
        sa.select(Program)
        .where(Program.merchant_id == merchant_id, Program.id == program_id)
        .with_for_update()
    ).scalar_one()


def find(session: Session, *, merchant_id: UUID, program_ref: str) -> Program:
    """The merchant's program of that ref. Raises Unknown("program")."""
    program_id = parse_ref("prg", program_ref)
    program = session.get(Program, (merchant_id, program_id)) if program_id else None
    if program is None:
        raise Unknown("program")
    return program


def page(
    session: Session, *, merchant_id: UUID, after: UUID | None = None, limit: int = 50
) -> list[Program]:
    """The merchant's programs, oldest first, after a key."""
    query = sa.select(Program).where(Program.merchant_id == merchant_id)
    if after is not None:
        query = query.where(Program.id > after)
    return list(session.execute(query.order_by(Program.id).limit(limit)).scalars())


def versions(session: Session, *, merchant_id: UUID, program_id: UUID) -> list[ProgramVersion]:
    """Every version of a program, newest first."""
    return list(
        session.execute(
            sa.select(ProgramVersion)
            .where(
                ProgramVersion.merchant_id == merchant_id,
                ProgramVersion.program_id == program_id,
            )
            .order_by(ProgramVersion.number.desc())
            .limit(500)
        ).scalars()
    )
