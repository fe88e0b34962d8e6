"""Every version that was ever in force: when, by whom, and what it changed."""

from dataclasses import dataclass

from flask import render_template, url_for
from sqlalchemy.orm import Session

from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants import acts
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.designing import page
from loyalty.portal.designing.form import found
from loyalty.portal.evidence import names
from loyalty.programs import log
from loyalty.programs.models import Program
from loyalty.web import changerows, guard, reads
from loyalty.web.locale import moment, pick

_ACTS_SHOWN = 500
_BY_KEY = Text("un altro programma (chiave API)", "another program (API key)")


@dataclass(frozen=True, slots=True)
class _Version:
    """A version in the list, the newest first."""

    number: int
    since: str
    who: str
    terms: str
    changes: list[changerows.Row]
    promise: str


@blueprint.get("/portal/programs/<program_ref>/history")
@guard.staff(Permission.PROGRAMS)
def program_history(program_ref: str) -> str:
    """The whole past of a program's promise."""
    records = reads.session()
    program, newest = found(records, program_ref)
    return render_template(
        "portal/designer/history.html",
        program_ref=program_ref,
        name=program.name,
        draft=newest.number if newest.is_draft else None,
        versions=_versions(records, program),
        public=url_for("wallet.program_log", program_ref=program_ref),
    )


def _versions(records: Session, program: Program) -> list[_Version]:
    who = _who(records, program)
    entries = log.published(
        records,
        merchant_id=program.merchant_id,
        program_id=program.id,
        currency=page.here().currency,
    )
    return [
        _Version(
            number=one.number,
            since=moment(one.published_at),
            who=who.get(one.number, ""),
            terms=pick(one.terms),
            changes=changerows.rows(one.changes),
            promise=pick(one.promise),
        )
        for one in entries
    ]


def _who(records: Session, program: Program) -> dict[int, str]:
    """Who published which version, as far as the staff log knows."""
    merchant_id, target = guard.duty().merchant_id, ref("prg", program.id)
    told = acts.latest(
        records, merchant_id=merchant_id, among=["program.publish"], limit=_ACTS_SHOWN
    )
    known = names(records)
    return {
        act.facts["version"]: known.get(act.actor, pick(_BY_KEY))
        for act in told
        if act.target == target and "version" in act.facts
    }
