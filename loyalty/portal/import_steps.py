"""One import, step by step: which column is which, a try that writes nothing, then the real one."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import parse_ref
from loyalty.core.text import Text
from loyalty.imports import adopting, badrows, uploads
from loyalty.imports.upload_models import KINDS, ImportUpload
from loyalty.imports.uploads import MovedOn
from loyalty.merchants.roles import Permission
from loyalty.portal import import_shown as shown
from loyalty.portal import import_words as words
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads, sheets
from loyalty.web.locale import pick
from loyalty.web.visitrows import today


@blueprint.get("/portal/imports/<import_ref>")
@guard.staff(Permission.IMPORT)
def import_page(import_ref: str) -> Response:
    """Where an import stands, and what comes next."""
    return shown.page(_any(import_ref))


@blueprint.post("/portal/imports/<import_ref>/kind")
@guard.staff(Permission.IMPORT)
def turn_import(import_ref: str) -> Response:
    """It is the other kind of file."""
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        raise Unknown("import")
    return _go_on(
        import_ref, lambda records, upload: uploads.turn(records, upload=upload, kind=kind)
    )


@blueprint.post("/portal/imports/<import_ref>/columns")
@guard.staff(Permission.IMPORT)
def choose_again(import_ref: str) -> Response:
    """Look at the columns once more."""
    return _go_on(import_ref, lambda records, upload: uploads.reconsider(records, upload=upload))


@blueprint.post("/portal/imports/<import_ref>/try")
@guard.staff(Permission.IMPORT)
def try_import(import_ref: str) -> Response:
    """Have everything counted, and nothing written."""
    upload = _mine(reads.session(), import_ref)
    typed = {name: request.form.get(name, "") for name in shown.fields_of(upload)}
    program = request.form.get("program", "")
    faults = shown.program_faults(reads.session(), upload, program)
    columns = [typed[name] for name in shown.fields_of(upload)]
    if faults:
        wrong = {"program": [pick(faults)]}
        return shown.page(upload, typed=typed | {"program": program}, errors=wrong, status=422)
    try:
        with write() as records:
            uploads.attempt(
                records,
                duty=guard.duty(),
                upload=_mine(records, import_ref),
                columns=columns,
                program_id=parse_ref("prg", program),
                at=clock.now(),
            )
    except Invalid as error:
        wrong = _at_fields(error.facts["fields"], columns)
        return shown.page(upload, typed=typed | {"program": program}, errors=wrong, status=422)
    except MovedOn as moved:
        return shown.page(_mine_anew(import_ref), refusal=moved.sentence, status=409)
    return _back(import_ref)


def _at_fields(faults: Mapping[str, list[Text]], columns: list[str]) -> dict[str, list[str]]:
    """Each fault beside the column that it is about; what is missing, at the columns as a whole."""
    found: dict[str, list[str]] = {}
    for meaning, why in faults.items():
        places = [place for place, column in enumerate(columns) if column == meaning]
        names = [f"c{place}" for place in places[1:] or places] or ["columns"]
        for name in names:
            found.setdefault(name, []).extend(pick(each) for each in why)
    return found


@blueprint.post("/portal/imports/<import_ref>/start")
@guard.staff(Permission.IMPORT)
def start_import(import_ref: str) -> Response:
    """Import what was tried."""
    at = clock.now()
    return _go_on(
        import_ref,
        lambda records, upload: uploads.start(
            records, duty=guard.duty(), upload_id=upload.id, at=at
        ),
    )


@blueprint.post("/portal/imports/<import_ref>/undo")
@guard.staff(Permission.IMPORT)
def undo_import(import_ref: str) -> Response:
    """Take back what it brought."""
    at = clock.now()
    with write() as records:
        adopting.adopt(records, duty=guard.duty(), import_ref=import_ref)
    return _go_on(
        import_ref,
        lambda records, upload: uploads.take_back(
            records, duty=guard.duty(), upload_id=upload.id, at=at
        ),
    )


@blueprint.post("/portal/imports/<import_ref>/again")
@guard.staff(Permission.IMPORT)
def resume_import(import_ref: str) -> Response:
    """Go on with what had failed too often."""
    at = clock.now()
    return _go_on(
        import_ref,
        lambda records, upload: uploads.again(records, duty=guard.duty(), upload=upload, at=at),
    )


@blueprint.post("/portal/imports/<import_ref>/discard")
@guard.staff(Permission.IMPORT)
def discard_import(import_ref: str) -> Response:
    """Forget a file that was not imported."""
    try:
        with write() as records:
            upload = _mine(records, import_ref)
            uploads.let_go(records, duty=guard.duty(), upload=upload, at=clock.now())
    except MovedOn as moved:
        return shown.page(_mine_anew(import_ref), refusal=moved.sentence, status=409)
    return make_response(redirect(url_for("portal.imports"), 303))


@blueprint.get("/portal/imports/<import_ref>/errors.csv")
@guard.staff(Permission.IMPORT)
def import_errors(import_ref: str) -> Response:
    """The rows that were not taken, with why: mend them and upload this very file."""
    records = reads.session()
    upload = _mine(records, import_ref)
    rows = badrows.of(records, upload=upload, after=0, limit=badrows.KEPT_MAX)
    width = len(upload.headings)
    heading = [*upload.headings, *(pick(name) for name in words.REPORT)]
    body: list[list[sheets.Cell]] = [
        [*row.cells[:width], *[""] * (width - len(row.cells)), row.line, row.heading, row.reason]
        for row in rows
    ]
    return sheets.answer(f"import-errors-{today().isoformat()}", [heading, *body])


def _go_on(import_ref: str, step: Callable[[Session, ImportUpload], Any]) -> Response:
    try:
        with write() as records:
            step(records, _mine(records, import_ref))
    except MovedOn as moved:
        return shown.page(_mine_anew(import_ref), refusal=moved.sentence, status=409)
    return _back(import_ref)


def _mine(records: Session, import_ref: str) -> ImportUpload:
    return uploads.find(records, merchant_id=guard.duty().merchant_id, upload_ref=import_ref)


def _mine_anew(import_ref: str) -> ImportUpload:
    """As it is by now: the session of this request may have read it before."""
    reads.session().expire_all()
    return _mine(reads.session(), import_ref)


def _any(import_ref: str) -> ImportUpload:
    """An import of this shop, also one that came another way."""
    return adopting.seen(
        reads.session(), merchant_id=guard.duty().merchant_id, import_ref=import_ref
    )


def _back(import_ref: str) -> Response:
    return make_response(redirect(url_for("portal.import_page", import_ref=import_ref), 303))
