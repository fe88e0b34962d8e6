"""The table of photos of rewards."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id, UtcDateTime


class RewardPhoto(Base):
    """The photo of a reward, by its key; it is no rule, so it changes without a new version."""

    __tablename__ = "reward_photo"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["merchant_id", "program_id"], ["program.merchant_id", "program.id"]
        ),
        sa.ForeignKeyConstraint(
            ["merchant_id", "picture"], ["picture.merchant_id", "picture.digest"]
        ),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    program_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    reward: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    picture: Mapped[str] = mapped_column(sa.String(32))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
