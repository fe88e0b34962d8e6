"""Mail that the product owes one person: a code, a link, a confirmation; sent after the commit."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from loyalty.core import jobs, letters
from loyalty.core.db import Base, Id, Json, UtcDateTime, rows_changed, table
from loyalty.core.ids import new_id

SEND = "mail.send"  # the job that sends one
WAITING, SENT, KEPT, FAILED, DROPPED = "waiting", "sent", "kept", "failed", "dropped"


class Mail(Base):
    """One mail to one address; what it says is made from `facts` when it is sent.

    `kept`: there is no mail server, so it can be read in the portal. A mail of the house, such as a
    sign-in code for the wallet, names no merchant. The address and the facts go with the person.
    """

    __tablename__ = "mail"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "customer_id"], ["customer.merchant_id", "customer.id"]
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sent', 'kept', 'failed', 'dropped')", name="state"
        ),
        sa.Index("ix_mail_customer", "merchant_id", "customer_id"),
        sa.Index("ix_mail_shop", "merchant_id", "id"),
        # To forget somebody: the house's own mails know them by nothing else.
        sa.Index("ix_mail_address", "address"),
    )

    id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    merchant_id: Mapped[UUID | None] = mapped_column(Id, sa.ForeignKey("merchant.id"))
    customer_id: Mapped[UUID | None] = mapped_column(Id)
    kind: Mapped[str] = mapped_column(sa.String(40))
    address: Mapped[str | None] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(2))
    facts: Mapped[dict[str, Any] | None] = mapped_column(Json)
    state: Mapped[str] = mapped_column(sa.String(10))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(sa.SmallInteger, server_default=sa.text("0"))
    # Why the last try failed: a reply code or a word, never what the other server said.
    error: Mapped[str | None] = mapped_column(sa.String(20))


_MAIL = table(Mail)
TRIED_FOR = timedelta(hours=24)
_JITTER_PERCENT = 20


@dataclass(frozen=True, slots=True)
class Owed:
    """A mail as whoever sends it needs it."""

    id: UUID
    merchant_id: UUID | None
    kind: str
    address: str
    language: str
    facts: dict[str, Any]
    created_at: datetime
    tries: int


def post(
    session: Session,
    *,
    kind: str,
    to: str,
    language: str,
    facts: dict[str, Any],
    at: datetime,
    whose: tuple[UUID, UUID | None] | None = None,
) -> UUID:
    """Owe somebody a mail; it exists if and only if the surrounding write commits.

    `facts` are the plain values that the template of that kind fills in, links whole; `language`
    is it or en; `whose` are merchant and customer, where it is of one shop (no
    customer: to its staff). Returns the mail's id.
    """
    merchant_id, customer_id = whose or (None, None)
    mail = Mail(
        id=new_id(),
        merchant_id=merchant_id,
        customer_id=customer_id,
        kind=kind,
        address=to,
        language=language,
        facts=facts,
        state=WAITING,
        created_at=at,
    )
    session.add(mail)
    session.flush()
    payload = {"mail": str(mail.id)}
    jobs.enqueue(
        session, kind=SEND, payload=payload, at=at, key=f"mail/{mail.id}", merchant_id=merchant_id
    )
    return mail.id


# --- the worker's side ---------------------------------------------------------------------------


def owed(session: Session, *, mail_id: UUID) -> Owed | None:
    """The mail, if it still waits to be sent; None if it is settled, forgotten or was never."""
    columns = [_MAIL.c[name] for name in Owed.__slots__]
    waiting = (_MAIL.c.id == mail_id, _MAIL.c.state == WAITING, _MAIL.c.address.is_not(None))
    row = session.execute(sa.select(*columns).where(*waiting)).one_or_none()
    return Owed(*row) if row else None


def keep(session: Session, *, mail: Owed) -> None:
    """There is no mail server: it can be read in the portal, as it would have gone out."""
    _settle(session, mail, state=KEPT)


def sent(session: Session, *, mail: Owed, at: datetime) -> None:
    """A server has taken it: address and secrets go, that it was sent stays."""
    _settle(session, mail, state=SENT, sent_at=at, error=None, address=None, facts=_rest(mail))


def drop(session: Session, *, mail: Owed) -> None:
    """What it says is good no more: it is not sent."""
    _settle(session, mail, state=DROPPED, address=None, facts=_rest(mail))


def fail(session: Session, *, mail: Owed, reason: str) -> None:
    """It will never arrive. A shop keeps the address, to put it right with the customer."""
    address = mail.address if mail.merchant_id else None
    said = {"tries": mail.tries + 1, "error": reason, "address": address, "facts": _rest(mail)}
    _settle(session, mail, state=FAILED, **said)


def put_off(session: Session, *, mail: Owed, reason: str, at: datetime) -> None:
    """Try again after a growing wait, as jobs do; after a day in vain it has failed."""
    tries = mail.tries + 1
    percent = secrets.randbelow(2 * _JITTER_PERCENT + 1) - _JITTER_PERCENT
    run_at = at + jobs.wait_after(tries, jitter_percent=percent)
    if run_at > mail.created_at + TRIED_FOR:
        fail(session, mail=mail, reason=reason)
    elif _settle(session, mail, state=WAITING, tries=tries, error=reason):
        _again(session, mail, at=at, run_at=run_at, key=f"mail/{mail.id}/{tries}")


def wait(session: Session, *, mail: Owed, until: datetime, at: datetime) -> None:
    """The server rests: that counts as no try, but after a day it has failed all the same."""
    if until > mail.created_at + TRIED_FOR:
        fail(session, mail=mail, reason="unreachable")
    else:
        key = f"mail/{mail.id}/{mail.tries}/{until:%Y%m%dT%H%M%S%f}"
        _again(session, mail, at=at, run_at=until, key=key)


def _again(session: Session, mail: Owed, *, at: datetime, run_at: datetime, key: str) -> None:
    jobs.enqueue(
        session,
        kind=SEND,
        payload={"mail": str(mail.id)},
        at=at,
        run_at=run_at,
        key=key,
        merchant_id=mail.merchant_id,
    )


def _rest(mail: Owed) -> dict[str, Any]:
    return letters.without_secrets(mail.kind, mail.facts)


def _settle(session: Session, mail: Owed, **values: Any) -> bool:
    """Change it if nobody has since: another worker may have sent it, or somebody been erased."""
    as_read = (_MAIL.c.id == mail.id, _MAIL.c.state == WAITING, _MAIL.c.tries == mail.tries)
    return rows_changed(session.execute(sa.update(_MAIL).where(*as_read).values(values))) == 1


def forget(
    session: Session,
    *,
    merchant_id: UUID,
    customer_ids: Collection[UUID],
    addresses: Collection[str] = (),
) -> None:
    """Empty a shop's mails to people who are to be forgotten; what waits is not sent any more.

    With their `addresses` also what the house itself has sent them. What of that still waits was
    asked for a moment ago, and may be about a card of another shop.
    """
    theirs = sa.and_(Mail.merchant_id == merchant_id, Mail.customer_id.in_(customer_ids))
    houses = sa.and_(Mail.merchant_id.is_(None), Mail.address.in_(addresses), Mail.state != WAITING)
    for which in (theirs, houses):
        state = sa.case((Mail.state == WAITING, DROPPED), else_=Mail.state)
        session.execute(
            sa.update(Mail)
            .where(which)
            .values(address=None, facts=None, state=state)
            .execution_options(synchronize_session=False)
        )


def older_than(session: Session, *, before: datetime, limit: int) -> list[UUID]:
    """Ids of mails from before that moment."""
    return list(
        session.scalars(sa.select(_MAIL.c.id).where(_MAIL.c.created_at < before).limit(limit))
    )


def clear(session: Session, *, mail_ids: Collection[UUID]) -> None:
    """Delete these mails."""
    session.execute(sa.delete(_MAIL).where(_MAIL.c.id.in_(mail_ids)))
