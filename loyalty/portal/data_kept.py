"""How long the shop keeps what: each clock, why it was set otherwise, and what nights cleared."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response, make_response, redirect, render_template, request, url_for

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.merchants import clocks as domain
from loyalty.merchants.clock_models import RetentionRun
from loyalty.merchants.clocks import (
    AGREED,
    DETAIL,
    MONTHS_MAX,
    PROOF,
    REASON_LETTERS_MAX,
    STAFF_LOG,
)
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Choice, Paragraph
from loyalty.web.forms import FormState, TypedWhole, read_form
from loyalty.web.locale import language, number, pick
from loyalty.web.looks import capital

_SHOWN = 20
_NAMES = {
    DETAIL: Text("Che cosa è stato comprato", "What was bought"),
    AGREED: Text("Che cosa è stato comprato da chi lo permette", "What was bought, if allowed"),
    STAFF_LOG: Text("Registro del personale", "Staff log"),
    PROOF: Text("Prova dei consensi di chi ha lasciato", "Proof of consents of who left"),
}
_WHAT = {
    DETAIL: Text(
        "Prodotto e categoria di ogni riga, e che cosa piace a chi. Restano date, importi e punti.",
        "Product and category of each line, and who likes what. Dates, amounts and points stay.",
    ),
    AGREED: Text(
        "Lo stesso, per chi ha permesso sia abitudini e gusti sia novità e offerte.",
        "The same, for who has agreed both to habits and tastes and to news and offers.",
    ),
    STAFF_LOG: Text(
        "Chi ha fatto che cosa nel negozio, con le parole scritte allora.",
        "Who did what in the shop, with the words written then.",
    ),
    PROOF: Text(
        "Un numero che solo l'indirizzo di quella persona può ritrovare.",
        "A number that only that person's own address can find.",
    ),
}


class _Set(Body):
    months = TypedWhole(1, MONTHS_MAX, required=True)
    state = Choice("on", "off", required=True)
    reason = Paragraph((1, REASON_LETTERS_MAX), required=True)


_form = _Set()


@dataclass(frozen=True, slots=True)
class _Shown:
    """A clock and the form that sets it."""

    kind: str
    name: str
    what: str
    months: int
    usual: int
    is_on: bool
    reason: str
    changed_at: datetime | None
    form: FormState


@dataclass(frozen=True, slots=True)
class _Night:
    """A night: what was cleared, in words."""

    at: datetime
    cleared: list[str]


@blueprint.get("/portal/data-kept")
@guard.staff(Permission.STAFF)
def data_kept() -> Response:
    """Every clock, and what the latest nights have cleared."""
    return _page()


@blueprint.post("/portal/data-kept/<kind>")
@guard.staff(Permission.STAFF)
def set_clock(kind: str) -> Response:
    """Set a clock otherwise, or stop it; only with a reason."""
    form = read_form(_form)
    if not form.is_valid:
        return _page(kind, form, status=422)
    values = form.values
    try:
        with write() as records:
            domain.change(
                records,
                duty=guard.duty(),
                kind=kind,
                months=values["months"],
                is_on=values["state"] == "on",
                reason=values["reason"],
                at=clock.now(),
            )
    except Invalid as error:
        said = error.facts_in(language())["fields"]
        wrong = {name: [capital(one) for one in faults] for name, faults in said.items()}
        return _page(kind, form.refuse_all(wrong), status=422)
    return make_response(redirect(url_for("portal.data_kept"), 303))


def _page(kind: str = "", form: FormState | None = None, *, status: int = 200) -> Response:
    records, merchant_id = reads.session(), guard.duty().merchant_id
    before = parse_ref("run", request.args.get("before", ""))
    runs = domain.runs(records, merchant_id=merchant_id, before=before, limit=_SHOWN + 1)
    shown = runs[:_SHOWN]
    page = render_template(
        "portal/data_kept.html",
        clocks=[
            _shown(one, (form if one.kind == kind else None) or FormState())
            for one in domain.of(records, merchant_id=merchant_id).values()
        ],
        nights=[_night(run) for run in shown],
        earlier=ref("run", shown[-1].id) if len(runs) > _SHOWN else "",
    )
    return make_response(page, status)


def _shown(one: domain.Clock, form: FormState) -> _Shown:
    return _Shown(
        kind=one.kind,
        name=pick(_NAMES[one.kind]),
        what=pick(_WHAT[one.kind]),
        months=one.months,
        usual=domain.USUAL[one.kind],
        is_on=one.is_on,
        reason=one.reason,
        changed_at=one.changed_at,
        form=form,
    )


def _night(run: RetentionRun) -> _Night:
    told = [
        f"{pick(_NAMES[kind])}: {number(many)}"
        for kind, many in run.cleared.items()
        if many and kind in _NAMES
    ]
    return _Night(run.at, told)
