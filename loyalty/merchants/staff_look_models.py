"""How somebody who works there likes to see the portal."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from loyalty.core.db import Base, Id


class StaffLook(Base):
    """A person's own look; where there is no row, the device decides and single keys work."""

    __tablename__ = "staff_look"
    __table_args__ = (
        sa.ForeignKeyConstraint(["merchant_id", "staff_id"], ["staff.merchant_id", "staff.id"]),
        sa.CheckConstraint("scheme IN ('auto', 'light', 'dark')", name="scheme"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(Id, primary_key=True)
    scheme: Mapped[str] = mapped_column(sa.String(5))
    shortcuts: Mapped[bool]
