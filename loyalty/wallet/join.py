"""`/j/<program>`: a card in one screen, without a password, from the poster's code or a link."""

from flask import Response, make_response, redirect, render_template, request

from loyalty.cards import funnel, joining, referrals, short_links
from loyalty.cards.joining import ASKED, Door, WordsChanged
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Busy, KeyReused, ProgramPaused, TooMany, Unknown
from loyalty.core.ids import random_code, ref, tidy_code
from loyalty.core.text import Text
from loyalty.customers import texts
from loyalty.customers.consents import Purpose
from loyalty.programs import catalogue
from loyalty.programs.document import VersionDocument
from loyalty.wallet import friends
from loyalty.wallet.blueprint import blueprint, keep_on_phone
from loyalty.wallet.consent_texts import spoken
from loyalty.wallet.join_form import KEY_LETTERS, JoinForm
from loyalty.web import guard, reads
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, language, open_shop, pick

_CODE_MAX = 64
_form = JoinForm()
_TOO_YOUNG = Text(
    "Spunta la casella se hai almeno 14 anni. Altrimenti la carta si fa in negozio, con un"
    " genitore.",
    "Tick the box if you are 14 or older. If not, the card is made in the shop, with a parent.",
)
_BUSY_ORIGIN = Text(
    "Da qui sono appena arrivate molte richieste. Aspetta qualche minuto, o chiedi la carta alla"
    " cassa.",
    "Many requests have just come from here. Wait a few minutes, or ask for the card at the till.",
)
_OLD_PAGE = Text(
    "Questa pagina ha già fatto una carta. Qui sotto ne parte una nuova, se ti serve.",
    "This page has made a card already. Below you can begin a new one, if you need it.",
)


@blueprint.get("/j/<program_ref>")
@guard.public("whoever stands before the poster may have a card")
def join(program_ref: str) -> Response:
    """One screen; that somebody opened it is counted, and nothing else."""
    if (known := short_links.find(reads.session(), typed=program_ref)) is not None:
        return make_response(redirect(f"/j/{ref('prg', known)}?s=poster", 303))
    try:
        door = joining.find_door(reads.session(), program_ref=program_ref)
    except (Unknown, ProgramPaused):
        return _closed()
    form = FormState(raw={"s": _source(), "f": request.args.get("f", "")[:_CODE_MAX]})
    if request.method == "GET":
        _count(door, form.value("s"))
    return _page(door, form)


def _source() -> str:
    if request.args.get("f"):
        return "referral"
    asked = request.args.get("s", "")
    return asked if asked in funnel.SOURCES else "link"


def _count(door: Door, source: str) -> None:
    try:
        with write() as records:
            joining.open_page(records, door=door, source=source, at=clock.now())
    except Busy:
        return  # a number may be one short; nobody waits for it


@blueprint.post("/j/<program_ref>")
@guard.public(
    "whoever stands before the poster may have a card; how many from one place is counted"
)
def joined(program_ref: str) -> Response:
    """The card, on this phone, at once."""
    try:
        door = joining.find_door(reads.session(), program_ref=program_ref)
    except (Unknown, ProgramPaused):
        return _closed()
    form = read_form(_form)
    if form.is_valid and not form.values["age"]:
        form = form.refuse("age", _TOO_YOUNG)
    if not form.is_valid:
        return _page(door, form, status=422)
    return _join(door, form)


def _join(door: Door, form: FormState) -> Response:
    try:
        with write() as records:
            made = joining.join(
                records, door=door, wish=_wish(form), key=form.values["key"], at=clock.now()
            )
    except WordsChanged as error:
        return _page(door, _unticked(form), pick(error.sentence), status=409)
    except KeyReused:
        return _page(door, _unticked(form), pick(_OLD_PAGE), status=409)
    except TooMany as error:
        page = _page(door, form, pick(_BUSY_ORIGIN), status=429)
        page.headers["Retry-After"] = str(error.facts["retry_after_s"])
        return page
    except ProgramPaused:
        return _closed()
    response = make_response(redirect(f"/c/{made.card_ref}", 303))
    return keep_on_phone(response, made.card_ref, made.secret)


def _wish(form: FormState) -> joining.Wish:
    values = form.values
    contact = values.get("contact", {})
    return joining.Wish(
        name=values.get("name"),
        email=contact.get("email"),
        phone=contact.get("phone"),
        language=language(),
        agreed=frozenset(each for each in ASKED if values[each.value]),
        source=values.get("s", "link"),
        seal=values["seal"],
        origin=request.remote_addr or "",
        friend_code=tidy_code(values.get("f", "")),
        own_codes=friends.own_codes(),
    )


def _unticked(form: FormState) -> FormState:
    """What was typed, with every box to be ticked anew."""
    boxes = {"age", "key", *(each.value for each in ASKED)}
    return FormState(raw={name: text for name, text in form.raw.items() if name not in boxes})


def _page(door: Door, form: FormState, refusal: str = "", status: int = 200) -> Response:
    records = reads.session()
    open_shop(door.merchant_id)
    said = texts.in_force(records, merchant_id=door.merchant_id, shop_name=door.shop_name)
    rules = catalogue.version(
        records, merchant_id=door.merchant_id, program_id=door.program_id, number=door.version
    )
    page = render_template(
        "wallet/join.html",
        door=door,
        form=form,
        refusal=refusal,
        terms=pick(rules.terms),
        invited=_invited(door, form, rules.document),
        notice=spoken(Purpose.PROGRAM, said[Purpose.PROGRAM].words),
        asked=[spoken(purpose, said[purpose].words) for purpose in ASKED],
        seal=texts.seal(said),
        key=random_code(KEY_LETTERS) if status != 422 else form.value("key"),  # noqa: PLR2004  # nothing was made
        labels={
            "name": gettext("First name"),
            "contact": gettext("E-mail or phone"),
            "age": gettext("Age"),
        },
    )
    return make_response(page, status)


def _invited(door: Door, form: FormState, document: VersionDocument) -> str:
    """What somebody gets who came by a friend's link, in words, or nothing."""
    found = referrals.invited(
        reads.session(),
        merchant_id=door.merchant_id,
        program_id=door.program_id,
        code=tidy_code(form.value("f")),
        own_codes=friends.own_codes(),
    )
    return friends.in_words(found, document).friend if found else ""


def _closed() -> Response:
    """The same page for a program that is paused, not begun, or nobody's."""
    page = render_template(
        "wallet/message.html",
        sign="info",
        title=gettext("No new cards here for now"),
        text=gettext(
            "This program is taking a break, or the link is not whole. Ask in the shop: they will"
            " tell you how to get your card. A card you already have keeps everything on it."
        ),
    )
    return make_response(page, 404)
