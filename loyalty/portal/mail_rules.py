"""How the shop writes: when, how often, how fast, and under which name."""

from typing import Any

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.campaigns import rules
from loyalty.campaigns.rules import AN_HOUR_MAX, CAP_MAX, DAYS_MAX, IDENTITY_LETTERS_MAX, Rules
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.merchants.places import ChangedMeanwhile
from loyalty.merchants.roles import Permission
from loyalty.portal import campaign_of
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body, Email, Line
from loyalty.web.forms import FormState, Tick, TypedWhole, read_form
from loyalty.web.locale import gettext, language, pick

_SAVED = Text("Salvato: vale dalla prossima lettera.", "Saved: it holds from the next letter on.")


class _Rules(Body):
    sender_name = Line((1, rules.NAME_LETTERS_MAX), load_default="")
    reply_to = Email(load_default="")
    identity = Line((1, IDENTITY_LETTERS_MAX), load_default="")
    from_hour = TypedWhole(0, 23, required=True)
    until_hour = TypedWhole(1, 24, required=True)
    on_sundays = Tick()
    cap = TypedWhole(1, CAP_MAX, required=True)
    cap_days = TypedWhole(1, DAYS_MAX, required=True)
    an_hour = TypedWhole(1, AN_HOUR_MAX, load_default=None)
    seen = Line((1, 40), required=True)


_form = _Rules()


@blueprint.get("/portal/deliverability/rules")
@guard.staff(Permission.CAMPAIGNS)
def mail_rules() -> Response:
    """As they are."""
    return _page(FormState())


@blueprint.post("/portal/deliverability/rules")
@guard.staff(Permission.CAMPAIGNS)
def change_mail_rules() -> Response:
    """Write otherwise from now on; two people who do it at once hear of each other."""
    form = read_form(_form)
    if not form.is_valid:
        return _page(form, status=422)
    values = dict(form.values)
    seen = values.pop("seen")
    try:
        with write() as records:
            rules.change(
                records, duty=guard.duty(), rules=Rules(**values), seen=seen, at=clock.now()
            )
    except Invalid as error:
        return _page(form.refuse_all(error.facts_in(language())["fields"]), status=422)
    except ChangedMeanwhile as changed:
        return _page(form, refusal=pick(changed.sentence), status=409)
    toasts.say(_SAVED)
    return make_response(redirect(url_for("portal.mail_rules"), 303))


def _page(form: FormState, *, refusal: str = "", status: int = 200) -> Response:
    reads.session().expire_all()
    house = campaign_of.house()
    kept, labels = _kept(house.rules), _labels()
    html = render_template(
        "portal/mail_rules.html",
        form=form,
        typed=form.raw or kept,
        on_sundays=bool(form.raw.get("on_sundays")) if form.raw else house.rules.on_sundays,
        labels=labels,
        house=house,
        hours=[(str(hour), f"{hour:02d}:00") for hour in range(25)],
        seen=rules.edition(house.rules),
        refusal=refusal,
        now=[(labels[name], was) for name, was in kept.items()
             if name in labels and form.value(name) != was] if refusal else [],
    )  # fmt: skip
    return make_response(html, status)


def _kept(found: Rules) -> dict[str, str]:
    kept: dict[str, Any] = {name: getattr(found, name) for name in Rules.__slots__}
    return {
        name: "" if value is None else str(value)
        for name, value in kept.items()
        if name != "on_sundays"
    }


def _labels() -> dict[str, str]:
    return {
        "sender_name": gettext("Name of the sender"),
        "reply_to": gettext("Where answers go"),
        "identity": gettext("Name and address below each letter"),
        "from_hour": gettext("From"),
        "until_hour": gettext("Until"),
        "cap": gettext("Letters to one person"),
        "cap_days": gettext("In how many days"),
        "an_hour": gettext("At most an hour"),
    }
