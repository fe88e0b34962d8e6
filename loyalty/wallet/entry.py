"""All my cards by a code: the address, six digits by mail, and in."""

from flask import Response, make_response, redirect, render_template, request, url_for
from marshmallow import fields

from loyalty.cards import wallet_door
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import TooMany
from loyalty.core.text import Text
from loyalty.wallet import all_cards, purse
from loyalty.wallet.blueprint import blueprint
from loyalty.web import guard, reads, visitor
from loyalty.web.fields import Body, Email, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import language, pick

_ENOUGH_CODES = Text(
    "Abbiamo già mandato abbastanza codici per quest'ora. Usa l'ultimo che hai ricevuto, oppure"
    " riprova fra un'ora.",
    "Enough codes have been asked for within this hour. Use the last one you got, or try again in"
    " an hour.",
)
_ENOUGH_TRIES = Text(
    "Troppi codici sbagliati da questa rete. Riprova fra un'ora.",
    "Too many wrong codes from this network. Try again in an hour.",
)


class _Ask(Body):
    email = Email(required=True)
    then = fields.String()


class _Code(Body):
    code = Line((1, 40), required=True)
    then = fields.String()


_ask_form, _code_form = _Ask(), _Code()


@blueprint.get("/w")
@guard.public("the wallet's own cookie decides; without it there is only the door")
def wallet() -> Response:
    """All my cards, or the door to them."""
    found = purse.opened()
    return all_cards.page(found) if found else _door(FormState())


@blueprint.post("/w")
@guard.public("anybody may ask; the answer is the same for every address, and counted")
def ask() -> Response:
    """Send a code to the address, if there is anybody behind it; nobody is told whether."""
    form = read_form(_ask_form)
    if not form.is_valid:
        return _door(form, status=422)
    try:
        with write() as records:
            secret = wallet_door.ask(
                records,
                address=form.values["email"].lower(),
                origin=visitor.origin(),
                language=language(),
                at=clock.now(),
            )
    except TooMany as error:
        return _rest(_door(form.refuse("email", _ENOUGH_CODES), status=429), error)
    where = url_for("wallet.type_code", then=_then(form))
    return purse.keep_asking(make_response(redirect(where, 303)), secret)


@blueprint.get("/w/code")
@guard.public("only the browser that asked has anything here")
def type_code() -> Response:
    """A field for the six digits."""
    return _code_page(FormState(raw={"then": request.args.get("then", "")}))


@blueprint.post("/w/code")
@guard.public("the code is the proof, in the browser that asked; tries are counted")
def prove() -> Response:
    """Open the wallet in this browser."""
    form = read_form(_code_form)
    if not form.is_valid:
        return _code_page(form, status=422)
    here = purse.opened()
    try:
        with write() as records:
            proof = wallet_door.prove(
                records,
                secret=purse.asking_secret(),
                code="".join(one for one in form.values["code"] if one.isalnum()),
                origin=visitor.origin(),
                browser=visitor.browser(),
                here=here,
                at=clock.now(),
            )
    except TooMany as error:
        return _rest(_code_page(form.refuse("code", _ENOUGH_TRIES), status=429), error)
    if proof.secret is None:
        return _code_page(form.refuse("code", _wrong(proof.left)), status=422)
    where = "wallet.lost" if _then(form) else "wallet.wallet"
    return purse.keep_wallet(make_response(redirect(url_for(where), 303)), proof.secret)


def _wrong(left: int) -> Text:
    if left > 1:
        return Text(
            f"Questo non è il codice dell'ultima e-mail. Ti restano {left} tentativi.",
            f"This is not the code of the last mail. You have {left} tries left.",
        )
    if left == 1:
        return Text(
            "Questo non è il codice dell'ultima e-mail. Ti resta un tentativo.",
            "This is not the code of the last mail. You have one try left.",
        )
    return Text(
        "Questo codice non vale più. Chiedine uno nuovo.",
        "This code is good no more. Ask for a new one.",
    )


def _then(form: FormState) -> str | None:
    return "lost" if form.value("then") == "lost" else None


def _door(form: FormState, status: int = 200) -> Response:
    return make_response(render_template("wallet/w_door.html", form=form), status)


def _code_page(form: FormState, status: int = 200) -> Response:
    """The page for this browser's own question; where it has none, the way back to asking."""
    secret = purse.asking_secret()
    asked = wallet_door.asked_for(reads.session(), secret=secret, at=clock.now()) if secret else ""
    if not asked:
        again = Text(
            "Il codice è scaduto o è già stato usato. Chiedine uno nuovo: arriva subito.",
            "The code has run out or has been used. Ask for a new one: it comes at once.",
        )
        was_wrong = status != 200  # noqa: PLR2004
        fresh = FormState(raw={"then": _then(form) or ""})
        return _door(fresh.refuse("email", pick(again)) if was_wrong else fresh, status=status)
    page = render_template("wallet/w_code.html", form=form, address=asked)
    return make_response(page, status)


def _rest(response: Response, error: TooMany) -> Response:
    response.headers["Retry-After"] = str(error.facts["retry_after_s"])
    return response
