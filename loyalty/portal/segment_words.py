"""What segments are called: the house's and the shop's own."""

from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.analytics import saved
from loyalty.analytics.builtin import BUILTIN
from loyalty.web.locale import pick

Choices = list[tuple[str, str]]


def house() -> Choices:
    """Key and name of each that every shop has."""
    return [(one.key, pick(one.name)) for one in BUILTIN.values()]


def every(records: Session, merchant_id: UUID) -> Choices:
    """Key and name of each, the house's first."""
    own = saved.every(records, merchant_id=merchant_id)
    return [*house(), *((one.key, one.name) for one in own)]
