"""What a shop gives to others, in public and to the cent: promised, payable, paid with receipts."""

from dataclasses import dataclass
from datetime import date

from flask import render_template

from loyalty.core import clock
from loyalty.core.errors import Unknown
from loyalty.core.money import Money
from loyalty.counter import causes
from loyalty.counter.causes import CauseFigures
from loyalty.programs import log
from loyalty.programs.cause_models import Payout
from loyalty.wallet.blueprint import blueprint
from loyalty.web import guard, reads
from loyalty.web.locale import money, open_shop


@dataclass(frozen=True, slots=True)
class _Paid:
    """A payout; `undoes` is one that takes another back, and then `receipt` says why."""

    amount: str
    on: date
    receipt: str
    undoes: bool


@dataclass(frozen=True, slots=True)
class _Cause:
    """A cause to the cent: what is promised is what was paid, is payable, or has to wait.

    `owed`: more was paid than sales came to after refunds; the next payout is less by that.
    """

    beneficiary: str
    tax_code: str
    pledged: str
    paid: str
    payable: str
    later: str
    owed: str
    payouts: list[_Paid]


@blueprint.get("/p/<program_ref>/cause")
@guard.public("what was promised to others is everybody's to check; it names no customer")
def giving(program_ref: str) -> str:
    """Every cause of the shop."""
    session = reads.session()
    merchant_id = log.merchant_of(session, program_ref=program_ref)
    open_shop(merchant_id)
    found = causes.overview(session, merchant_id=merchant_id, at=clock.now())
    if not found:
        raise Unknown("cause")
    return render_template(
        "wallet/giving.html", causes=[_shown(one) for one in found], program_ref=program_ref
    )


def _shown(figures: CauseFigures) -> _Cause:
    payable = figures.payable_minor
    return _Cause(
        beneficiary=figures.beneficiary,
        tax_code=figures.tax_code or "",
        pledged=money(figures.pledged_minor),
        paid=money(figures.paid_minor),
        payable=money(max(0, payable)),
        later=money(figures.unpaid_minor - payable),
        owed=money(-payable) if payable < 0 else "",
        payouts=[_paid(row) for row in figures.payouts],
    )


def _paid(row: Payout) -> _Paid:
    undoes = row.reverses_id is not None
    return _Paid(money(Money(row.amount_minor, row.currency)), row.paid_on, row.receipt, undoes)
