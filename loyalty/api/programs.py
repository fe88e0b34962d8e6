"""Programs and their versions for other programs: draft, publish, pause, resume."""

from datetime import datetime
from typing import Any

from flask import Response
from marshmallow import pre_load

from loyalty.api.answers import (
    ProgramAnswer,
    ProgramLogAnswer,
    ProgramsAnswer,
    VersionMadeAnswer,
)
from loyalty.api.bodies import EmptyBody
from loyalty.api.lists import PageQuery, page
from loyalty.api.operation import Contract, Section, answer
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid, StateConflict, Unknown, VersionFrozen
from loyalty.core.ids import ref
from loyalty.merchants.models import Merchant
from loyalty.programs import checks, editor, log
from loyalty.programs.loading import load
from loyalty.programs.models import Program, ProgramVersion
from loyalty.web import guard, reads
from loyalty.web.locale import shop
from loyalty.web.version_schema import ProgramSchema, VersionSchema

section = Section("programs", "The rules of the shop, in frozen versions.")
_NUMBER_LETTERS_MAX = 6


class VersionBody(VersionSchema):
    """A version; `{"version": {…}}` is understood too."""

    @pre_load
    def _unwrap(self, data: Any, **_: Any) -> Any:
        return data["version"] if isinstance(data, dict) and data.keys() == {"version"} else data


@section.call(
    "POST",
    "/programs",
    Contract(scope="programs:write", body=ProgramSchema, answer=ProgramAnswer, status=201),
)
def add_program(body: dict[str, Any]) -> Response:
    """Add a program with version 1 as a draft; publish it to put it into force."""
    here = _shop()
    with write() as session:
        program = editor.create(
            session,
            merchant_id=here.id,
            currency=here.currency,
            name=body["name"],
            raw=body["version"],
            at=clock.now(),
        )
    return answer(_shown(program), 201)


@section.call(
    "GET",
    "/programs",
    Contract(scope="programs:read", query=PageQuery, answer=ProgramsAnswer),
)
def list_programs(query: dict[str, Any]) -> Response:
    """List programs, the oldest first."""
    found = editor.page(
        reads.session(),
        merchant_id=guard.duty().merchant_id,
        after=query.get("cursor"),
        limit=query["limit"] + 1,
    )
    shown = [_shown(program) for program in found[: query["limit"]]]
    return answer(page(shown, [program.id for program in found], query["limit"]))


@section.call(
    "GET",
    "/programs/<program_ref>",
    Contract(scope="programs:read", answer=ProgramAnswer, unknown=("program",)),
)
def get_program(program_ref: str) -> Response:
    """Get one program with the rules in force and their terms in words."""
    return answer(_shown(_find(program_ref)))


@section.call(
    "GET",
    "/programs/<program_ref>/log",
    Contract(scope="programs:read", answer=ProgramLogAnswer, unknown=("program",)),
)
def get_log(program_ref: str) -> Response:
    """Get the public log: every version that was in force, the newest first, and what changed."""
    program = _find(program_ref)
    found = log.published(
        reads.session(),
        merchant_id=program.merchant_id,
        program_id=program.id,
        currency=_shop().currency,
    )
    shown = {
        "ref": ref("prg", program.id),
        "name": program.name,
        "status": program.status,
        "versions": [_logged(version) for version in found],
    }
    return answer(shown)


@section.call(
    "POST",
    "/programs/<program_ref>/versions",
    Contract(
        scope="programs:write",
        body=VersionBody,
        answer=VersionMadeAnswer,
        status=201,
        unknown=("program",),
    ),
)
def add_version(body: dict[str, Any], program_ref: str) -> Response:
    """Add a version as a draft."""
    program, here = _find(program_ref), _shop()
    with write() as session:
        number = editor.add_version(
            session,
            merchant_id=here.id,
            currency=here.currency,
            program_id=program.id,
            raw=body,
            at=clock.now(),
        )
    made = next(row for row in _versions(program) if row.number == number)
    shown = {
        "program": ref("prg", program.id),
        "number": number,
        "terms": _terms(made),
        "advice": _advice(made),
    }
    return answer(shown, 201)


@section.call(
    "POST",
    "/programs/<program_ref>/versions/<number>/publish",
    Contract(
        scope="programs:write",
        body=EmptyBody,
        answer=ProgramAnswer,
        unknown=("program", "version"),
        refusals=(VersionFrozen, StateConflict, Invalid),
    ),
)
def publish_version(_body: dict[str, Any], program_ref: str, number: str) -> Response:
    """Freeze a version and put it into force from now on.

    Rules that contradict each other, or can never do anything, are refused field by field.
    """
    program = _find(program_ref)
    meant = version_number(number)
    with write() as session:
        editor.publish(
            session,
            merchant_id=program.merchant_id,
            program_id=program.id,
            number=meant,
            at=clock.now(),
        )
    reads.session().refresh(program)
    return answer(_shown(program))


@section.call(
    "POST",
    "/programs/<program_ref>/pause",
    Contract(
        scope="programs:write",
        body=EmptyBody,
        answer=ProgramAnswer,
        unknown=("program",),
        refusals=(StateConflict,),
    ),
)
def pause_program(_body: dict[str, Any], program_ref: str) -> Response:
    """Stop earning and redeeming for a while; nothing is lost."""
    program = _find(program_ref)
    with write() as session:
        paused = editor.pause(session, merchant_id=program.merchant_id, program_id=program.id)
    return answer(_shown(paused))


@section.call(
    "POST",
    "/programs/<program_ref>/resume",
    Contract(
        scope="programs:write",
        body=EmptyBody,
        answer=ProgramAnswer,
        unknown=("program",),
        refusals=(StateConflict,),
    ),
)
def resume_program(_body: dict[str, Any], program_ref: str) -> Response:
    """Go on after a pause."""
    program = _find(program_ref)
    with write() as session:
        running = editor.resume(session, merchant_id=program.merchant_id, program_id=program.id)
    return answer(_shown(running))


def version_number(text: str) -> int:
    """The number of a version in a path. Raises Unknown("version")."""
    if len(text) > _NUMBER_LETTERS_MAX or not (text.isascii() and text.isdigit()):
        raise Unknown("version")
    return int(text)


def _find(program_ref: str) -> Program:
    return editor.find(
        reads.session(), merchant_id=guard.duty().merchant_id, program_ref=program_ref
    )


def _shop() -> Merchant:
    here = shop()
    assert here is not None, "a guarded view has a shop"
    return here


def _versions(program: Program) -> list[ProgramVersion]:
    return editor.versions(reads.session(), merchant_id=program.merchant_id, program_id=program.id)


def _terms(version: ProgramVersion) -> dict[str, str]:
    return {"it": version.terms_it, "en": version.terms_en}


def _advice(version: ProgramVersion) -> list[dict[str, str]]:
    """What whoever writes rules should hear, although they can be published."""
    found = checks.advise(load(version.document), _shop().currency)
    return [text.as_dict() for text in found]


def _shown(program: Program) -> dict[str, Any]:
    versions = _versions(program)
    in_force = program.current_version or versions[0].number
    shown = next(version for version in versions if version.number == in_force)
    return {
        "ref": ref("prg", program.id),
        "name": program.name,
        "status": program.status,
        "number": shown.number,
        "version": shown.document,
        "terms": _terms(shown),
        "advice": _advice(shown),
        "versions": [
            {
                "number": version.number,
                "published_at": clock.rfc3339(version.published_at)
                if version.published_at
                else None,
            }
            for version in versions
        ],
        "created_at": clock.rfc3339(program.created_at),
    }


def _logged(version: log.Published) -> dict[str, Any]:
    return {
        "number": version.number,
        "published_at": clock.rfc3339(version.published_at),
        "terms": version.terms.as_dict(),
        "changes": [
            {"part": change.part, "direction": change.direction, **change.said.as_dict()}
            for change in version.changes
        ],
        "promise": version.promise.as_dict() if version.promise else None,
    }


def _when(at: datetime | None) -> str | None:
    return clock.rfc3339(at) if at else None
