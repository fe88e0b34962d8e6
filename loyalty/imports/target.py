"""Where sales go: the shop, its program, and the rules of the time of each sale."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.imports.club import Club
from loyalty.imports.sale import Shop
from loyalty.merchants.accounts import find_merchant
from loyalty.merchants.places import find_or_add_location
from loyalty.merchants.roles import Duty, system_duty
from loyalty.programs import catalogue, earning, editor
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.models import Program


class ProgramNeeded(Invalid):
    """No program was named and the merchant has not exactly one published program."""

    def __init__(self) -> None:
        super().__init__({"program": ["name a published program"]})

    @property
    def sentence(self) -> Text:
        """What to say on the command line."""
        return Text(
            "Di' in quale programma importare: --program e il riferimento di uno pubblicato.",
            "Say into which program to import: --program and the ref of a published one.",
        )


@dataclass(frozen=True, slots=True)
class Target:
    """The shop and the program that sales are imported into."""

    club: Club
    currency: str
    timezone: str
    language: str
    versions: tuple[tuple[datetime, PublishedVersion], ...]
    duty: Duty
    locations: dict[str, UUID] = field(default_factory=dict)

    def version_at(self, occurred_at: datetime) -> PublishedVersion:
        """The rules valid at that moment, else the first."""
        found = self.versions[0][1]
        for began, version in self.versions:
            if began > occurred_at:
                break
            found = version
        return found

    @property
    def current(self) -> PublishedVersion:
        """The rules in force now."""
        return self.versions[-1][1]

    @property
    def may_block(self) -> bool:
        """Whether some of its rules refuse what would make a debt."""
        return any(version.document.debt == "block" for _, version in self.versions)

    def shop(self, at: datetime) -> Shop:
        """What the meaning of a row depends on."""
        return Shop(ZoneInfo(self.timezone), self.currency, at)


def find(session: Session, *, merchant_ref: str, program_ref: str | None) -> Target:
    """Raises Unknown("merchant"), Unknown("program") and ProgramNeeded."""
    merchant = find_merchant(session, merchant_ref=merchant_ref)
    program = _program(session, merchant.id, program_ref)
    versions = _versions(session, merchant.id, program.id)
    units = dict.fromkeys(
        unit for _, version in versions for unit in earning.account_units(version.document)
    )
    number = versions[-1][1].number
    return Target(
        club=Club(merchant.id, program.id, number, tuple(units)),
        currency=merchant.currency,
        timezone=merchant.timezone,
        language=merchant.language,
        versions=versions,
        duty=system_duty(merchant.id, "import"),
    )


def _program(session: Session, merchant_id: UUID, program_ref: str | None) -> Program:
    if program_ref is not None:
        program = editor.find(session, merchant_id=merchant_id, program_ref=program_ref)
        if program.current_version is None:
            raise ProgramNeeded
        return program
    published = session.execute(
        sa.select(Program)
        .where(Program.merchant_id == merchant_id, Program.current_version.is_not(None))
        .limit(2)
    ).scalars()
    found = list(published)
    if len(found) != 1:
        raise ProgramNeeded
    return found[0]


def _versions(
    session: Session, merchant_id: UUID, program_id: UUID
) -> tuple[tuple[datetime, PublishedVersion], ...]:
    numbers = catalogue.published_numbers(session, merchant_id=merchant_id, program_id=program_id)
    return tuple(
        (
            began,
            catalogue.version(
                session, merchant_id=merchant_id, program_id=program_id, number=number
            ),
        )
        for began, number in numbers
    )


def open_locations(
    session: Session, *, target: Target, names: Iterable[str | None], at: datetime
) -> None:
    """Make the places that sales name, where they are not there yet."""
    for name in names:
        if name and name not in target.locations:
            target.locations[name] = find_or_add_location(
                session, merchant_id=target.club.merchant_id, name=name, at=at
            )
