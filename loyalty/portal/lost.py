"""Who stays away and why: by reason, with what is at stake, and each of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from flask import Response, make_response, render_template, request
from sqlalchemy.orm import Session

from loyalty.analytics import losing
from loyalty.analytics.losing import UNKNOWN, Gone, Sought
from loyalty.core import clock
from loyalty.core.db import read, write
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.customers import directory
from loyalty.feedback import losses
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal import listing, member_words
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads, sheets
from loyalty.web.locale import gettext, pick, shop
from loyalty.web.looks import initials
from loyalty.web.sheets import Cell
from loyalty.web.visitrows import today

SHOWN, AT_ONCE = 25, 500
PERIODS = {
    "90": Text("Viste negli ultimi 90 giorni", "Seen in the last 90 days"),
    "180": Text("Viste negli ultimi 6 mesi", "Seen in the last 6 months"),
    "365": Text("Viste nell'ultimo anno", "Seen in the last year"),
}
NOT_KNOWN = Text("Non si sa", "Not known")


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody in the list."""

    ref: str
    name: str
    initials: str
    state: tuple[str, str]
    reason: str
    is_known: bool
    lapsed_on: date
    last_on: date
    stake_minor: int


@blueprint.get("/portal/lost")
@guard.staff(Permission.MEMBERS)
def lost() -> Response:
    """The report by reason, and the people behind it, who was seen last first."""
    records, sought = reads.session(), _sought()
    found = losing.page(
        records,
        merchant_id=guard.duty().merchant_id,
        on=today(),
        sought=sought,
        after=_after(),
        limit=SHOWN + 1,
    )
    shown = found[:SHOWN]
    page = render_template(
        "portal/lost.html",
        report=_report(records, sought),
        rows=[_row(one) for one in shown],
        reasons=[(key, pick(name)) for key, name in all_reasons().items()],
        states=[(key, pick(member_words.STATES[key][0]).capitalize()) for key in losing.STATES],
        periods=[(key, pick(name)) for key, name in PERIODS.items()],
        chosen={
            "reason": sought.reason or "",
            "state": sought.state or "",
            "seen": request.args.get("seen", ""),
        },
        next=listing.here(after=_mark(shown[-1])) if len(found) > SHOWN else "",
        is_first="after" not in request.args,
    )
    return make_response(page)


@blueprint.post("/portal/lost/file")
@guard.staff(Permission.EXPORT, fresh=True)
def lost_file() -> Response:
    """The list as it is filtered, as a file for Excel."""
    sought, on, merchant_id = _sought(), today(), guard.duty().merchant_id
    with write() as session:
        target = ref("mer", merchant_id)
        note(session, duty=guard.duty(), act="losses.export", target=target, at=clock.now())
    return sheets.streamed(
        f"{gettext('lost-customers')}-{on.isoformat()}", _lines(merchant_id, sought, on)
    )


def all_reasons() -> dict[str, Text]:
    """Every reason as the shop says it, and that none is known."""
    return {**losses.NAMES, UNKNOWN: NOT_KNOWN}


def _sought() -> Sought:
    """What the address asks for; what it does not say well it does not say."""
    state, reason = request.args.get("state"), request.args.get("reason")
    seen = request.args.get("seen", "")
    return Sought(
        state if state in losing.STATES else None,
        reason if reason in all_reasons() else None,
        today() - timedelta(days=int(seen)) if seen in PERIODS else None,
    )


def _after() -> tuple[date, UUID] | None:
    day, _, key = request.args.get("after", "").partition("~")
    who = parse_ref("cus", key)
    try:
        return (date.fromisoformat(day), who) if who is not None else None
    except ValueError:
        return None


def _mark(one: Gone) -> str:
    return f"{one.last_on.isoformat()}~{ref('cus', one.customer_id)}"


@dataclass(frozen=True, slots=True)
class Reasoned:
    """A line of the report; `most` is the largest stake of a known reason, for the bar."""

    key: str
    name: str
    people: int
    stake_minor: int
    most: int


def _report(records: Session, sought: Sought) -> list[Reasoned]:
    """By reason, whatever reason the list is filtered by."""
    wide = Sought(sought.state, None, sought.since)
    found = losing.report(records, merchant_id=guard.duty().merchant_id, on=today(), sought=wide)
    found.sort(key=lambda one: one.reason == UNKNOWN)  # what is known first
    most = max((one.stake_minor for one in found if one.reason != UNKNOWN), default=0) or 1
    names = all_reasons()
    return [
        Reasoned(one.reason, pick(names[one.reason]), one.people, one.stake_minor, most)
        for one in found
    ]


def _row(one: Gone) -> Row:
    return Row(
        ref=ref("cus", one.customer_id),
        name=one.name or gettext("No name"),
        initials=initials(one.name),
        state=member_words.state(one.state),
        reason=pick(all_reasons()[one.reason]),
        is_known=one.reason != UNKNOWN,
        lapsed_on=one.lapsed_on,
        last_on=one.last_on,
        stake_minor=one.stake_minor,
    )


def _lines(merchant_id: UUID, sought: Sought, on: date) -> Iterator[list[Cell]]:
    here = shop()
    currency = here.currency if here else "EUR"
    yield [
        gettext("Name"), gettext("E-mail"), gettext("Phone"), gettext("State"), gettext("Why"),
        gettext("Away since"), gettext("Last visit"), gettext("Visit days"),
        gettext("Usual gap in days"), gettext("Spent"), gettext("At stake in 90 days"),
    ]  # fmt: skip
    after: tuple[date, UUID] | None = None
    while True:
        with read() as session:
            found = losing.page(
                session, merchant_id=merchant_id, on=on, sought=sought, after=after, limit=AT_ONCE
            )
            lines = [_line(session, merchant_id, one, currency) for one in found]
        yield from lines
        if len(found) < AT_ONCE:
            return
        after = (found[-1].last_on, found[-1].customer_id)


def _line(session: Session, merchant_id: UUID, one: Gone, currency: str) -> list[Cell]:
    who = directory.find(session, merchant_id=merchant_id, customer_ref=ref("cus", one.customer_id))
    return [
        one.name, who.email, who.phone, pick(member_words.STATES[one.state][0]),
        pick(all_reasons()[one.reason]), one.lapsed_on.isoformat(), one.last_on.isoformat(),
        one.visit_days, one.usual_days, sheets.amount(one.spend_minor, currency),
        sheets.amount(one.stake_minor, currency),
    ]  # fmt: skip
