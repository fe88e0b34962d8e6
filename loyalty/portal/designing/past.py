"""Trying the rules on the shop's own past sales, beside those in force."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.db import read, write
from loyalty.core.errors import Invalid
from loyalty.core.money import NotAnAmount, parse_amount
from loyalty.core.text import Text
from loyalty.counter import past_sales, trials, usual
from loyalty.counter.simulation import Days
from loyalty.counter.trials import Trial
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.designing import figures, labels, looking, page
from loyalty.portal.designing.form import found
from loyalty.portal.designing.judging import Judged, judge_document
from loyalty.portal.programs import in_force
from loyalty.programs import outlook
from loyalty.programs.document import VersionDocument
from loyalty.programs.drafts import Newest
from loyalty.programs.models import Program
from loyalty.programs.outlook import VISITS_A_YEAR_MAX, Typical
from loyalty.programs.simulator_past import Frame
from loyalty.web import guard, reads
from loyalty.web.locale import language, pick
from loyalty.web.visitrows import today

AT_ONCE = 2_000  # sales: about a tenth of a second; more are played by the worker
PERIODS = (90, 365, 0)  # days; 0 is all there is
_NAMES = {
    90: Text("ultimi 3 mesi", "last 3 months"),
    365: Text("ultimi 12 mesi", "last 12 months"),
    0: Text("tutte le vendite", "all sales"),
}
_LETTERS_MAX = 12


@dataclass(frozen=True, slots=True)
class _Tried:
    """What the page shows: figures, a trial under way, or how many sales there are to try on."""

    sales: int
    told: figures.Told | None = None
    trial: Trial | None = None


@blueprint.get("/portal/programs/<program_ref>/past")
@guard.staff(Permission.PROGRAMS)
def program_past(program_ref: str) -> Response:
    """What the newest rules would have cost and given; many sales are played by the worker."""
    return _page(program_ref)


@blueprint.post("/portal/programs/<program_ref>/past")
@guard.staff(Permission.PROGRAMS)
def try_on_past(program_ref: str) -> Response:
    """Have the worker play them; sent twice it is one trial."""
    program, newest = found(reads.session(), program_ref)
    days, at = _days(request.form.get("days", "")), clock.now()
    try:
        with write() as records:
            trials.ask(records, program=program, newest=newest, first_on=_first_on(days), at=at)
    except Invalid as error:
        return _page(program_ref, error.facts_in(language())["fields"]["from"][0], 422)
    here = url_for("portal.program_past", program_ref=program_ref, days=days)
    return make_response(redirect(here, 303))


def _days(asked: str) -> int:
    return int(asked) if asked in map(str, PERIODS) else PERIODS[1]


def _first_on(days: int) -> date | None:
    return today() - timedelta(days=days - 1) if days else None


def _page(program_ref: str, refusal: str = "", status: int = 200) -> Response:
    records = reads.session()
    program, newest = found(records, program_ref)
    judged, days = judge_document(newest.raw), _days(request.values.get("days", ""))
    fits = judged.document is not None and not judged.misfits
    tried = _tried(records, program, newest, days) if fits else _Tried(0)
    body = render_template(
        "portal/designer/past.html",
        program_ref=program_ref,
        name=program.name,
        newest=newest,
        has_current=newest.is_draft and program.current_version is not None,
        misfits={labels.where(name): texts for name, texts in judged.misfits.items()},
        days=days,
        periods=[(each, pick(_NAMES[each])) for each in PERIODS],
        tried=tried,
        refusal=refusal,
        **(_assumed(records, judged, at=clock.now()) if fits and not tried.sales else {}),
    )
    return make_response(body, status)


def _tried(records: Session, program: Program, newest: Newest, days: int) -> _Tried:
    first_on, merchant_id = _first_on(days), program.merchant_id
    sales = past_sales.count_sales(records, merchant_id=merchant_id, first=first_on, last=None)
    document, before = judge_document(newest.raw).document, _before(records, program, newest)
    assert document is not None, "what is kept can be read"
    if not sales:
        return _Tried(0)
    if sales > AT_ONCE:
        trial = trials.latest(records, program=program, seal=newest.seal, first_on=first_on)
        told = figures.told(trial.found, document, before) if trial and trial.found else None
        return _Tried(sales, told, trial)
    with read() as snapshot:
        found_now = trials.play(
            snapshot,
            tried=document,
            current=before,
            merchant_id=merchant_id,
            days=Days(first_on),
            at=clock.now(),
        )
    return _Tried(sales, figures.told(found_now, document, before))


def _before(records: Session, program: Program, newest: Newest) -> VersionDocument | None:
    """The rules in force, where those tried are others."""
    current = in_force(records, program) if newest.is_draft else None
    return current.document if current else None


def _assumed(records: Session, judged: Judged, *, at: datetime) -> dict[str, Any]:
    """Without sales: figures that the merchant types, and what the rules come to with them."""
    here = page.here()
    known = usual.typical(records, merchant_id=here.id) or looking.assumed(here.currency)
    typical = Typical(_basket(known), _visits(known))
    assert judged.document is not None, "only rules that fit are played"
    seen = outlook.play(judged.document, typical, Frame(here.currency, here.timezone, at))
    return {
        "typical": typical,
        "basket": page.writing().amount(typical.basket_minor),
        "outlook_said": pick(outlook.said(seen, typical, here.currency)),
        "share": looking.share(seen.share_bp) if seen.share_bp is not None else "",
        "cautions": [pick(each.said) for each in outlook.cautions(seen)],
    }


def _basket(known: Typical) -> int:
    try:
        typed = request.args.get("basket", "")[:_LETTERS_MAX]
        return parse_amount(typed, page.here().currency, language()) or known.basket_minor
    except NotAnAmount:
        return known.basket_minor


def _visits(known: Typical) -> int:
    typed = request.args.get("visits", "")
    if len(typed) > _LETTERS_MAX or not (typed.isascii() and typed.isdigit()):
        return known.visits_a_year
    return min(max(1, int(typed)), VISITS_A_YEAR_MAX)
