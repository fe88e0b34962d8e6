"""One sale applied to a book in memory: what it earns, and the stamp cards it fills."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from loyalty.core.calendar import local_hour
from loyalty.core.db import table
from loyalty.core.text import Text
from loyalty.counter import desk as desks
from loyalty.counter import earned as words
from loyalty.counter import net, offers, receipts, vouchers
from loyalty.counter.desk import Desk
from loyalty.counter.dossier import Counted
from loyalty.counter.models import Visit, VisitLine
from loyalty.counter.net import Paid
from loyalty.counter.requests import LineRequest
from loyalty.ledger.lots import Home
from loyalty.ledger.state import Intent, Origin, Reason
from loyalty.programs import conditions, earning
from loyalty.programs.conditions import ORDINARY, Occasion
from loyalty.programs.earning import MILLION, Line, Share

Row = dict[str, Any]
FILLED_MAX = 100  # cards that one visit may fill; what is left stays on the card
_VISIT, _LINE = table(Visit), table(VisitLine)


@dataclass(frozen=True, slots=True)
class Sale:
    """What was sold, in minor units of the shop's currency; None is not said, 0 is free."""

    occurred_at: datetime
    amount_minor: int | None
    lines: tuple[LineRequest, ...] = ()
    tax_minor: int | None = None
    discount_minor: int | None = None
    external_ref: str | None = None

    @property
    def paid(self) -> Paid:
        """Its money."""
        return Paid(self.amount_minor, self.tax_minor, self.discount_minor)


@dataclass(slots=True)
class Recorded:
    """What a sale did; the operation's row still waits for its answer."""

    operation: Row
    occasion: Occasion
    earned: dict[str, int] = field(default_factory=dict)
    pledged: dict[str, int] = field(default_factory=dict)
    millionths: dict[str, int] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    vouchers: list[Row] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    homes: dict[str, list[Home]] = field(default_factory=dict)  # of a visit that comes back


def counting_lines(desk: Desk, sale: Sale) -> tuple[Line, ...]:
    """The lines as the rules count them."""
    lines = net.sold(sale.amount_minor, sale.lines)
    return net.left(lines, [], net.base_of(desk.version.document, sale.paid))


def record(desk: Desk, sale: Sale, *, origin: Origin, intent: Intent | None = None) -> Recorded:
    """Post what the sale earns, fill stamp cards, and note the visit; nothing is written yet."""
    seen = see(desk, sale.occurred_at)
    done = Recorded(desk.book.begin("visit", origin, intent=intent), seen)
    earn(desk, counting_lines(desk, sale), sale.occurred_at, done)
    _note_visit(desk, sale, done)
    on = desk.place.day(sale.occurred_at)
    visits = 0 if sale.amount_minor == 0 else 1
    desk.ranks.dossier.add(Counted(on, sale.amount_minor or 0, done.millionths, visits))
    desk.ranks.sold(desk.version, done.operation, on)
    return done


def see(desk: Desk, occurred_at: datetime) -> Occasion:
    """What the rules look at beside the lines: the moment, the level held, what a cap leaves."""
    document, place = desk.version.document, desk.place
    if not conditions.looks_at_occasion(document):
        return ORDINARY
    on = place.day(occurred_at)
    allowance = {
        cap.unit: max(0, cap.units * MILLION - desk.ranks.dossier.earned_on(cap.unit, on))
        for cap in document.caps
        if cap.per == "day"
    }
    return conditions.occasion(
        occurred_at,
        place.timezone,
        tier=desk.ranks.held_on(desk.version, on),
        birthday=place.birthday,
        allowance=allowance,
    )


def earn(desk: Desk, lines: tuple[Line, ...], occurred_at: datetime, done: Recorded) -> None:
    """Post what lines earn on that occasion; stamps that fill a card become a voucher."""
    found = earning.by_unit(earning.shares(desk.version.document, lines, done.occasion))
    for key, shares in found.items():
        _earn(desk, (key, shares), occurred_at, done)
    _visited(desk, occurred_at)
    _fill_stamps(desk, done)


def _earn(
    desk: Desk, found: tuple[str, list[Share]], occurred_at: datetime, done: Recorded
) -> None:
    key, shares = found
    account = desk.account(key)
    millionths = earning.total(shares)
    said = _said(desk, found, account.earned_millionths)
    units = desk.book.earn(
        done.operation,
        account,
        millionths=millionths,
        terms=desks.lot_terms(desk, key, occurred_at),
        reasons=said,
        homes=done.homes.get(key, ()),
    )
    done.millionths[key] = millionths
    done.reasons += said
    if earning.is_cause(key):
        done.pledged[key.removeprefix(earning.CAUSE_PREFIX)] = units
    else:
        done.earned[key] = units


def _said(desk: Desk, found: tuple[str, list[Share]], before: int) -> list[Reason]:
    (key, shares), document = found, desk.version.document
    each = earning.whole_units(before, shares)
    if earning.is_cause(key):
        return [words.pledged(document, shares[0], each[0], desk.place.currency)]
    return words.earned(
        document,
        desk.unit(key),
        list(zip(shares, each, strict=True)),
        currency=desk.place.currency,
        millionths_after=before + earning.total(shares),
    )


def _visited(desk: Desk, occurred_at: datetime) -> None:
    """A visit lets units live on that last so long after the last one, of older rules too.

    What had ended before stays ended: an import writes expiry last, and a visit would revive it.
    """
    for key, account in desk.accounts.items():
        if account.last_active_at is not None or desk.unit(key).expiry.kind == "inactivity":
            desks.expire(desk, account, occurred_at)
            account.visited(occurred_at, desk.place.timezone)


def _fill_stamps(desk: Desk, done: Recorded) -> None:
    """Full cards become vouchers, as often as the size fits; only when stamps were earned."""
    stamps = desk.version.document.stamps
    if stamps is not None and done.earned.get(stamps.unit):
        fill(desk, done)


def fill(desk: Desk, done: Recorded) -> None:
    """Issue a voucher for each full card; where the reward cannot be given, the stamps stay."""
    stamps = desk.version.document.stamps
    if stamps is None or stamps.on_full != "issue":
        return
    reward = desk.version.document.reward(stamps.reward)
    assert reward is not None, "checked at publish"
    account, at = desk.account(stamps.unit), done.operation["occurred_at"]
    for _ in range(FILLED_MAX):
        if account.available(at) < stamps.size:
            return
        refusal = vouchers.refusal(desk, reward, at) or desk.offers.take(reward)
        if refusal is not None:
            said = refusal.sentence
            kept = Text(
                f"{said.it} Quanto hai raccolto resta sulla carta.",
                f"{said.en} What you have collected stays on the card.",
            )
            done.warnings.append(receipts.warning("reward_waits", kept))
            return
        origin = desks.origin_of(done.operation, desk.place)
        issued = vouchers.issue(desk, reward, origin=origin, filled=True)
        done.reasons += issued.reasons
        done.vouchers.append(issued.redemption)
        for cause, minor in offers.donated(reward, desk.version.document).items():
            done.pledged[cause] = done.pledged.get(cause, 0) + minor


def _note_visit(desk: Desk, sale: Sale, done: Recorded) -> None:
    operation, place = done.operation, desk.place
    occasion = None if done.occasion == ORDINARY else done.occasion.as_dict()
    desk.book.also(
        _VISIT,
        {
            "merchant_id": place.merchant_id,
            "id": operation["id"],
            "card_id": place.card_id,
            "program_id": place.program_id,
            "version": desk.version.number,
            "location_id": operation["location_id"],
            "amount_minor": sale.amount_minor,
            "net_minor": sale.amount_minor,
            "currency": place.currency,
            "tax_minor": sale.tax_minor,
            "discount_minor": sale.discount_minor,
            "occurred_at": operation["occurred_at"],
            "recorded_at": operation["recorded_at"],
            "local_on": place.day(operation["occurred_at"]),
            "local_hour": local_hour(operation["occurred_at"], place.timezone),
            "external_ref": sale.external_ref,
            "voided_at": None,
            "posting_id": None,
            "scanned_card_id": place.scanned_card_id,
            "occasion": occasion,
        },
    )
    for number, line in enumerate(sale.lines, start=1):
        desk.book.also(_LINE, line_row(place.merchant_id, operation["id"], number, line))


def line_row(merchant_id: UUID, visit_id: UUID, number: int, line: LineRequest) -> Row:
    """A line of a visit as it is kept."""
    return {
        "merchant_id": merchant_id,
        "visit_id": visit_id,
        "number": number,
        "sku": line.sku,
        "item": line.item,
        "category": line.category,
        "quantity_milli": line.quantity_milli,
        "amount_minor": line.amount_minor,
    }
