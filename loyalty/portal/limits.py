"""When somebody has lapsed: the shop's own limits, and what a change of them would change."""

from collections.abc import Mapping
from typing import Any

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.analytics import measures, standing
from loyalty.analytics.measures import Measures
from loyalty.analytics.rhythm import STATES, USUAL, Limits
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.merchants.places import ChangedMeanwhile
from loyalty.merchants.roles import Permission
from loyalty.portal import member_words
from loyalty.portal.blueprint import blueprint
from loyalty.portal.limit_form import LABELS, LIMITS_FORM, raw_of, wanted_of
from loyalty.web import guard, reads, toasts
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import pick
from loyalty.web.visitrows import today

_SAVED = Text("Salvato: da adesso si conta così.", "Saved: it is counted like this from now on.")
_LOOK = "look"  # the button that only shows what would change


@blueprint.get("/portal/lapsed/limits")
@guard.staff(Permission.SETTINGS, Permission.MEMBERS)
def limits() -> Response:
    """The limits as they are."""
    return _page(FormState(), _now())


@blueprint.post("/portal/lapsed/limits")
@guard.staff(Permission.SETTINGS, Permission.MEMBERS)
def change_limits() -> Response:
    """Show what these would change, or keep them."""
    form, kept = read_form(LIMITS_FORM), _now()
    if not form.is_valid:
        return _page(form, kept, status=422)
    wanted = wanted_of(form.values, kept)
    if faults := measures.faults(wanted):
        return _page(form.refuse_all(_in_words(faults)), kept, status=422)
    if form.values.get("deed") == _LOOK:
        return _page(form, kept, wanted=wanted)
    try:
        with write() as records:
            measures.change(
                records,
                duty=guard.duty(),
                wanted=wanted,
                seen=form.values["seen"],
                at=clock.now(),
            )
    except ChangedMeanwhile as changed:
        return _page(form, _now(), refusal=pick(changed.sentence), status=409)
    except Invalid as error:
        return _page(form.refuse_all(_in_words(error.facts["fields"])), kept, status=422)
    toasts.say(_SAVED)
    return make_response(redirect(url_for("portal.lapsed"), 303))


def _now() -> Measures:
    records = reads.session()
    records.expire_all()
    return measures.of(records, merchant_id=guard.duty().merchant_id)


def _in_words(faults: Mapping[str, list[Text]]) -> dict[str, list[str]]:
    """Multiples are typed as 2,5 and kept as 25 tenths: their faults stand at what was typed."""
    found: dict[str, list[str]] = {}
    for name, sentences in faults.items():
        typed = name.replace("_tenths", "_times")
        found[typed] = [pick(sentence) for sentence in sentences]
    return found


def _page(
    form: FormState,
    kept: Measures,
    *,
    wanted: Measures | None = None,
    refusal: str = "",
    status: int = 200,
) -> Response:
    typed = form.raw or raw_of(kept)
    labels = {name: pick(text) for name, text in LABELS.items()}
    html = render_template(
        "portal/limits.html",
        form=form,
        typed=typed,
        labels=labels,
        usual=raw_of(Measures(USUAL)),
        seen=measures.edition(kept),
        refusal=refusal,
        now=_differing(typed, raw_of(kept), labels) if refusal else [],
        changes=_changes(kept.limits, wanted.limits) if wanted else [],
        is_same=wanted == kept,
        look=_LOOK,
    )
    return make_response(html, status)


def _differing(
    typed: Mapping[str, str], kept: Mapping[str, str], labels: Mapping[str, str]
) -> list[tuple[str, str]]:
    return [(labels[name], was) for name, was in kept.items() if typed.get(name, "") != was]


def _changes(kept: Limits, wanted: Limits) -> list[dict[str, Any]]:
    """How many members are in each state, now and by the other limits."""
    merchant_id, on = guard.duty().merchant_id, today()
    was, will = (
        standing.counts(reads.session(), merchant_id=merchant_id, on=on, limits=each)
        for each in (kept, wanted)
    )
    return [
        {
            "state": member_words.state(state)[0].capitalize(),
            "was": was[state],
            "will": will[state],
            "more": will[state] - was[state],
        }
        for state in STATES
    ]
