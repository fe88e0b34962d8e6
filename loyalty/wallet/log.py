"""The public page of a program: its rules now, every version before, and what each one changed."""

from dataclasses import dataclass
from datetime import datetime

from flask import render_template

from loyalty.core.ids import parse_ref
from loyalty.core.text import Text
from loyalty.programs import catalogue, log, terms
from loyalty.programs.models import Program
from loyalty.wallet.blueprint import blueprint
from loyalty.web import guard, reads
from loyalty.web.locale import open_shop, pick

_DIRECTIONS = {
    "better": (Text("migliora", "better"), "badge-good"),
    "worse": (Text("peggiora", "worse"), "badge-warn"),
    "changed": (Text("cambia", "changed"), ""),
}


@dataclass(frozen=True, slots=True)
class _Change:
    """One part that changed, and what that means for the customer."""

    text: str
    direction: str
    kind: str  # of its badge


@dataclass(frozen=True, slots=True)
class _Version:
    """A version that came into force."""

    number: int
    at: datetime
    terms: str
    changes: list[_Change]
    promise: str


@blueprint.get("/p/<program_ref>")
@guard.public("what the shop promises is everybody's to read; drafts never show here")
def program_log(program_ref: str) -> str:
    """The terms in force as a list, then every published version, the newest first."""
    session = reads.session()
    merchant_id = log.merchant_of(session, program_ref=program_ref)
    here, program_id = open_shop(merchant_id), parse_ref("prg", program_ref)
    program = session.get_one(Program, (merchant_id, program_id))
    found = log.published(
        session, merchant_id=merchant_id, program_id=program.id, currency=here.currency
    )
    assert program.current_version is not None, "a program without a version is not found"
    rules = catalogue.version(
        session,
        merchant_id=merchant_id,
        program_id=program.id,
        number=program.current_version,
    ).document
    return render_template(
        "wallet/log.html",
        program=program.name,
        is_paused=program.status == "paused",
        parts=[pick(part) for part in terms.parts(rules, here.currency)],
        versions=[_shown(version) for version in found],
    )


def _shown(version: log.Published) -> _Version:
    return _Version(
        number=version.number,
        at=version.published_at,
        terms=pick(version.terms),
        changes=[_change(change.said, change.direction) for change in version.changes],
        promise=pick(version.promise),
    )


def _change(said: Text, direction: str) -> _Change:
    name, kind = _DIRECTIONS[direction]
    return _Change(pick(said), pick(name), kind)
