"""Whether an address belongs to whoever gave it: a link by mail, with a button behind it."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import mail
from loyalty.core.db import current
from loyalty.core.errors import TooMany, Unknown
from loyalty.core.ids import new_id
from loyalty.core.signing import derive, derive_code
from loyalty.customers import living
from loyalty.customers.models import Customer, EmailConfirmation
from loyalty.merchants import attempts
from loyalty.merchants.directory import enter, look_up

HOURS = 72
MAILS_A_DAY = 3  # to one address, whoever asks: nobody fills a stranger's mailbox by our hand


@dataclass(frozen=True, slots=True)
class Confirmed:
    """Whose address it is; `is_double`: somebody else of the shop has the same one."""

    merchant_id: UUID
    is_double: bool


def ask(
    session: Session, *, customer: Customer, shop_name: str, language: str, at: datetime
) -> bool:
    """Owe the customer's address a link to confirm it; whether one was owed.

    Without an address, or where the address has had enough mails today, there is none.
    """
    if customer.email is None or not _has_room(session, customer.email, at):
        return False
    confirmation_id = new_id()
    token = _token(confirmation_id)
    mail_id = mail.post(
        session,
        kind="confirm_email",
        to=customer.email,
        language=language,
        facts={
            "shop": shop_name,
            "link": f"{current().settings.public_url}/j/ok/{token}",
            "hours": HOURS,
        },
        at=at,
        whose=(customer.merchant_id, customer.id),
    )
    session.add(
        EmailConfirmation(
            merchant_id=customer.merchant_id,
            id=confirmation_id,
            customer_id=customer.id,
            address_hash=_address_hash(customer.email),
            mail_id=mail_id,
            asked_at=at,
            expires_at=at + timedelta(hours=HOURS),
        )
    )
    session.flush()
    scope = {"merchant_id": customer.merchant_id, "target_id": confirmation_id}
    enter(session, kind="confirm", text=token, **scope)
    return True


def look_at(session: Session, *, token: str, at: datetime) -> UUID:
    """The shop that the link is about; looking confirms nothing. Raises Unknown("confirmation")."""
    return _living(session, token, at).merchant_id


def confirm(session: Session, *, token: str, at: datetime) -> Confirmed:
    """The address is theirs. A second press changes nothing. Raises Unknown("confirmation").

    A link to an address that the customer has changed since, or who was erased, is none any more.
    """
    asked = _living(session, token, at)
    customer_id = living.resolve(
        session, merchant_id=asked.merchant_id, customer_id=asked.customer_id
    )
    customer = session.get_one(Customer, (asked.merchant_id, customer_id), with_for_update=True)
    session.refresh(customer)
    email = customer.email
    if email is None or not hmac.compare_digest(_address_hash(email), asked.address_hash):
        raise Unknown("confirmation")
    customer.email_confirmed_at = customer.email_confirmed_at or at
    asked.confirmed_at = asked.confirmed_at or at
    session.flush()
    return Confirmed(asked.merchant_id, _is_double(session, customer))


def _living(session: Session, token: str, at: datetime) -> EmailConfirmation:
    known = look_up(session, kind="confirm", text=token)
    found = session.get(EmailConfirmation, (known.merchant_id, known.target_id)) if known else None
    if found is None or found.expires_at <= at:
        raise Unknown("confirmation")
    return found


def _is_double(session: Session, customer: Customer) -> bool:
    query = sa.select(Customer.id).where(
        Customer.merchant_id == customer.merchant_id,
        Customer.email == customer.email,
        Customer.id != customer.id,
        Customer.merged_into_id.is_(None),
    )
    return session.execute(query.limit(1)).first() is not None


def _has_room(session: Session, email: str, at: datetime) -> bool:
    name, minutes = f"confirm {email}", 24 * 60
    try:
        attempts.spend(session, name=name, allowed=MAILS_A_DAY, minutes=minutes, at=at)
    except TooMany:
        return False  # the card is theirs all the same; the address stays unproven
    return True


def _token(confirmation_id: UUID) -> str:
    """Derived from the row's id: it is kept nowhere."""
    return derive_code(current().settings.secret, "confirm-email", confirmation_id.bytes)


def _address_hash(email: str) -> bytes:
    """A digest that nobody can try addresses against without the house's secret."""
    return derive(current().settings.secret, "email-proof", email.encode())
