"""The receipt of a payout as a file: attached once, and shown to whoever may see the causes."""

from flask import Response, make_response, redirect, request, url_for

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import StateConflict
from loyalty.core.pictures import BYTES_MAX, PictureRefused
from loyalty.core.text import Text
from loyalty.counter import papers
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal import causes
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads, toasts, uploads
from loyalty.web.locale import pick

_NONE = Text(
    "Scegli prima il file della ricevuta: PDF, PNG, JPEG o WebP.",
    "Choose the receipt's file first: PDF, PNG, JPEG or WebP.",
)
_KEPT = Text("La ricevuta è allegata.", "The receipt is attached.")
_THERE = Text(
    "C'è già una ricevuta, e resta quella: se è sbagliata riprendi il versamento e annotalo di"
    " nuovo.",
    "There is a receipt already, and it stays: if it is wrong, take the payout back and note it"
    " again.",
)


@blueprint.post("/portal/payouts/<payout_ref>/receipt")
@guard.staff(Permission.CAUSES)
@uploads.takes(uploads.PICTURE_FORM_BYTES_MAX)
def attach_receipt(payout_ref: str) -> Response:
    """Judge the file and keep it with the payout."""
    duty, at = guard.duty(), clock.now()
    papers.demand(reads.session(), merchant_id=duty.merchant_id, payout_ref=payout_ref)
    try:
        paper = papers.judge(_file())
        with write() as records:
            papers.attach(records, duty=duty, payout_ref=payout_ref, paper=paper, at=at)
            note(records, duty=duty, act="payout.receipt", target=payout_ref, at=at)
    except PictureRefused as error:
        return causes.page(refusal=pick(error.sentence), status=422)
    except StateConflict:
        return causes.page(refusal=pick(_THERE), status=409)
    toasts.say(_KEPT)
    return make_response(redirect(url_for("portal.causes"), 303))


def _file() -> bytes:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise PictureRefused(_NONE.it, _NONE.en)
    with file.stream as sent:
        return bytes(sent.read(BYTES_MAX + 1))


@blueprint.get("/portal/payouts/<payout_ref>/receipt")
@guard.staff(Permission.REPORTS)
def payout_receipt(payout_ref: str) -> Response:
    """The file, to keep: it is not opened inside our own pages."""
    merchant_id = guard.duty().merchant_id
    kind, content = papers.find(reads.session(), merchant_id=merchant_id, payout_ref=payout_ref)
    answer = make_response(content)
    answer.mimetype = papers.TYPES[kind]
    answer.headers["Content-Disposition"] = f'attachment; filename="{payout_ref}.{kind}"'
    return answer
