"""The blueprint that the till's pages hang on, and how its refusals look."""

from flask import Blueprint, Response, make_response, render_template, request

from loyalty.cards.tokens import read_scan
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import (
    Busy,
    Forbidden,
    LimitReached,
    LoyaltyError,
    NotSignedIn,
    Refused,
    Unknown,
)
from loyalty.core.ids import random_code
from loyalty.core.text import Text
from loyalty.counter import refusals
from loyalty.counter.requests import intent as make_intent
from loyalty.ledger.state import Intent
from loyalty.till import approvals
from loyalty.web import device, guard, problems, session
from loyalty.web.locale import gettext, money, pick

blueprint = Blueprint("till", __name__, url_prefix="/till")

_TITLES = {
    "unknown_card": Text("Questo codice non è di qui", "This code is not from here"),
    "unknown_voucher": Text("Questo buono non è di qui", "This voucher is not from here"),
    "insufficient_units": Text("Non bastano ancora", "Not enough yet"),
    "card_blocked": Text("La carta è bloccata", "The card is blocked"),
    "reward_unavailable": Text("Questo premio ora non si può dare", "Not this reward, for now"),
    "program_paused": Text("Il programma è in pausa", "The program is paused"),
    "proof_too_weak": Text("Qui serve il QR della carta", "This needs the card's QR"),
    "wrong_pin": Text("Il PIN non va", "Not with this PIN"),
    "own_card": Text("È la tua carta", "This is your own card"),
    "limit_reached": Text("Il limite è raggiunto", "The limit is reached"),
    "hours_offline": Text("È passato troppo tempo", "Too much time has passed"),
    "visits_per_card_day": Text("Per oggi basta", "That is all for today"),
    "amount_minor_max": Text("È una somma molto alta", "That is a very large amount"),
    "per_customer": Text("L'ha già avuto", "They have had it already"),
    "already_voided": Text("Già annullata", "Already cancelled"),
    "already_cancelled": Text("Già annullato", "Already cancelled"),
    "already_used": Text("Già consegnato", "Already handed over"),
    "refund_too_large": Text("È più di quanto resta", "That is more than what is left"),
    "key_reused": Text("Questa pagina ha già servito", "This page has done its work"),
    "busy": Text("Un attimo di coda", "A moment's queue"),
}
_NO = Text("Così non si può", "Not like this")
# Said at the counter in the counter's words; everything else is said by the error itself.
_SENTENCES = {
    "key_reused": Text(
        "Da questa pagina è già partita un'altra registrazione. Riparti dal codice della carta.",
        "Something else has been recorded from this page. Start again from the card's code.",
    )
}
# What was read by a camera or a scanner is no typing mistake: what to do next is something else.
_OTHER_QR = Text(
    "Questo QR non è di una carta fedeltà: forse è un menù, un Wi-Fi o un indirizzo. "
    "Fatti aprire la carta e inquadra il suo QR, o scrivi il codice che ha sotto.",
    "This QR is not a loyalty card's: perhaps a menu, a Wi-Fi or an address. "
    "Have the card opened and show its QR, or type the code under it.",
)
_OTHER_CARD = Text(
    "Nessuna carta di questo negozio ha questo QR: può essere di un altro negozio, o una carta "
    "vecchia. Fatti mostrare quella giusta, o crea una carta nuova.",
    "No card of this shop has this QR: it may be another shop's, or an old one. "
    "Ask for the right card, or make a new one.",
)
KEY_LETTERS = 26
_TYPED_MAX = 16


@blueprint.app_context_processor
def _keys() -> dict[str, object]:
    return {"new_key": new_key}


@blueprint.context_processor
def _here() -> dict[str, object]:
    return {"till_here": device.here, "idle_s": session.IDLE_MINUTES_MAX * 60}


def new_key() -> str:
    """A fresh idempotency key for a form: sent twice, it is one deed."""
    return random_code(KEY_LETTERS)


def intent_of(key: str, body: object) -> Intent:
    """The intent of a form; the till's keys never meet those of other programs."""
    return make_intent(f"till:{guard.duty().actor}:{key}", [request.endpoint, body])


@blueprint.errorhandler(LoyaltyError)
def refuse(error: LoyaltyError) -> Response:
    """A big clear card: what happened, that nothing was recorded, and what to do next."""
    if isinstance(error, NotSignedIn | Forbidden):
        return problems.answer(error)
    _keep(error)
    title = pick(_TITLES.get(error.facts.get("limit") or error.code, _NO))
    if problems.wants_problem():
        return problems.answer(error, heading=title, said=_sentence(error))
    page = render_template(
        "till/refused.html",
        title=title,
        sentence=_sentence(error),
        unknown=error.code == "unknown_card",
        approval=approvals.offer(error),
        typed=_typed(),
    )
    response = make_response(page, problems.status_of(type(error)))
    if "retry_after_s" in error.facts:
        response.headers["Retry-After"] = str(error.facts["retry_after_s"])
    return response


def _typed() -> str:
    """What stands in the field again to be corrected; nobody corrects the text of a QR."""
    code = request.form.get("code", "")
    return code if len(code) <= _TYPED_MAX else ""


def _unknown(code: str) -> Text | None:
    """What to say of a text that was read rather than typed; None where it was typed."""
    if len(code) <= _TYPED_MAX:
        return None
    try:
        read_scan(code)
    except Unknown:
        return _OTHER_QR
    return _OTHER_CARD


def _sentence(error: LoyaltyError) -> str:
    """Which limit it was is said in the counter's words, not by the rule's name."""
    if error.code == "unknown_card" and (said := _unknown(request.form.get("code", ""))):
        return pick(said)
    if not isinstance(error, LimitReached) or error.said is not None:
        return pick(_SENTENCES.get(error.code, error.sentence))
    allowed = error.facts["allowed"]
    if error.facts["limit"] == "amount_minor_max":
        return gettext(
            "One purchase counts up to %(money)s here. If the amount is right, ask the owner.",
            money=money(allowed),
        )
    return gettext(
        "One card counts at most %(count)s times a day here: it works again tomorrow.",
        count=allowed,
    )


def _keep(error: LoyaltyError) -> None:
    """Refused scans are kept, so that the owner can see a pattern; a full queue is none."""
    if request.method != "POST" or not isinstance(error, Refused | Unknown):
        return
    act = (request.endpoint or "").rpartition(".")[2][:20]
    try:
        with write() as records:
            refusals.keep(
                records, duty=guard.duty(), act=act, error=error, scan=_scanned(), at=clock.now()
            )
    except Busy:
        return  # the refusal itself has been told; its record is not worth a second queue


def _scanned() -> str | None:
    if request.is_json:  # refused after it was read: an object whose scan is a text
        scan: str = request.get_json()["scan"]
        return scan
    return request.form.get("scan") or request.form.get("code")
