"""Checking a draft before it is published: what changes, for whom, and what it may cost."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from loyalty.cards import holders
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid, StateConflict, VersionFrozen
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.designing import labels, looking, page
from loyalty.portal.designing.form import found
from loyalty.portal.designing.judging import Judged, judge_document
from loyalty.portal.designing.whom import Whom, whom
from loyalty.portal.programs import in_force
from loyalty.programs import differences, drafts, terms
from loyalty.programs.document import VersionDocument
from loyalty.programs.drafts import Newest, Overtaken
from loyalty.programs.models import Program
from loyalty.web import changerows, guard, reads, toasts
from loyalty.web.locale import pick

_DONE = Text("Pubblicata: vale da adesso.", "Published: it holds from now on.")
_STALE = Text(
    "Nel frattempo la bozza è cambiata: rileggila qui sotto, poi pubblica.",
    "The draft has changed meanwhile: read it again below, then publish.",
)
_UNFIT = Text(
    "Così non si può ancora pubblicare: ecco che cosa manca.",
    "It cannot be published like this yet: here is what is missing.",
)


@dataclass(frozen=True, slots=True)
class _Checked:
    """The answers to check: old and new promise, what changes, whom it reaches."""

    parts: list[str]
    terms: Text
    changes: list[changerows.Row]
    promise: str
    cards: int
    is_first: bool
    whom: Whom | None


@blueprint.get("/portal/programs/<program_ref>/publish")
@guard.staff(Permission.PROGRAMS)
def check_draft(program_ref: str) -> Response:
    """What would be promised from now on, beside what is promised today."""
    return _page(program_ref)


@blueprint.post("/portal/programs/<program_ref>/publish")
@guard.staff(Permission.PROGRAMS)
def publish_draft(program_ref: str) -> Response:
    """Put exactly the draft into force that was read; sent twice it is published once."""
    program, newest = found(reads.session(), program_ref)
    seal, at = request.form.get("seal", ""), clock.now()
    if newest.is_draft and judge_document(newest.raw).misfits:
        return _page(program_ref, _UNFIT, 409)
    try:
        with write() as records:
            _publish(records, program, seal, at)
    except Overtaken:
        return _page(program_ref, _STALE, 409)
    except Invalid:
        return _page(program_ref, _UNFIT, 409)
    except VersionFrozen:
        pass  # the second of two taps: it is in force already, which is what was wanted
    except StateConflict as error:
        return _page(program_ref, error.sentence, 409)
    toasts.say(_DONE)
    return make_response(redirect(url_for("portal.programs"), 303))


def _publish(records: Session, program: Program, seal: str, at: datetime) -> None:
    number_now = drafts.publish(
        records, merchant_id=program.merchant_id, program_id=program.id, seal=seal, at=at
    )
    target = ref("prg", program.id)
    note(
        records, duty=guard.duty(), act="program.publish", target=target, at=at, version=number_now
    )


def _page(program_ref: str, refusal: Text | None = None, status: int = 200) -> Response:
    records = reads.session()
    records.expire_all()  # what a write of this request has changed
    program, newest = found(records, program_ref)
    judged = judge_document(newest.raw)
    body = render_template(
        "portal/designer/publish.html",
        program_ref=program_ref,
        name=program.name,
        newest=newest,
        refusal=pick(refusal),
        misfits={labels.where(name): texts for name, texts in judged.misfits.items()},
        checked=_checked(records, program, newest, judged),
        look=looking.look(records, page.here(), judged, at=clock.now()),
    )
    return make_response(body, status)


def _checked(records: Session, program: Program, newest: Newest, judged: Judged) -> _Checked | None:
    """Nothing to check where there is no draft."""
    document = judged.document
    if document is None or not newest.is_draft:
        return None
    current = in_force(records, program)
    before = current.document if current else None
    cards = holders.count(records, merchant_id=program.merchant_id, program_id=program.id)
    is_ready = before is not None and not judged.misfits
    return _Checked(
        parts=[pick(part) for part in terms.parts(document, page.here().currency)],
        terms=terms.sentence(document, page.here().currency),
        changes=_changes(before, document),
        promise=pick(differences.promise(before)) if before else "",
        cards=cards,
        is_first=before is None,
        whom=whom(records, program, newest, (before, document), cards)
        if before and is_ready
        else None,
    )


def _changes(before: VersionDocument | None, after: VersionDocument) -> list[changerows.Row]:
    if before is None:
        return []
    return changerows.rows(differences.between(before, after, page.here().currency))
