"""The public page of a program: its rules now, every version before, and what each one changed."""

from dataclasses import dataclass

from flask import render_template

from loyalty.core.ids import parse_ref
from loyalty.counter import causes
from loyalty.programs import catalogue, log, terms, words
from loyalty.programs.models import Program
from loyalty.wallet.blueprint import blueprint
from loyalty.web import changerows, guard, reads
from loyalty.web.locale import open_shop, pick, zone


@dataclass(frozen=True, slots=True)
class _Version:
    """A version that came into force."""

    number: int
    since: str
    terms: str
    changes: list[changerows.Row]
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
        gives=causes.is_any(session, merchant_id=merchant_id),
    )


def _shown(version: log.Published) -> _Version:
    return _Version(
        number=version.number,
        since=pick(words.since(version.published_at.astimezone(zone()).date())),
        terms=pick(version.terms),
        changes=changerows.rows(version.changes),
        promise=pick(version.promise),
    )
