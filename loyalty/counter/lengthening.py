"""The shop's choice to let units earned before last as long as new ones; a worker sees to it."""

from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.core import outbox
from loyalty.core.errors import ProgramPaused
from loyalty.core.ids import ref
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs import editor


def ask(session: Session, *, duty: Duty, program_ref: str, at: datetime) -> int:
    """Have older units last as long as the version in force says, where that is longer.

    Returns the number of that version. Raises Unknown("program"), and ProgramPaused for a draft.
    """
    duty.demand(Permission.PROGRAMS)
    program = editor.find(session, merchant_id=duty.merchant_id, program_ref=program_ref)
    if program.current_version is None:
        raise ProgramPaused
    note(session, duty=duty, act="program.lengthen", target=program_ref, at=at)
    outbox.add(
        session,
        merchant_id=duty.merchant_id,
        kind="program.lengthened",
        facts={"program": ref("prg", program.id), "version": program.current_version},
        at=at,
    )
    return program.current_version
