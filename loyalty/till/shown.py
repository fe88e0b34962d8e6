"""Receipts as the till shows them: what happened, why, and a minute to take it back."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.counter import explain
from loyalty.counter.history import VisitFacts
from loyalty.programs.document import VersionDocument
from loyalty.web import cardface, guard
from loyalty.web.locale import gettext, number, pick
from loyalty.web.visitrows import ReasonLine, reason_lines, rules

UNDO_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Undo:
    """The way back, open for a minute."""

    href: str
    seconds: int
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What has just happened; `kind` is the colour of its headline."""

    title: str
    sentence: str
    kind: str = ""
    big: str = ""
    sign: str = "check"
    fresh: int = 0
    full: int = 0  # the size of a stamp card that this visit filled
    vouchers: list[cardface.Voucher] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    risen: str = ""  # the level that this visit brought
    changes: list[str] = field(default_factory=list)  # what became of the level, in sentences
    act: str = ""
    reasons: list[ReasonLine] = field(default_factory=list)
    undo: Undo | None = None
    more: str | None = None


def seconds_left(since: datetime) -> int:
    """How much of the minute for undoing is left."""
    return max(0, UNDO_SECONDS - int((clock.now() - since).total_seconds()))


def visit_receipt(session: Session, visit: VisitFacts) -> Receipt:
    """What a visit gave and why, with a minute to take it back."""
    if visit.voided_at is not None or visit.answer is None:
        return _undone_receipt(visit)
    document, answer = rules(session, visit), visit.answer
    earned = {unit: many for unit, many in answer["earned"].items() if many}
    drawn = cardface.stamps(document, answer["balances"])
    way_back = url_for("till.void_visit", visit_ref=ref("vis", visit.id))
    return Receipt(
        title=gettext("Recorded"),
        sentence=_sentence(document, earned, visit.customer_name),
        kind="" if earned else "gain-flat",
        big=f"+{number(next(iter(earned.values())))}" if len(earned) == 1 else "",
        fresh=earned.get(drawn.unit, 0) if drawn else 0,
        full=drawn.size if drawn else 0,
        vouchers=cardface.vouchers(document, answer["vouchers"]),
        warnings=[pick({"it": said["it"], "en": said["en"]}) for said in answer["warnings"]],
        risen=_risen(session, visit, answer["tier"]),
        changes=[pick(said) for said in (answer["tier"] or {}).get("changes", [])],
        reasons=reason_lines(answer),
        undo=_undo(way_back, seconds_left(visit.recorded_at)),
        more=url_for("till.visit", visit_ref=ref("vis", visit.id)),
    )


def _sentence(document: VersionDocument, earned: dict[str, int], name: str | None) -> str:
    if not earned:
        return gettext("Visit recorded, nothing earned this time")
    what = cardface.counted(document, earned)
    if len(earned) == 1:  # the number itself stands large beside it
        what = what.partition(" ")[2]
    if name is None:
        return what
    return gettext("%(what)s for %(name)s", what=what, name=name.split(maxsplit=1)[0])


def _risen(session: Session, visit: VisitFacts, tier: dict[str, Any] | None) -> str:
    if not (tier or {}).get("changes"):
        return ""
    has_risen = explain.has_risen(
        session,
        merchant_id=guard.duty().merchant_id,
        card_id=visit.card_id,
        operation_id=visit.id,
    )
    return pick(tier["name"]) if tier and has_risen else ""


def _undone_receipt(visit: VisitFacts) -> Receipt:
    return Receipt(
        title=gettext("Cancelled"),
        sentence=gettext("The visit no longer counts"),
        kind="gain-flat",
        sign="undo-2",
        more=url_for("till.visit", visit_ref=ref("vis", visit.id)),
    )


def _undo(href: str, seconds: int) -> Undo | None:
    if not seconds:
        return None
    return Undo(href=href, seconds=seconds, reason=gettext("undone at the till right away"))


def reward_receipt(
    document: VersionDocument, *, redemption_ref: str, reward: str, state: str, since: datetime
) -> Receipt:
    """A reward handed over, or taken back."""
    found = document.reward(reward)
    name = pick(found.name) if found else reward
    if state == "cancelled":
        return Receipt(
            title=gettext("Cancelled"),
            sentence=gettext("%(reward)s taken back: the units are on the card again", reward=name),
            kind="gain-flat",
            sign="undo-2",
        )
    way_back = url_for("till.cancel_reward", redemption_ref=redemption_ref)
    return Receipt(
        title=gettext("Handed over"),
        sentence=name,
        kind="gain-gold",
        sign="heart" if found and found.kind == "donation" else "gift",
        act=cardface.act(document, found),
        undo=_undo(way_back, seconds_left(since)),
    )
