"""What changes about somebody who works here: role, name, language, password, address."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core import jobs, mail
from loyalty.core.db import current
from loyalty.core.errors import Invalid, StateConflict, Unknown
from loyalty.core.ids import parse_ref, random_code, ref
from loyalty.core.signing import digest
from loyalty.core.text import Text
from loyalty.merchants import accounts, attempts, sessions
from loyalty.merchants.accounts import HOURS_OF_LINK, Person
from loyalty.merchants.acts import note
from loyalty.merchants.directory import enter, forget, look_up, look_up_digest
from loyalty.merchants.models import Merchant, Staff
from loyalty.merchants.roles import Duty, Role

FORGOTTEN = "staff.forgotten"  # the job that sends the link, if there is anybody to send it to
ASKED_MAX, ORIGIN_ASKED_MAX = 3, 20
_WITHIN = timedelta(hours=1)
_LAST_OWNER = Text(
    "Serve almeno una persona titolare: prima fai titolare qualcun altro.",
    "The shop needs at least one owner: make somebody else an owner first.",
)


def find(session: Session, *, merchant_id: UUID, staff_ref: str) -> Person:
    """Somebody of the shop. Raises Unknown("staff")."""
    staff_id = parse_ref("stf", staff_ref)
    found = staff_id and accounts.staff_by_id(session, merchant_id=merchant_id, staff_id=staff_id)
    if not found:
        raise Unknown("staff")
    return found


def change_role(session: Session, *, duty: Duty, staff_ref: str, role: Role, at: datetime) -> None:
    """Another role; they sign in again under it. Raises Unknown, and Invalid for the last owner."""
    person = find(session, merchant_id=duty.merchant_id, staff_ref=staff_ref)
    if person.role is role:
        return
    if person.role is Role.OWNER and not _other_owners(session, person):
        raise Invalid({"role": [_LAST_OWNER]})
    row = _row(session, person)
    row.role = role.value
    session.flush()
    sessions.end_all(session, merchant_id=person.merchant_id, staff_id=person.staff_id)
    facts = {"before": person.role.value, "after": role.value}
    note(session, duty=duty, act="staff.role", target=staff_ref, at=at, **facts)


def _other_owners(session: Session, person: Person) -> bool:
    everybody = accounts.list_staff(session, merchant_id=person.merchant_id)
    owners = [one for one in everybody if one.role is Role.OWNER and one.active]
    return any(one.staff_id != person.staff_id for one in owners)


def introduce(session: Session, *, person: Person, name: str, language: str) -> None:
    """How the person is called, and in which language they read."""
    row = _row(session, person)
    row.name, row.language = name.strip(), language
    session.flush()


def set_password(
    session: Session, *, duty: Duty, person: Person, password_hash: str, at: datetime
) -> Person:
    """Another password: every session of theirs ends, and every PIN and link."""
    row = _row(session, person)
    row.password_hash, row.stamp = password_hash, random_code(26)
    session.flush()
    accounts.use_links(session, merchant_id=row.merchant_id, staff_id=row.id, at=at)
    note(session, duty=duty, act="staff.password", target=ref("stf", row.id), at=at)
    return find(session, merchant_id=row.merchant_id, staff_ref=ref("stf", row.id))


def send_start(session: Session, *, duty: Duty, staff_ref: str, token: str, at: datetime) -> None:
    """Mail somebody the link with which they choose a password."""
    person = find(session, merchant_id=duty.merchant_id, staff_ref=staff_ref)
    by = find(session, merchant_id=duty.merchant_id, staff_ref=duty.actor).name
    _post(session, "staff_start", person, person.email, at, link=_start(token), by=by)


def ask_new_password(session: Session, *, address: str, origin: str, at: datetime) -> None:
    """Somebody has forgotten their password: a job finds out whether we know them.

    Does exactly the same whoever they are. Raises TooMany.
    """
    allowed = {f"forgot {address}": ASKED_MAX, f"forgot {origin}": ORIGIN_ASKED_MAX}
    attempts.take(session, allowed=allowed, within=_WITHIN, at=at)
    jobs.enqueue(session, kind=FORGOTTEN, payload={"who": digest(address).hex()}, at=at)


def answer_forgotten(session: Session, *, who: str, at: datetime) -> None:
    """Mail the link of one hour, if that is the address of somebody who works in a shop."""
    known = look_up_digest(session, kind="sign_in", found_by=bytes.fromhex(who))
    person = known and accounts.staff_by_id(
        session, merchant_id=known.merchant_id, staff_id=known.target_id
    )
    if not person or not person.active:
        return
    token = accounts.new_link(
        session, merchant_id=person.merchant_id, staff_id=person.staff_id, kind="reset", at=at
    )
    _post(session, "staff_reset", person, person.email, at, link=_start(token))


def ask_new_address(session: Session, *, person: Person, address: str, at: datetime) -> None:
    """Mail a link to the new address; nothing changes before it is used. Raises StateConflict."""
    wanted = address.strip().lower()
    if look_up(session, kind="sign_in", text=wanted):
        raise StateConflict(field="email")
    token = accounts.new_link(
        session,
        merchant_id=person.merchant_id,
        staff_id=person.staff_id,
        kind="address",
        address=wanted,
        at=at,
    )
    link = f"{current().settings.public_url}/address/{token}"
    _post(session, "staff_address", person, wanted, at, link=link)


def look_at_address(session: Session, *, token: str, at: datetime) -> tuple[Person, str]:
    """Whose address the link changes, and into which. Raises Unknown("link")."""
    link = accounts.living_link(session, token=token, kinds=("address",), at=at)
    person = accounts.staff_by_id(session, merchant_id=link.merchant_id, staff_id=link.staff_id)
    assert person is not None, "a link is of somebody"
    return person, link.address or ""


def take_new_address(session: Session, *, token: str, at: datetime) -> None:
    """From now on they sign in with it; the old address is told. Raises Unknown, StateConflict."""
    person, address = look_at_address(session, token=token, at=at)
    if look_up(session, kind="sign_in", text=address):
        raise StateConflict(field="email")
    whose = {"merchant_id": person.merchant_id, "target_id": person.staff_id}
    forget(session, kind="sign_in", **whose)
    enter(session, kind="sign_in", text=address, **whose)
    _row(session, person).email = address
    session.flush()
    accounts.use_links(session, merchant_id=person.merchant_id, staff_id=person.staff_id, at=at)
    hand = Duty(person.merchant_id, ref("stf", person.staff_id), "portal", frozenset())
    note(session, duty=hand, act="staff.address", target=hand.actor, at=at)
    _post(session, "staff_address_left", person, person.email, at)


def _post(session: Session, kind: str, person: Person, to: str, at: datetime, **facts: str) -> None:
    shop = session.get_one(Merchant, person.merchant_id).name
    hours = HOURS_OF_LINK.get(kind.removeprefix("staff_"), 0)
    mail.post(
        session,
        kind=kind,
        to=to,
        language=person.language,
        facts={"shop": shop, "hours": hours, **facts},
        at=at,
        whose=(person.merchant_id, None),
    )


def _start(token: str) -> str:
    return f"{current().settings.public_url}/start/{token}"


def _row(session: Session, person: Person) -> Staff:
    return session.get_one(Staff, (person.merchant_id, person.staff_id))
