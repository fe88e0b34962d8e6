"""Redemptions and their vouchers for other programs: reserve, hand over, cancel, use."""

from datetime import datetime
from typing import Any

from flask import Response

from loyalty.api.answers import VoucherAnswer
from loyalty.api.bodies import EmptyBody, ReasonBody, RedemptionBody
from loyalty.api.operation import Contract, Section, answer
from loyalty.api.reading import intent, optional_intent
from loyalty.api.receipt_answers import ReceiptAnswer
from loyalty.api.refused import kept
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import (
    AlreadyCancelled,
    AlreadyUsed,
    CardBlocked,
    InsufficientUnits,
    ProgramPaused,
    ProofTooWeak,
    RewardUnavailable,
)
from loyalty.core.ids import ref
from loyalty.counter import redemptions
from loyalty.web import guard, reads

section = Section("redemptions", "Units exchanged for rewards.")


@section.call(
    "POST",
    "/redemptions",
    Contract(
        scope="redemptions:write",
        body=RedemptionBody,
        answer=ReceiptAnswer,
        status=201,
        keyed=True,
        unknown=("card", "reward"),
        refusals=(
            InsufficientUnits,
            CardBlocked,
            ProgramPaused,
            ProofTooWeak,
            RewardUnavailable,
        ),
    ),
)
def reserve_reward(body: dict[str, Any]) -> Response:
    """Reserve a reward: its units leave the card, and a voucher waits to be used."""
    meant = intent()
    with kept("redemption", body["scan"]), write() as session:
        given = redemptions.reserve(
            session,
            duty=guard.duty(),
            scan=body["scan"],
            reward=body["reward"],
            intent=meant,
            at=clock.now(),
        )
    return answer(given.body, 201, replayed=given.replayed)


@section.call(
    "POST",
    "/redemptions/<redemption_ref>/fulfil",
    Contract(
        scope="redemptions:write",
        body=EmptyBody,
        answer=ReceiptAnswer,
        status=201,
        may_be_keyed=True,
        unknown=("redemption",),
        refusals=(AlreadyUsed, AlreadyCancelled, RewardUnavailable, CardBlocked),
    ),
)
def fulfil_redemption(_body: dict[str, Any], redemption_ref: str) -> Response:
    """Hand the reward over; the same act as using its voucher."""
    meant = optional_intent()
    with write() as session:
        given = redemptions.fulfil(
            session,
            duty=guard.duty(),
            redemption_ref=redemption_ref,
            intent=meant,
            at=clock.now(),
        )
    return answer(given.body, 201, replayed=given.replayed)


@section.call(
    "POST",
    "/redemptions/<redemption_ref>/cancel",
    Contract(
        scope="redemptions:write",
        body=ReasonBody,
        answer=ReceiptAnswer,
        status=201,
        keyed=True,
        unknown=("redemption",),
        refusals=(AlreadyCancelled, RewardUnavailable),
    ),
)
def cancel_redemption(body: dict[str, Any], redemption_ref: str) -> Response:
    """Cancel a redemption, even after it was handed over: the same lots get their units back."""
    meant = intent()
    with write() as session:
        given = redemptions.cancel(
            session,
            duty=guard.duty(),
            redemption_ref=redemption_ref,
            reason=body["reason"],
            intent=meant,
            at=clock.now(),
        )
    return answer(given.body, 201, replayed=given.replayed)


@section.call(
    "GET",
    "/vouchers/<code>",
    Contract(scope="redemptions:read", answer=VoucherAnswer, unknown=("voucher",)),
)
def get_voucher(code: str) -> Response:
    """Look at a voucher without using it."""
    found = redemptions.voucher(
        reads.session(), merchant_id=guard.duty().merchant_id, code=code, at=clock.now()
    )
    return answer(_shown(found))


@section.call(
    "POST",
    "/vouchers/<code>/use",
    Contract(
        scope="redemptions:write",
        body=EmptyBody,
        answer=ReceiptAnswer,
        status=201,
        may_be_keyed=True,
        unknown=("voucher",),
        refusals=(AlreadyUsed, AlreadyCancelled, RewardUnavailable, CardBlocked),
    ),
)
def use_voucher(_body: dict[str, Any], code: str) -> Response:
    """Use a voucher: its reward is handed over."""
    meant = optional_intent()
    with write() as session:
        given = redemptions.use(session, duty=guard.duty(), code=code, intent=meant, at=clock.now())
    return answer(given.body, 201, replayed=given.replayed)


def _shown(found: redemptions.Voucher) -> dict[str, Any]:
    redemption, reward = found.redemption, found.reward
    return {
        "code": redemption.code,
        "state": found.state,
        "reward": reward.key,
        "name": reward.name.as_dict(),
        "kind": reward.kind,
        "card": ref("crd", redemption.card_id),
        "program": ref("prg", redemption.program_id),
        "redemption": ref("red", redemption.id),
        "until": _when(redemption.until_at),
        "created_at": _when(redemption.created_at),
        "used_at": _when(redemption.used_at),
        "cancelled_at": _when(redemption.cancelled_at),
    }


def _when(at: datetime | None) -> str | None:
    return clock.rfc3339(at) if at else None
