"""A new program: what it is for, and a draft that is good as it stands."""

from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, request, url_for

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Unknown
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.designing import page
from loyalty.programs import drafts, starters, terms
from loyalty.programs.loading import load
from loyalty.web import guard
from loyalty.web.fields import Body, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, pick

_STARTS = {
    "visits": (
        Text("Più visite", "More visits"),
        Text("Una carta a timbri: qualche visita, e la volta dopo è un omaggio.",
             "A stamp card: some visits, and the next time is a treat."),
    ),
    "baskets": (
        Text("Scontrini più alti", "Bigger baskets"),
        Text("Punti per quanto si spende, e di più quando si spende molto.",
             "Points for what is spent, and more when a lot is."),
    ),
    "best": (
        Text("Premiare i migliori", "Reward the best"),
        Text("Punti e livelli: chi spende di più in un anno sale e raccoglie di più.",
             "Points and levels: who spends most in a year rises and earns more."),
    ),
    "good": (
        Text("Fare del bene", "Do good"),
        Text("Punti, e una quota di ogni vendita a chi scegli tu.",
             "Points, and a share of each sale for somebody you choose."),
    ),
    "points": (
        Text("Solo punti", "Just points"),
        Text("Un punto per ogni euro, e uno sconto quando sono abbastanza.",
             "A point for each euro, and a discount once there are enough."),
    ),
    "both": (
        Text("Punti e timbri", "Points and stamps"),
        Text("Punti per la spesa e un timbro a visita, sulla stessa carta.",
             "Points for what is spent and a stamp per visit, on the same card."),
    ),
}  # fmt: skip
_CHOOSE = Text("Scegli da che cosa partire.", "Choose what to begin with.")


class _Beginning(Body):
    key = Line((1, 40), required=True)
    name = Line((1, 120), required=True)
    start = Line((1, 20))


_form = _Beginning()


@dataclass(frozen=True, slots=True)
class _Start:
    """One way to begin: what it is for, and how its rules read."""

    key: str
    title: str
    text: str
    terms: str


@blueprint.get("/portal/programs/new")
@guard.staff(Permission.PROGRAMS)
def new_program() -> Response:
    """What the program is for; `?goal=` chooses one already."""
    return _page(FormState())


@blueprint.post("/portal/programs/new")
@guard.staff(Permission.PROGRAMS)
def begin_program() -> Response:
    """Make the draft and go on in its form; the form sent twice makes one program."""
    form = read_form(_form)
    if form.values.get("start", form.raw.get("start")) not in _STARTS:
        form = form.refuse("start", _CHOOSE)
    if not form.is_valid:
        return _page(form, 422)
    try:
        program_ref = _begin(form)
    except Unknown:
        return _page(form, 422)
    return make_response(redirect(url_for("portal.program_draft", program_ref=program_ref), 303))


def _begin(form: FormState) -> str:
    here, duty, at = page.here(), guard.duty(), clock.now()
    raw = starters.starter(form.values["start"], currency=here.currency)
    with write() as records:
        program = drafts.begin(
            records,
            merchant_id=here.id,
            currency=here.currency,
            name=form.values["name"],
            raw=raw,
            key=form.values["key"],
            at=at,
        )
        target = ref("prg", program.id)
        note(records, duty=duty, act="program.begin", target=target, at=at)
        return target


def _page(form: FormState, status: int = 200) -> Response:
    goal = request.args.get("goal") or request.args.get("start") or ""
    body = render_template(
        "portal/designer/new.html",
        starts=[_start(key) for key in _STARTS],
        form=form,
        chosen=form.value("start", goal),
        key=drafts.new_key(),
        proposed=gettext("Card of %(shop)s", shop=page.here().name)[:120],
        labels={"name": gettext("Name of the program"), "start": gettext("What it is for")},
    )
    return make_response(body, status)


def _start(key: str) -> _Start:
    title, text = _STARTS[key]
    currency = page.here().currency
    said = terms.sentence(load(starters.starter(key, currency=currency)), currency)
    return _Start(key, pick(title), pick(text), pick(said))
