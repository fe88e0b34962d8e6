"""What a cashier may not do alone: a manager or owner lets it through with their PIN."""

from dataclasses import dataclass

from flask import request

from loyalty.core.errors import LimitReached, LoyaltyError, WrongPin
from loyalty.counter.limits import LIFTABLE
from loyalty.merchants.roles import Duty, Permission, approved
from loyalty.till import pins
from loyalty.till.pins import Named
from loyalty.web import device, guard

_NOT_SENT_AGAIN = ("csrf_token", "approver", "pin")


@dataclass(frozen=True, slots=True)
class Offer:
    """The refused form, ready to be sent once more with somebody's PIN."""

    action: str
    fields: dict[str, str]
    approvers: list[Named]
    chosen: str
    asks_who: bool  # a PIN was typed, and nobody was named


def let_through(approver: str | None, pin: str | None) -> Duty:
    """The duty of this request, with the word of that person if one was asked. Raises WrongPin."""
    duty = guard.duty()
    if not approver:
        return duty
    person = pins.person_of(pins.here(), approver, pin or "", Permission.ADJUST)
    return approved(duty, staff_id=person.staff_id, role=person.role, email=person.email)


def offer(error: LoyaltyError) -> Offer | None:
    """The way on after a refusal, where a till has one."""
    is_limit = isinstance(error, LimitReached) and error.facts["limit"] in LIFTABLE
    if not is_limit and not isinstance(error, WrongPin):
        return None
    if device.here(guard.duty().merchant_id) is None:
        return None
    chosen = request.form.get("approver", "")
    return Offer(
        action=request.path,
        fields={name: text for name, text in request.form.items() if name not in _NOT_SENT_AGAIN},
        approvers=approvers(),
        chosen=chosen,
        asks_who=bool(request.form.get("pin")) and not chosen,
    )


def approvers() -> list[Named]:
    """Who can be asked at this till; nobody on a device that is none."""
    here = device.here(guard.duty().merchant_id)
    return [pins.named(person) for person in pins.approvers(here)] if here else []
