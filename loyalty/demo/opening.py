"""A shop of the street opens: its program, its people and its counters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.ids import ref
from loyalty.demo.habits import TIMEZONE
from loyalty.demo.plan import Raw, ShopPlan, Worker
from loyalty.merchants import (
    accounts,
    card_looks,
    devices,
    first_steps,
    keys,
    sessions,
    stations,
)
from loyalty.merchants.acts import note
from loyalty.merchants.card_looks import Look
from loyalty.merchants.roles import Duty, Role, staff_duty
from loyalty.programs import catalogue, editor
from loyalty.programs.catalogue import PublishedVersion

CURRENCY = "EUR"


@dataclass(slots=True)
class Shop:
    """A shop that is open. `tills` are those who stand at each location, by its id."""

    plan: ShopPlan
    merchant_id: UUID
    version: PublishedVersion
    owner: Duty
    manager: Duty
    tills: Mapping[UUID, list[Duty]]

    @property
    def program_ref(self) -> str:
        """The public name of its program."""
        return ref("prg", self.version.program_id)


def open_shop(session: Session, plan: ShopPlan, at: datetime) -> Shop:
    """The shop as it is on its first day: rules in force, everybody invited, no customer yet."""
    merchant = accounts.create_merchant(
        session, name=plan.name, currency=CURRENCY, timezone=TIMEZONE, language="it", at=at
    )
    program = editor.create(
        session,
        merchant_id=merchant.id,
        currency=CURRENCY,
        name=plan.program,
        raw=plan.rules,
        at=at,
    )
    editor.publish(session, merchant_id=merchant.id, program_id=program.id, number=1, at=at)
    version = catalogue.version(session, merchant_id=merchant.id, program_id=program.id, number=1)
    duties = [(who, _hire(session, merchant.id, who, at)) for who in plan.workers]
    by_role = {who.role: duty for who, duty in duties}
    cashiers = [duty for who, duty in duties if who.role is Role.CASHIER]
    if plan.gone is not None:
        cashiers.append(_hire(session, merchant.id, plan.gone, at))
    owner, manager = by_role[Role.OWNER], by_role[Role.MANAGER]
    _note_hires(session, owner, [duty for _, duty in duties], at)
    scopes = ("visits:read", "visits:write", "cards:read")
    keys.hand_out(session, duty=owner, name="Registratore di cassa", scopes=scopes, at=at)
    tills = _tills(session, plan, owner, cashiers, at)
    _dress(session, plan, owner, at)
    return Shop(plan, merchant.id, version, owner, manager, tills)


def _dress(session: Session, plan: ShopPlan, owner: Duty, at: datetime) -> None:
    """The card in the shop's colours, and the first steps behind it."""
    palette = next(each for each in card_looks.PALETTES if each.key == plan.look[0])
    look = Look(palette.background, palette.ink, palette.accent, plan.look[1])
    card_looks.save(session, duty=owner, look=look, based_on=0, at=at)
    first_steps.print_poster(session, merchant_id=owner.merchant_id, at=at)
    first_steps.put_away(session, merchant_id=owner.merchant_id, at=at)


def _hire(session: Session, merchant_id: UUID, who: Worker, at: datetime) -> Duty:
    accounts.invite_staff(
        session, merchant_id=merchant_id, email=who.email, name=who.name, role=who.role, at=at
    )
    person = accounts.find_sign_in(session, email=who.email)
    assert person is not None, "just invited"
    return staff_duty(merchant_id, person.staff_id, who.role, email=who.email)


def _note_hires(session: Session, owner: Duty, duties: list[Duty], at: datetime) -> None:
    for duty in duties:
        if duty is not owner:
            note(session, duty=owner, act="staff.invite", target=duty.actor, at=at)


def _tills(
    session: Session,
    plan: ShopPlan,
    owner: Duty,
    cashiers: list[Duty],
    at: datetime,
) -> dict[UUID, list[Duty]]:
    """Each location has a phone of its own, with which everybody there works."""
    tills = {}
    for name in plan.locations:
        token = devices.add(session, duty=owner, name=f"Cassa {name}", location=name, at=at)
        phone = devices.join(session, token=token, at=at).device
        assert phone.location_id is not None, "it stands there"
        tills[phone.location_id] = [
            _standing(duty, phone.location_id, phone.ref) for duty in cashiers
        ]
    return tills


def last_seen(session: Session, shop: Shop, at: datetime) -> None:
    """Each phone was in somebody's hand just now."""
    for duties in shop.tills.values():
        who = duties[0]
        assert who.device is not None, "each stands with a phone"
        assert who.staff_id is not None, "a person"
        phone = devices.find(session, merchant_id=shop.merchant_id, device_ref=who.device)
        devices.saw(session, device=phone, staff_id=who.staff_id, at=at)
        sessions.saw(session, merchant_id=shop.merchant_id, staff_id=who.staff_id, at=at)


def settle(session: Session, shop: Shop, at: datetime) -> None:
    """Where there are two places and two cashiers, the second works at one of them only."""
    if len(shop.tills) < 2:  # noqa: PLR2004  # two places
        return
    where, duties = list(shop.tills.items())[-1]
    for duty in duties[1:2]:
        assert duty.staff_id is not None, "a person"
        owner = shop.owner
        stations.assign(session, duty=owner, staff_id=duty.staff_id, places=[where], at=at)


def _standing(duty: Duty, where: UUID, phone: str) -> Duty:
    """The same person at that counter, with the phone there."""
    assert duty.staff_id is not None, "a person"
    return staff_duty(
        duty.merchant_id,
        duty.staff_id,
        Role.CASHIER,
        location_id=where,
        device=phone,
        email=duty.email,
    )


def dismiss(session: Session, shop: Shop) -> None:
    """The one who no longer works here cannot sign in, and serves nobody from now on."""
    who = shop.plan.gone
    if who is None:
        return
    person = accounts.find_sign_in(session, email=who.email)
    assert person is not None, "hired when the shop opened"
    accounts.dismiss_staff(
        session, merchant_id=shop.merchant_id, staff_ref=ref("stf", person.staff_id)
    )
    shop.tills = {
        where: [duty for duty in duties if duty.staff_id != person.staff_id]
        for where, duties in shop.tills.items()
    }


def publish(session: Session, shop: Shop, rules: Raw, at: datetime) -> None:
    """New rules, in force from now on."""
    number = draft(session, shop, rules, at)
    scope = {"merchant_id": shop.merchant_id, "program_id": shop.version.program_id}
    editor.publish(session, **scope, number=number, at=at)
    shop.version = catalogue.version(session, **scope, number=number)


def draft(session: Session, shop: Shop, rules: Raw, at: datetime) -> int:
    """Rules that somebody thinks about; returns the number of the version."""
    return editor.add_version(
        session,
        merchant_id=shop.merchant_id,
        currency=CURRENCY,
        program_id=shop.version.program_id,
        raw=rules,
        at=at,
    )
