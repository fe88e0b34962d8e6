"""Pausing a program for a while, and going on."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, make_response, redirect, url_for
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import StateConflict
from loyalty.core.text import Text
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.programs import editor
from loyalty.programs.models import Program
from loyalty.web import guard, reads, toasts

_PAUSED = Text("In pausa: la cassa non dà e non toglie nulla, e niente va perso.",
               "Paused: the till gives and takes nothing, and nothing is lost.")  # fmt: skip
_RUNS = Text("Il programma va avanti.", "The program goes on.")
_NOT_YET = Text("Prima si pubblica, poi si può mettere in pausa.",
                "It has to be published before it can be paused.")  # fmt: skip
Deed = Callable[..., Program]


@blueprint.post("/portal/programs/<program_ref>/pause")
@guard.staff(Permission.PROGRAMS)
def pause_program(program_ref: str) -> Response:
    """Stop earning and redeeming for a while."""
    return _set(program_ref, editor.pause, "program.pause", _PAUSED)


@blueprint.post("/portal/programs/<program_ref>/resume")
@guard.staff(Permission.PROGRAMS)
def resume_program(program_ref: str) -> Response:
    """Go on after a pause."""
    return _set(program_ref, editor.resume, "program.resume", _RUNS)


def _set(program_ref: str, deed: Deed, act: str, said: Text) -> Response:
    merchant_id = guard.duty().merchant_id
    program = editor.find(reads.session(), merchant_id=merchant_id, program_ref=program_ref)
    try:
        with write() as records:
            _do(records, program, deed, (act, program_ref), clock.now())
    except StateConflict:
        toasts.say(_NOT_YET)
    else:
        back = "portal.resume_program" if act == "program.pause" else "portal.pause_program"
        toasts.say(said, undo=url_for(back, program_ref=program_ref))
    return make_response(redirect(url_for("portal.programs"), 303))


def _do(
    records: Session, program: Program, deed: Deed, told: tuple[str, str], at: datetime
) -> None:
    """The second of two taps changes nothing and is not told again."""
    duty, before = guard.duty(), program.status
    after = deed(records, merchant_id=duty.merchant_id, program_id=program.id)
    if after.status != before:
        act, target = told
        note(records, duty=duty, act=act, target=target, at=at)
