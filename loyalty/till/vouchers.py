"""A voucher by its code: what it promises, whether it can still be used, and to whom it belongs."""

from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.cards import lookup
from loyalty.cards.tokens import shown
from loyalty.core import clock
from loyalty.core.errors import Unknown
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter import redemptions
from loyalty.merchants.roles import Permission
from loyalty.programs import catalogue, words
from loyalty.till.blueprint import blueprint
from loyalty.till.guests import Guest, guest
from loyalty.web import cardface, guard, reads, rewardphotos
from loyalty.web.fields import Body, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, moment, pick


class _Code(Body):
    code = Line((1, 300), required=True)


_code_form = _Code()


@dataclass(frozen=True, slots=True)
class _Shown:
    """A voucher as the cashier sees it: `state` in one sentence."""

    code: str
    name: str
    act: str
    state: str
    is_usable: bool
    card: Guest


@blueprint.get("/vouchers")
@guard.staff(Permission.REDEEM)
def voucher_field() -> Response:
    """One field for the code of a voucher."""
    return _field(FormState())


@blueprint.post("/vouchers")
@guard.staff(Permission.REDEEM)
def find_voucher() -> Response:
    """From a typed or pasted code to the voucher, or why there is none."""
    form = read_form(_code_form)
    if not form.is_valid:
        return _field(form.refuse("code", gettext("Type the code of the voucher.")), status=422)
    try:
        found = _find(form.values["code"])
    except Unknown as error:
        return _field(form.refuse("code", error.sentence), status=404)
    return to_voucher(found.redemption.code)


@blueprint.get("/vouchers/<code>")
@guard.staff(Permission.REDEEM)
def voucher(code: str) -> str:
    """What the voucher promises, to whom, and whether it can be handed over."""
    found = _find(code)
    redemption = found.redemption
    photos = rewardphotos.of_program(redemption.merchant_id, redemption.program_id)
    photo = photos.get(redemption.reward)
    return render_template("till/voucher.html", voucher=_shown(found), photo=photo)


def to_voucher(code: str) -> Response:
    """Send the browser to a voucher's page."""
    return make_response(redirect(url_for("till.voucher", code=shown(code)), 303))


def _find(code: str) -> redemptions.Voucher:
    return redemptions.voucher(
        reads.session(), merchant_id=guard.duty().merchant_id, code=code, at=clock.now()
    )


def _shown(found: redemptions.Voucher) -> _Shown:
    session, redemption = reads.session(), found.redemption
    facts = lookup.find(
        session, merchant_id=redemption.merchant_id, card_ref=ref("crd", redemption.card_id)
    )
    rules = catalogue.version(
        session,
        merchant_id=redemption.merchant_id,
        program_id=redemption.program_id,
        number=redemption.version,
    )
    card = guest(session, facts, at=clock.now())
    return _Shown(
        code=shown(redemption.code),
        name=pick(found.reward.name),
        act=cardface.act(rules.document, found.reward),
        state=_state(found),
        is_usable=found.state == "reserved" and not card.blocked,
        card=card,
    )


def _state(found: redemptions.Voucher) -> str:
    redemption = found.redemption
    if found.state == "cancelled" and redemption.cancelled_at:
        when = moment(redemption.cancelled_at)
        return gettext("Cancelled (%(moment)s): what it cost is on the card again.", moment=when)
    if found.state == "fulfilled" and redemption.used_at:
        return gettext("Handed over already (%(moment)s).", moment=moment(redemption.used_at))
    if redemption.until_at is None:
        return gettext("It can be used; it has no last day.")
    until = words.until(cardface.last_day(redemption.until_at))
    if found.state == "expired":
        return pick(
            Text(
                f"Scaduto: valeva {until.it}. Quello che è costato non torna.",
                f"Expired: it was good {until.en}. What it cost does not come back.",
            )
        )
    return pick(Text(f"Si può usare {until.it}.", f"It can be used {until.en}."))


def _field(form: FormState, status: int = 200) -> Response:
    return make_response(render_template("till/voucher_field.html", form=form), status)
