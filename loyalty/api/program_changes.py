"""What a change of rules does to those who are there already, for other programs."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from loyalty.api.bodies import EmptyBody
from loyalty.api.operation import Contract, answer
from loyalty.api.programs import section, version_number
from loyalty.api.receipt_answers import ref_field, text_field, whole_field
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import ProgramPaused
from loyalty.counter import lengthening, preview
from loyalty.web import guard, reads
from loyalty.web.fields import described

FROM = {"from": text_field(nullable=True), "to": text_field(nullable=True)}
LevelMove = described(
    Schema.from_dict({**FROM, "cards": whole_field()}, name="LevelMove"),
    "So many cards would go from one level to another; null is no level.",
)
MovedCard = described(
    Schema.from_dict({**FROM, "card": ref_field("crd")}, name="MovedCard"),
    "One of the cards that would change its level; null is no level.",
)


class PreviewAnswer(Schema):
    """Where cards would stand under a version: up at once, nobody down before their review."""

    cards = whole_field()
    moves = fields.List(fields.Nested(LevelMove), required=True)
    sample = fields.List(fields.Nested(MovedCard), required=True)


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


@section.call(
    "GET",
    "/programs/<program_ref>/versions/<number>/preview",
    Contract(
        scope="programs:read",
        answer=PreviewAnswer,
        unknown=("program", "version"),
        refusals=(ProgramPaused,),
    ),
)
def preview_version(program_ref: str, number: str) -> Response:
    """See who would change level if this version were published now; nothing is written."""
    found = preview.preview(
        reads.session(),
        merchant_id=guard.duty().merchant_id,
        program_ref=program_ref,
        number=version_number(number),
        at=clock.now(),
    )
    moves = [
        {"from": before, "to": after, "cards": cards}
        for (before, after), cards in sorted(found.moves.items(), key=str)
    ]
    sample = [{"card": card, "from": before, "to": after} for card, before, after in found.sample]
    return answer({"cards": found.cards, "moves": moves, "sample": sample})
