"""Mail that the product owes one person: a code, a link, a confirmation; sent after the commit."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from loyalty.core import jobs
from loyalty.core.db import Base, Id, Json, UtcDateTime
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
        sa.Index("ix_mail_created", "merchant_id", "created_at"),
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


def post(
    session: Session,
    *,
    kind: str,
    to: str,
    language: str,
    facts: dict[str, Any],
    at: datetime,
    whose: tuple[UUID, UUID] | None = None,
) -> UUID:
    """Owe somebody a mail; it exists if and only if the surrounding write commits.

    `facts` are the plain values that the template of that kind fills in, links whole; `language`
    is it or en; `whose` are merchant and customer, where it is of one shop. Returns the mail's id.
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
