"""A PIN typed at a till: the try is counted in one write, checked, and settled in another."""

from dataclasses import dataclass

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Unknown, WrongPin
from loyalty.core.ids import parse_ref
from loyalty.merchants import accounts, pins, stations
from loyalty.merchants.accounts import Person
from loyalty.merchants.devices import DeviceFacts
from loyalty.merchants.passwords import verify_password
from loyalty.merchants.roles import PERMISSIONS, Duty, Permission
from loyalty.web import device, guard, reads


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody of the shop, as a name to tap."""

    ref: str
    name: str


def named(person: Person) -> Named:
    """The person as a name to tap."""
    return Named(accounts.staff_ref(person), person.name)


def here() -> DeviceFacts:
    """The till that the signed-in person stands at. Raises Unknown("device") elsewhere."""
    found = device.here(guard.duty().merchant_id)
    if found is None:
        raise Unknown("device")
    return found


def person_of(at_till: DeviceFacts, staff_ref: str, pin: str, permission: Permission) -> Person:
    """Who typed their PIN at this till, if they may do that. Raises WrongPin for all else alike."""
    staff_id = parse_ref("stf", staff_ref)
    person = staff_id and accounts.staff_by_id(
        reads.session(), merchant_id=at_till.merchant_id, staff_id=staff_id
    )
    may = person and person.active and permission in PERMISSIONS[person.role]
    may = may and person and _stands_here(at_till, person)
    if not person or not may:
        verify_password(None, pin)  # as slow as for somebody who may
        raise WrongPin
    with write() as session:
        kept = pins.take_try(session, device=at_till, staff_id=person.staff_id)
    is_right = verify_password(kept, pin)
    with write() as session:
        if is_right:
            pins.was_right(session, device=at_till, staff_id=person.staff_id, at=clock.now())
        else:
            pins.was_wrong(
                session,
                duty=_whoever(at_till),
                device=at_till,
                staff_id=person.staff_id,
                at=clock.now(),
            )
    if not is_right:
        raise WrongPin
    return person


def _whoever(at_till: DeviceFacts) -> Duty:
    """Nobody knows who typed a wrong PIN, only where."""
    return Duty(at_till.merchant_id, "system", "till", frozenset(), device=at_till.ref)


def approvers(at_till: DeviceFacts) -> list[Person]:
    """Who has a PIN at this till and may let through what a cashier may not do alone."""
    session = reads.session()
    with_pin = {
        each.staff_id
        for each in pins.list_pins(session, merchant_id=at_till.merchant_id)
        if each.device_id == at_till.id
    }
    everybody = accounts.list_staff(session, merchant_id=at_till.merchant_id)
    return [
        person
        for person in standing_here(at_till, everybody)
        if person.staff_id in with_pin and Permission.ADJUST in PERMISSIONS[person.role]
    ]


def _stands_here(at_till: DeviceFacts, person: Person) -> bool:
    places = stations.of_person(
        reads.session(), merchant_id=person.merchant_id, staff_id=person.staff_id
    )
    return stations.may_stand(places, at_till.location_id)


def standing_here(at_till: DeviceFacts, people: list[Person]) -> list[Person]:
    """Those of them who may stand at this till's location."""
    where = stations.of_shop(reads.session(), merchant_id=at_till.merchant_id)
    nowhere: stations.Places = frozenset()
    return [
        person
        for person in people
        if stations.may_stand(where.get(person.staff_id, nowhere), at_till.location_id)
    ]
