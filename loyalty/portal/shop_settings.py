"""The shop's own settings on one page."""

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.merchants import shopkeeping
from loyalty.merchants.models import Merchant
from loyalty.merchants.places import ChangedMeanwhile
from loyalty.merchants.roles import Permission
from loyalty.merchants.shopkeeping import ShopSettings
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body, Choice, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, language, pick

_SAVED = Text("Salvato.", "Saved.")


class _Settings(Body):
    name = Line((1, 120), required=True)
    language = Choice("it", "en", required=True)
    timezone = Line((1, 60), required=True)
    seen = Line((1, 40), required=True)


_form = _Settings()


@blueprint.get("/portal/shop")
@guard.staff(Permission.SETTINGS)
def shop_settings() -> Response:
    """Name, language and time zone."""
    return _page(FormState())


@blueprint.post("/portal/shop")
@guard.staff(Permission.SETTINGS)
def change_shop() -> Response:
    """Change them; two people who do it at once hear of each other."""
    form = read_form(_form)
    if not form.is_valid:
        return _page(form, status=422)
    values = form.values
    wanted = ShopSettings(values["name"], values["language"], values["timezone"])
    try:
        with write() as records:
            shopkeeping.change(
                records, duty=guard.duty(), wanted=wanted, seen=values["seen"], at=clock.now()
            )
    except Invalid as error:
        return _page(form.refuse_all(error.facts_in(language())["fields"]), status=422)
    except ChangedMeanwhile as changed:
        return _page(form, refusal=pick(changed.sentence), status=409)
    toasts.say(_SAVED)
    return make_response(redirect(url_for("portal.shop_settings"), 303))


def _page(form: FormState, *, refusal: str = "", status: int = 200) -> Response:
    records = reads.session()
    records.expire_all()
    row = records.get_one(Merchant, guard.duty().merchant_id)
    kept = {"name": row.name, "language": row.language, "timezone": row.timezone}
    labels = {
        "name": gettext("Name of the shop"), "language": gettext("Language"),
        "timezone": gettext("Time zone"),
    }  # fmt: skip
    html = render_template(
        "portal/shop_settings.html",
        row=row,
        form=form,
        typed=form.raw or kept,
        labels=labels,
        zones=[(zone, zone.replace("_", " ")) for zone in shopkeeping.zones()],
        seen=shopkeeping.edition(row),
        now=[(labels[name], was) for name, was in kept.items() if form.value(name) != was]
        if refusal
        else [],
        refusal=refusal,
    )
    return make_response(html, status)
