"""Tables of joining by oneself."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id


class JoinCount(Base):
    """How often the join page was opened, and how often a card came of it: no person, no browser.

    By program, the shop's own day, and the source: poster, till, link or referral.
    """

    __tablename__ = "join_count"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["program.merchant_id", "program.id"]
        ),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    program_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    local_on: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    source: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    started: Mapped[int] = mapped_column(sa.BigInteger)
    finished: Mapped[int] = mapped_column(sa.BigInteger)
