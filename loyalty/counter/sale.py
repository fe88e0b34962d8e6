"""One sale applied to a book in memory: what it earns, and the stamp cards it fills."""

from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from loyalty.core.db import table
from loyalty.counter import reasons, vouchers
from loyalty.counter.desk import Place, unit_of
from loyalty.counter.models import Visit, VisitLine
from loyalty.counter.requests import LineRequest
from loyalty.ledger.book import Book
from loyalty.ledger.state import Intent, Origin, Reason
from loyalty.programs import earning
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.earning import MILLI, Line
from loyalty.programs.expiry import local_day, lot_expires_at

Row = dict[str, Any]
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


@dataclass(slots=True)
class Recorded:
    """What a sale did; the operation's row still waits for its answer."""

    operation: Row
    earned: dict[str, int] = field(default_factory=dict)
    reasons: list[Reason] = field(default_factory=list)
    vouchers: list[Row] = field(default_factory=list)


def counting_lines(sale: Sale) -> tuple[Line, ...]:
    """The lines as the rules count them; a sale without lines is one line of one piece."""
    if not sale.lines:
        amount = sale.amount_minor
        counted = None if amount is None else Fraction(amount)
        return (Line(1, None, None, MILLI, counted),)
    return tuple(_line(number, line) for number, line in enumerate(sale.lines, start=1))


def _line(number: int, line: LineRequest) -> Line:
    counted = None if line.amount_minor is None else Fraction(line.amount_minor)
    whole = line.quantity_milli % MILLI == 0
    return Line(number, line.sku, line.category, line.quantity_milli, counted, whole)


def record(
    book: Book,
    place: Place,
    version: PublishedVersion,
    sale: Sale,
    *,
    origin: Origin,
    intent: Intent | None = None,
) -> Recorded:
    """Post what the sale earns, fill stamp cards, and note the visit; nothing is written yet."""
    done = Recorded(book.begin("visit", origin, intent=intent))
    found = earning.by_unit(earning.shares(version.document, counting_lines(sale)))
    for key, shares in found.items():
        _earn(book, place, version, (key, shares), done)
    _fill_stamps(book, place, version, origin, done)
    _note_visit(book, place, version, sale, done.operation)
    return done


def _earn(
    book: Book,
    place: Place,
    version: PublishedVersion,
    found: tuple[str, list[earning.Share]],
    done: Recorded,
) -> None:
    key, shares = found
    account, unit = book.account(place.card_id, key), unit_of(version, key)
    each = earning.whole_units(account.earned_millionths, shares)
    millionths = sum(share.millionths for share in shares)
    said = reasons.earned(
        version.document,
        unit,
        list(zip(shares, each, strict=True)),
        currency=place.currency,
        millionths_after=account.earned_millionths + millionths,
    )
    expires_at = lot_expires_at(unit.expiry, done.operation["occurred_at"], place.timezone)
    done.earned[key] = book.earn(
        done.operation, account, millionths=millionths, expires_at=expires_at, reasons=said
    )
    done.reasons += said


def _fill_stamps(
    book: Book, place: Place, version: PublishedVersion, origin: Origin, done: Recorded
) -> None:
    """Full cards become vouchers, as often as the size fits; only when stamps were earned."""
    stamps = version.document.stamps
    if stamps is None or stamps.on_full != "issue" or not done.earned.get(stamps.unit):
        return
    reward = version.document.reward(stamps.reward)
    assert reward is not None, "checked at publish"
    account = book.account(place.card_id, stamps.unit)
    while account.available(origin.occurred_at) >= stamps.size:
        issued = vouchers.issue(book, place, version, reward, origin=origin, filled=True)
        done.reasons += issued.reasons
        done.vouchers.append(issued.redemption)


def _note_visit(
    book: Book, place: Place, version: PublishedVersion, sale: Sale, operation: Row
) -> None:
    book.also(
        _VISIT,
        {
            "merchant_id": place.merchant_id,
            "id": operation["id"],
            "card_id": place.card_id,
            "program_id": place.program_id,
            "version": version.number,
            "location_id": operation["location_id"],
            "amount_minor": sale.amount_minor,
            "currency": place.currency,
            "tax_minor": sale.tax_minor,
            "discount_minor": sale.discount_minor,
            "occurred_at": operation["occurred_at"],
            "recorded_at": operation["recorded_at"],
            "local_on": local_day(operation["occurred_at"], place.timezone),
            "external_ref": sale.external_ref,
            "voided_at": None,
        },
    )
    for number, line in enumerate(sale.lines, start=1):
        book.also(_LINE, _line_row(place.merchant_id, operation["id"], number, line))


def _line_row(merchant_id: UUID, visit_id: UUID, number: int, line: LineRequest) -> Row:
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
