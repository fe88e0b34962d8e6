"""The first page of a new shop: what it would like, and a program that does it, ready to use."""

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Unknown
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants import acts, first_steps
from loyalty.merchants.first_steps import GOALS
from loyalty.merchants.roles import Permission
from loyalty.portal import first_program
from loyalty.portal.blueprint import blueprint
from loyalty.portal.first_program import here
from loyalty.programs import drafts, editor, starters, terms
from loyalty.programs.loading import load
from loyalty.web import guard, headers, toasts
from loyalty.web.fields import Body, Choice, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, pick

Raw = dict[str, Any]
_MISSING = Text(
    "Scrivi a chi va: un rifugio, una scuola, un'associazione.",
    "Say who it is for: a shelter, a school, an association.",
)
_PUBLISHED = Text(
    "Il programma è in vigore. Adesso la carta: i tuoi colori, il tuo logo.",
    "The program is in force. Now the card: your colours, your logo.",
)


@dataclass(frozen=True, slots=True)
class Goal:
    """Something that a shop may want, and what is proposed for it."""

    key: str
    icon: str
    name: Text
    text: Text


_GOALS = {
    goal.key: goal
    for goal in (
        Goal(
            "visits",
            "repeat",
            Text("Che tornino più spesso", "More visits"),
            Text(
                "Una carta a timbri: dopo qualche visita, un omaggio.",
                "A stamp card: after some visits, a treat.",
            ),
        ),
        Goal(
            "baskets",
            "shopping-basket",
            Text("Scontrini più alti", "Bigger baskets"),
            Text(
                "Punti per ogni euro, e di più sulle spese grandi.",
                "Points for every euro, and more on large ones.",
            ),
        ),
        Goal(
            "best",
            "trophy",
            Text("Premiare i migliori", "Reward the best"),
            Text(
                "Livelli: chi spende di più in un anno ha di più.",
                "Levels: who spends most in a year gets more.",
            ),
        ),
        Goal(
            "good",
            "hand-heart",
            Text("Fare del bene", "Do good"),
            Text(
                "Una parte di ogni vendita va a chi scegli tu.",
                "A part of every sale goes to somebody you choose.",
            ),
        ),
    )
}


class _Use(Body):
    key = Line((1, 40), required=True)
    do = Choice("use", "change", load_default="use")
    treat = Line((1, 80))
    beneficiary = Line((1, 120))


_form = _Use()


@blueprint.get("/portal/welcome")
@guard.staff(Permission.PROGRAMS)
def welcome() -> str:
    """What would you like? Four answers, each a program that is good as it stands."""
    return render_template(
        "portal/welcome.html",
        goals=[_GOALS[key] for key in GOALS],
        has_program=bool(first_program.programs()),
    )


@blueprint.get("/portal/welcome/<goal>")
@guard.staff(Permission.PROGRAMS)
def proposal(goal: str) -> Response:
    """The program for that goal: the card, the sentence, and one button."""
    return _page(_known(goal), FormState())


@blueprint.post("/portal/welcome/<goal>")
@guard.staff(Permission.PROGRAMS)
def use_proposal(goal: str) -> Response:
    """Put it in force, or go on in the designer; sent twice it makes one program."""
    found, form = _known(goal), read_form(_form)
    wants = form.values.get("do", form.raw.get("do"))
    if goal == "good" and wants != "change" and not form.raw.get("beneficiary"):
        form = form.refuse("beneficiary", _MISSING)
    if not form.is_valid:
        return _page(found, form, status=422)
    program_ref = _begin(found, form)
    if wants == "change":
        return _go(url_for("portal.program_draft", program_ref=program_ref))
    toasts.say(_PUBLISHED)
    return _go(url_for("portal.card_design"))


def _begin(goal: Goal, form: FormState) -> str:
    """Make the program of the form, in force unless it is to be changed first; its ref."""
    duty, at, shop = guard.duty(), clock.now(), here()
    with write() as records:
        program = drafts.begin(
            records,
            merchant_id=shop.id,
            currency=shop.currency,
            name=_name(),
            raw=_raw(goal.key, form),
            key=form.values["key"],
            at=at,
        )
        target = ref("prg", program.id)
        first_steps.choose_goal(records, merchant_id=shop.id, goal=goal.key)
        if form.values["do"] == "use" and program.current_version is None:
            editor.publish(records, merchant_id=shop.id, program_id=program.id, number=1, at=at)
            acts.note(records, duty=duty, act="program.publish", target=target, at=at, version=1)
        return target


def _raw(goal: str, form: FormState) -> Raw:
    """The rules for the goal, with what the shop has said of them."""
    given = form.values.get("beneficiary") or form.raw.get("beneficiary", "")
    raw = starters.starter(goal, currency=here().currency, beneficiary=given[:120])
    treat = form.values.get("treat")
    if treat and goal == "visits":
        raw["rewards"][0]["name"] = {"it": treat, "en": treat}
    return raw


def _page(goal: Goal, form: FormState, status: int = 200) -> Response:
    document = load(_raw(goal.key, form))
    said = terms.sentence(document, here().currency)
    page = render_template(
        "portal/proposal.html",
        goal=goal,
        form=form,
        terms=pick(said),
        treat=form.value("treat") or pick(document.rewards[0].name),
        key=form.value("key") or drafts.new_key(),
        preview=url_for("portal.card_preview", goal=goal.key),
        labels={
            "treat": gettext("The reward"),
            "beneficiary": gettext("Who receives it"),
        },
    )
    return headers.with_frame(make_response(page, status))


def _name() -> str:
    return gettext("Card of %(shop)s", shop=here().name)[:120]


def _known(goal: str) -> Goal:
    if goal not in _GOALS:
        raise Unknown("program")
    return _GOALS[goal]


def _go(path: str) -> Response:
    return make_response(redirect(path, 303))
