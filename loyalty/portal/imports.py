"""Files of past sales and of customers: the list of imports, and a file on its way in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import FileStorage

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import one_line
from loyalty.imports import history, looking, uploads
from loyalty.imports.history import Past
from loyalty.imports.lines import FileRefused
from loyalty.imports.uploads import CHUNK_BYTES, FILE_BYTES_MAX, Arrival
from loyalty.merchants.roles import Permission
from loyalty.portal import import_words as words
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads
from loyalty.web.forms import FormState
from loyalty.web.locale import language, pick
from loyalty.web.uploads import takes

BODY_BYTES_MAX = 32 * 1024 * 1024  # a file that is too large is told so at its field, up to here
_SHOWN = 20


@dataclass(frozen=True, slots=True)
class _Shown:
    """An import in the list."""

    ref: str
    kind: str
    file_name: str
    state: str
    badge: str
    at: datetime
    accepted: int
    refused: int
    has_counts: bool


@blueprint.get("/portal/imports")
@guard.staff(Permission.IMPORT)
def imports() -> Response:
    """A form for a file, and what came in so far."""
    return _page(FormState())


@blueprint.post("/portal/imports")
@takes(BODY_BYTES_MAX)
@guard.staff(Permission.IMPORT)
def upload_file() -> Response:
    """Take a file in, a piece at a time; what cannot be read leaves nothing behind."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return _page(FormState().refuse("file", words.NO_FILE), status=422)
    size_bytes = _size(given)
    if size_bytes > FILE_BYTES_MAX:
        return _page(FormState().refuse("file", words.TOO_LARGE), status=422)
    head = given.stream.read(looking.HEAD_BYTES)
    try:
        seen = looking.look(head, is_all=size_bytes <= len(head))
    except FileRefused as refusal:
        return _page(FormState().refuse("file", refusal.reason), status=422)
    name = one_line(given.filename)[-uploads.NAME_LETTERS_MAX :] or "file.csv"
    upload_id = _take_in(given, Arrival(name, size_bytes, seen.headings, language()))
    return make_response(
        redirect(url_for("portal.import_page", import_ref=ref("imp", upload_id)), 303)
    )


def _size(given: FileStorage) -> int:
    size_bytes = given.stream.seek(0, 2)
    given.stream.seek(0)
    return size_bytes


def _take_in(given: FileStorage, arrival: Arrival) -> UUID:
    """Each piece is a short write of its own, so that no till waits for a file."""
    duty, at = guard.duty(), clock.now()
    with write() as records:
        upload_id = uploads.begin(records, duty=duty, arrival=arrival, at=at)
    given.stream.seek(0)
    for number, body in enumerate(_pieces(given)):
        with write() as records:
            uploads.add_chunk(
                records,
                merchant_id=duty.merchant_id,
                upload_id=upload_id,
                number=number,
                body=body,
            )
    with write() as records:
        uploads.arrived(records, duty=duty, upload_id=upload_id, at=at)
    return upload_id


def _pieces(given: FileStorage) -> Iterator[bytes]:
    while body := given.stream.read(CHUNK_BYTES):
        yield body


def _page(form: FormState, *, status: int = 200) -> Response:
    records, merchant_id = reads.session(), guard.duty().merchant_id
    before = parse_ref("imp", request.args.get("before", ""))
    found = history.page(records, merchant_id=merchant_id, before=before, limit=_SHOWN + 1)
    shown = found[:_SHOWN]
    page = render_template(
        "portal/imports.html",
        form=form,
        imports=[_shown(one) for one in shown],
        earlier=ref("imp", shown[-1].id) if len(found) > _SHOWN else "",
        is_first=before is None,
    )
    return make_response(page, status)


def _shown(past: Past) -> _Shown:
    return _Shown(
        ref=ref("imp", past.id),
        kind=pick(words.KINDS[past.kind]),
        file_name=past.file_name,
        state=pick(words.STATES[past.state]),
        badge=words.BADGES.get(past.state, ""),
        at=past.at,
        accepted=past.counts.get("accepted", 0),
        refused=past.counts.get("refused", 0),
        has_counts=bool(past.counts) and past.state in ("done", "undoing", "undone"),
    )
