"""Longer life for units earned before, for other programs."""

from typing import Any

from flask import Response
from marshmallow import Schema

from loyalty.api.bodies import EmptyBody
from loyalty.api.operation import Contract, answer
from loyalty.api.programs import section
from loyalty.api.receipt_answers import ref_field, whole_field
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import ProgramPaused
from loyalty.counter import lengthening
from loyalty.web import guard


class LengthenedAnswer(Schema):
    """Whose older units will last as long as under which version."""

    program = ref_field("prg")
    version = whole_field()


@section.call(
    "POST",
    "/programs/<program_ref>/lengthen",
    Contract(
        scope="programs:write",
        body=EmptyBody,
        answer=LengthenedAnswer,
        status=202,
        unknown=("program",),
        refusals=(ProgramPaused,),
    ),
)
def lengthen_units(_body: dict[str, Any], program_ref: str) -> Response:
    """Let units earned before last as long as new ones, where that is longer; never shorter.

    A worker sees to it, card by card; each gets an entry that says so.
    """
    with write() as session:
        number = lengthening.ask(
            session, duty=guard.duty(), program_ref=program_ref, at=clock.now()
        )
    return answer({"program": program_ref, "version": number}, 202)
