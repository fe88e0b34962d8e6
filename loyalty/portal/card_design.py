"""The card designer: logo, colours and stamp, with a verdict and the card itself beside them."""

from dataclasses import replace
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for

from loyalty.cards import qr
from loyalty.core import clock, pictures
from loyalty.core.db import write
from loyalty.core.errors import Invalid, StateConflict
from loyalty.core.text import Text
from loyalty.merchants import card_looks
from loyalty.merchants.card_looks import PALETTES, STAMPS, Look
from loyalty.merchants.roles import Permission
from loyalty.portal import first_program
from loyalty.portal.blueprint import blueprint
from loyalty.portal.card_colours import (
    OWN,
    STAMP_NAMES,
    LookForm,
    look_of,
    palette_of,
    verdicts,
)
from loyalty.web import cardlook, guard, headers, passface, reads, toasts, uploads
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, language, pick
from loyalty.web.uploads import PictureRefused

_form = LookForm()
_PALETTE_LOOKS = [Look(each.background, each.ink, each.accent) for each in PALETTES]
_SAVED = Text("La carta è salvata: è già così su ogni telefono.", "Saved: every phone shows it.")
_UNDONE = Text("La carta è di nuovo come prima.", "The card is as it was before.")
_TOO_LATE = Text(
    "La carta è cambiata ancora nel frattempo: non abbiamo toccato niente.",
    "The card has been changed again meanwhile: nothing was touched.",
)
_MEANWHILE = Text(
    "Nel frattempo qualcun altro ha salvato un altro aspetto. Qui c'è ancora il tuo: salva di"
    " nuovo per metterlo al suo posto, oppure annulla le modifiche per vedere l'altro.",
    "Somebody else has saved another look meanwhile. Yours still stands here: save again to put it"
    " in its place, or discard your changes to see theirs.",
)


@blueprint.get("/portal/card")
@guard.staff(Permission.SETTINGS)
def card_design() -> Response:
    """How the card looks now, and everything that can be chosen about it."""
    return _page(FormState(), _now())


@blueprint.post("/portal/card")
@guard.staff(Permission.SETTINGS)
@uploads.takes(uploads.PICTURE_FORM_BYTES_MAX)
def save_card_design() -> Response:
    """Put it in force, or say at the field what cannot be read and what would be."""
    form, now = _read(), _now()
    look = look_of(form, now)
    if not form.is_valid:
        return _page(form, look, status=422)
    try:
        with write() as records:
            saved = card_looks.save(
                records,
                duty=guard.duty(),
                look=look,
                based_on=form.values["based_on"],
                at=clock.now(),
            )
    except Invalid as error:
        return _page(form.refuse_all(error.facts_in(language())["fields"]), look, status=422)
    except StateConflict:
        return _page(form, look, refusal=pick(_MEANWHILE), status=409)
    if saved.number != now.number:
        undo = url_for("portal.undo_card_design")
        toasts.say(_SAVED, undo=undo, number=str(saved.number))
    return _to_page()


@blueprint.post("/portal/card/try")
@guard.staff(Permission.SETTINGS)
@uploads.takes(uploads.PICTURE_FORM_BYTES_MAX)
def try_card_design() -> Response:
    """The page with what was chosen, not saved: with JavaScript only its verdict is taken."""
    form = _read()
    return _page(form, look_of(form, _now()), is_typed=True)


@blueprint.post("/portal/card/undo")
@guard.staff(Permission.SETTINGS)
def undo_card_design() -> Response:
    """Back to the look before, if nobody has saved another since."""
    number = request.form.get("number", "")
    known = int(number) if number.isdecimal() and len(number) < 7 else 0  # noqa: PLR2004  # digits
    with write() as records:
        found = card_looks.undo(records, duty=guard.duty(), number=known, at=clock.now())
    toasts.say(_UNDONE if found.number == known + 1 else _TOO_LATE)
    return _to_page()


@blueprint.get("/portal/card/preview")
@guard.staff(Permission.PROGRAMS)
def card_preview() -> Response:
    """The front of a card that nobody holds, in the look of the address, for a frame."""
    look, scheme = look_of(FormState(raw=dict(request.args)), _now()), request.args.get("scheme")
    merchant_id = guard.duty().merchant_id
    page = render_template(
        "portal/card_preview.html",
        sprite="icons-card.svg",
        look=cardlook.dress(look, merchant_id),
        card=passface.sample(first_program.document(request.args.get("goal"))),
        qr=qr.svg(gettext("A sample: not a card")),
        scheme=scheme if scheme in ("light", "dark") else "",
    )
    return headers.as_part(make_response(page))


def _read() -> FormState:
    """The form; a picture that came with it is kept at once, so that it need not be sent again."""
    form = read_form(_form)
    try:
        made = uploads.picture("file", pictures.LOGO)
        if made is None:
            return form
        with write() as records:
            digest = pictures.keep(
                records, merchant_id=guard.duty().merchant_id, made=made, at=clock.now()
            )
    except PictureRefused as error:
        return form.refuse("file", error.sentence)
    told = {"logo": digest, "no_logo": False}
    values = {**form.values, **told} if form.values else form.values
    return replace(form, raw={**form.raw, "logo": digest, "no_logo": ""}, values=values)


def _now() -> Look:
    return card_looks.find(reads.session(), merchant_id=guard.duty().merchant_id)


def _page(
    form: FormState, look: Look, *, refusal: str = "", status: int = 200, is_typed: bool = False
) -> Response:
    merchant_id, sign = guard.duty().merchant_id, passface.sample(first_program.document()).sign
    stamp = look.stamp or sign
    asked: dict[str, Any] = {
        "palette": OWN,
        "background": look.background,
        "ink": look.ink,
        "accent": look.accent,
        "stamp": stamp,
        "logo": look.logo.digest if look.logo else None,
        "no_logo": None if look.logo else 1,
    }
    page = render_template(
        "portal/card_design.html",
        form=form,
        refusal=refusal,
        is_typed=is_typed or bool(form.raw),
        chosen=look,
        dress_now=cardlook.dress(look, merchant_id),
        stamp=stamp,
        based_on=_now().number,
        palettes=PALETTES,
        palette=palette_of(look),
        palette_names=[cardlook.dress(each, None).name for each in _PALETTE_LOOKS],
        palette_sheet=cardlook.sheet_of([*_PALETTE_LOOKS, look]),
        stamps=[(name, pick(STAMP_NAMES[name])) for name in STAMPS],
        verdicts=verdicts(look),
        preview=url_for("portal.card_preview", **asked),
        labels={
            "file": gettext("Logo"),
            "ink": gettext("Text colour"),
            "accent": gettext("Colour of the stamps"),
            "background": gettext("Background"),
            "stamp": gettext("Stamp"),
        },
    )
    return headers.with_frame(make_response(page, status))


def _to_page() -> Response:
    return make_response(redirect(url_for("portal.card_design"), 303))
