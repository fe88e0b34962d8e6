"""Who stood at the till when a visit was kept: a name that only this installation could write.

A phone may send its queue after somebody else has signed in; the visit stays with who served.
"""

import hmac

from loyalty.core.db import current
from loyalty.core.ids import parse_ref, ref
from loyalty.core.signing import derive_code
from loyalty.merchants import accounts
from loyalty.merchants.roles import Duty, staff_duty
from loyalty.till.blueprint import blueprint
from loyalty.web import guard, reads

LETTERS_MAX = 64


@blueprint.app_context_processor
def _seals() -> dict[str, object]:
    return {"sealed_by": seal, "shop_ref": lambda: ref("mer", guard.duty().merchant_id)}


def seal() -> str:
    """The person of this request on this phone, to be kept with what they record."""
    duty = guard.duty()
    return f"{duty.actor}.{_mark(duty, duty.actor)}"


def duty_of(sealed: str) -> Duty:
    """Under which duty a kept visit was recorded; whoever sends it answers for a broken seal."""
    sender = guard.duty()
    actor, _, mark = sealed.partition(".")
    staff_id = parse_ref("stf", actor)
    is_ours = hmac.compare_digest(mark.encode(), _mark(sender, actor).encode())
    if actor == sender.actor or staff_id is None or not is_ours:
        return sender
    person = accounts.staff_by_id(
        reads.session(), merchant_id=sender.merchant_id, staff_id=staff_id
    )
    if person is None:
        return sender
    return staff_duty(
        person.merchant_id,
        person.staff_id,
        person.role,
        location_id=sender.location_id,
        device=sender.device,
        email=person.email,
    )


def _mark(duty: Duty, actor: str) -> str:
    said = f"{ref('mer', duty.merchant_id)} {actor} {duty.device}"
    return derive_code(current().settings.secret, "till-queue", said.encode())
