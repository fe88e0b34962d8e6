"""Writing the rules of a program: the form, what is added and taken out, and keeping the draft."""

from datetime import datetime

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.designing import labels, looking, page, pieces, showing
from loyalty.portal.designing.judging import Judged, judge, judge_document
from loyalty.portal.designing.page import Shown
from loyalty.programs import differences, drafts, editor
from loyalty.programs.drafts import Change, Newest, Overtaken
from loyalty.programs.loading import load
from loyalty.programs.models import Program
from loyalty.web import changerows, guard, reads, toasts, uploads

FORM_BYTES_MAX = 512 * 1024  # a hundred rewards, each with all of its fields
_KEPT = Text(
    "Salvato come bozza: i clienti non vedono ancora nulla.",
    "Kept as a draft: customers do not see it yet.",
)
_SAME = Text("Non è cambiato nulla.", "Nothing has changed.")


@blueprint.get("/portal/programs/<program_ref>/draft")
@guard.staff(Permission.PROGRAMS)
def program_draft(program_ref: str) -> Response:
    """The newest rules in the form, with what still stands in the way of publishing them."""
    program, newest = found(reads.session(), program_ref)
    judged = judge_document(newest.raw)
    sheet = showing.sheet_of(newest.raw, page.writing(newest.raw))
    errors = judged.misfits if newest.is_draft else {}
    return page.answer(program, newest, Shown(sheet, judged, errors), at=clock.now())


@blueprint.post("/portal/programs/<program_ref>/draft")
@guard.staff(Permission.PROGRAMS)
@uploads.takes(FORM_BYTES_MAX, FORM_BYTES_MAX)
def change_draft(program_ref: str) -> Response:
    """Add or take out a part, look again, or keep the whole as the draft."""
    program, newest = found(reads.session(), program_ref)
    writing, sheet, do = page.writing(newest.raw), page.sent(), request.form.get("do", "save")
    if do.startswith(("add:", "remove:")) or do == "look":
        sheet, go_on = pieces.change(sheet, do, writing)
        judged = judge(sheet, _name(program), page.writing(newest.raw))
        shown = Shown(sheet, judged, go_on=go_on, is_typed=True)
        return page.answer(program, newest, shown, at=clock.now())
    judged = judge(sheet, _name(program), writing)
    if judged.unread:
        shown = Shown(sheet, judged, judged.errors, is_typed=True)
        return page.answer(program, newest, shown, at=clock.now(), status=422)
    return _keep(program, Shown(sheet, judged), do)


@blueprint.post("/portal/programs/<program_ref>/draft/look")
@guard.staff(Permission.PROGRAMS)
@uploads.takes(FORM_BYTES_MAX, FORM_BYTES_MAX)
def look_at_draft(program_ref: str) -> str:
    """What stands beside the form, for what is in it at this moment; nothing is kept."""
    program, newest = found(reads.session(), program_ref)
    judged = judge(page.sent(), _name(program), page.writing(newest.raw))
    return render_template(
        "portal/designer/look.html",
        look=looking.look(reads.session(), page.here(), judged, at=clock.now()),
        misfits={labels.where(name): texts for name, texts in judged.errors.items()},
    )


def found(records: Session, program_ref: str) -> tuple[Program, Newest]:
    """The shop's program of that ref with its newest version. Raises Unknown("program")."""
    merchant_id = guard.duty().merchant_id
    program = editor.find(records, merchant_id=merchant_id, program_ref=program_ref)
    return program, drafts.newest(records, merchant_id=merchant_id, program_id=program.id)


def _name(program: Program) -> str:
    return request.form.get("name", program.name).strip()


def _keep(program: Program, shown: Shown, do: str) -> Response:
    at, raw = clock.now(), shown.judged.raw
    change = Change(raw, request.form.get("seal", ""), page.here().currency)
    try:
        with write() as records:
            has_changed = _write(records, program, change, at)
    except Overtaken:
        return _overtaken(program, shown, at)
    toasts.say(_KEPT if has_changed else _SAME)
    to = "portal.check_draft" if do == "publish" else "portal.program_draft"
    return make_response(redirect(url_for(to, program_ref=ref("prg", program.id)), 303))


def _write(records: Session, program: Program, change: Change, at: datetime) -> bool:
    """Keep name and rules; whether that changed anything."""
    duty, merchant_id, name = guard.duty(), program.merchant_id, _name(program)
    target = ref("prg", program.id)
    before = drafts.newest(records, merchant_id=merchant_id, program_id=program.id)
    number = drafts.save(
        records, merchant_id=merchant_id, program_id=program.id, change=change, at=at
    )
    has_changed = not drafts.is_same(before.raw, change.raw)
    if has_changed:
        note(records, duty=duty, act="program.draft", target=target, at=at, version=number)
    if name != program.name:
        drafts.rename(records, merchant_id=merchant_id, program_id=program.id, name=name)
        note(records, duty=duty, act="program.rename", target=target, at=at)
    return has_changed or name != program.name


def _overtaken(program: Program, shown: Shown, at: datetime) -> Response:
    """What was typed stays, beside what somebody else has kept; saving again is knowingly."""
    records = reads.session()
    records.expire_all()
    newest = drafts.newest(records, merchant_id=program.merchant_id, program_id=program.id)
    changed = Shown(
        shown.sheet, shown.judged, meanwhile=_meanwhile(newest, shown.judged), is_typed=True
    )
    return page.answer(program, newest, changed, at=at, status=409)


def _meanwhile(newest: Newest, judged: Judged) -> list[changerows.Row]:
    """From what somebody else has kept to what stands here."""
    if judged.document is None:
        return []
    theirs = load(newest.raw)
    return changerows.rows(differences.between(theirs, judged.document, page.here().currency))
