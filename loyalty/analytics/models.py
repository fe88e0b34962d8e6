"""Counts of a shop that no sum of days can say: how many different members came."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id


class ShopPulse(Base):
    """Members who came in the four weeks up to a day, and of these on two days or more.

    As it was known in the night after; what changes later in those days changes nothing here.
    """

    __tablename__ = "shop_pulse"
    __table_args__ = (sa.CheckConstraint("0 <= came_again AND came_again <= came", name="part"),)

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    last_on: Mapped[date] = mapped_column(sa.Date, primary_key=True)
    came: Mapped[int]
    came_again: Mapped[int]
