"""What a program gives for a friend who was brought, as the programs page shows and asks it."""

from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from loyalty.cards import referrals
from loyalty.programs.document import VersionDocument
from loyalty.programs.models import Program
from loyalty.web.forms import FormState
from loyalty.web.locale import pick


@dataclass(frozen=True, slots=True)
class Bringing:
    """The form as it stands: what is set, or what was typed."""

    is_on: bool
    unit: str
    friend_units: str
    bringer_units: str
    units: list[tuple[str, str]]
    form: FormState = field(default_factory=FormState)


def bringing(
    records: Session, program: Program, document: VersionDocument, form: FormState
) -> Bringing:
    """The form of one program."""
    found = referrals.setting(records, merchant_id=program.merchant_id, program_id=program.id)
    return Bringing(
        is_on=bool(form.raw.get("is_on")) if form.raw else bool(found and found.is_on),
        unit=form.value("unit", found.unit if found else ""),
        friend_units=form.value("friend_units", str(found.friend_units) if found else ""),
        bringer_units=form.value("bringer_units", str(found.bringer_units) if found else ""),
        units=[(unit.key, pick(unit.label)) for unit in document.units],
        form=form,
    )
