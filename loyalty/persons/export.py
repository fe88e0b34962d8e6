"""All that a shop holds of a person as plain values, to take along."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.clock import rfc3339
from loyalty.persons import rows
from loyalty.persons.held import HELD
from loyalty.persons.rows import Person


def everything(session: Session, who: Person) -> dict[str, list[dict[str, Any]]]:
    """Every table's rows about this person, as JSON-able values; tables without any are left out.

    Keys and digests are not in it: who finds the file must not be able to use the card.
    """
    found = {held.table.name: rows.of(session, who, held) for held in HELD}
    return {
        name: [{key: _plain(value) for key, value in row._mapping.items()} for row in mine]  # noqa: SLF001  # SQLAlchemy's public name
        for name, mine in found.items()
        if mine
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value
