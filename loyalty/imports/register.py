"""Customers as the rows of a file leave them: who is new, and what changes of whom."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.ids import new_id
from loyalty.customers.consents import Consent, Purpose, keep_all
from loyalty.customers.models import ConsentEvent, Customer
from loyalty.customers.tags import SHOP_MAX
from loyalty.imports import jottings, words
from loyalty.imports.jottings import Jotted
from loyalty.imports.person import PROFILE, TAGS, Person
from loyalty.imports.sheet import Refusal
from loyalty.imports.upload_models import ImportedCustomer
from loyalty.merchants.roles import Duty

TEXT_ID = "import"  # nobody knows any more which text it was
_Said = tuple[Purpose, str, date]  # for what, where, on which day: a date alone has no hour


@dataclass(slots=True)
class _Met:
    """A customer as they are by now; `is_new` until a row of theirs has made them."""

    customer_id: UUID
    is_new: bool = True
    is_merged: bool = False
    profile: dict[str, str | None] = field(default_factory=dict)
    said: frozenset[_Said] = frozenset()
    changes: dict[str, str | None] = field(default_factory=dict)
    consents: tuple[Consent, ...] = ()
    is_made: bool = False
    jotted: Jotted = field(default_factory=Jotted)


class Register:
    """Who is known to the shop, and what some rows make of it."""

    def __init__(self, duty: Duty, at: datetime) -> None:
        self._duty, self._at = duty, at
        self._met: dict[str, _Met] = {}
        self._tags: set[str] | None = None  # of the shop, and those that rows have brought

    def meet(
        self, session: Session, people: Sequence[Person], *, lock: bool = False
    ) -> list[bool | Refusal]:
        """For each row whether it says anything new, or why it is refused; writes nothing."""
        self._look_up(session, {one.customer for one in people} - self._met.keys(), lock=lock)
        if self._tags is None and any(one.tags for one in people):
            self._tags = jottings.of_shop(session, self._duty.merchant_id)
        return [self._meet(one) for one in people]

    def write(self, session: Session, *, import_id: UUID | None = None) -> None:
        """Make who is missing, and write down what changed; of an import, also whom it made."""
        merchant_id = self._duty.merchant_id
        for reference, met in self._met.items():
            if met.is_made:
                row = Customer(
                    merchant_id=merchant_id,
                    id=met.customer_id,
                    external_ref=reference,
                    created_at=self._at,
                    **met.changes,
                )
                session.add(row)
            elif met.changes:
                known = session.get_one(Customer, (merchant_id, met.customer_id))
                for column, value in met.changes.items():
                    setattr(known, column, value)
        session.flush()
        made = [met.customer_id for met in self._met.values() if met.is_made]
        if import_id is not None and made:
            ours = {"merchant_id": merchant_id, "import_id": import_id}
            session.execute(
                sa.insert(ImportedCustomer), [{**ours, "customer_id": each} for each in made]
            )
        said = [
            (met.customer_id, consent) for met in self._met.values() for consent in met.consents
        ]
        keep_all(session, duty=self._duty, said=said, at=self._at)
        jottings.write(
            session,
            merchant_id=merchant_id,
            actor=jottings.signature(import_id, self._duty),
            said={met.customer_id: met.jotted for met in self._met.values()},
            at=self._at,
        )

    def _look_up(self, session: Session, references: set[str], *, lock: bool) -> None:
        query = (
            sa.select(Customer)
            .where(
                Customer.merchant_id == self._duty.merchant_id,
                Customer.external_ref.in_(references),
            )
            .order_by(Customer.id)
        )
        by_id: dict[UUID, _Met] = {}
        for row in session.execute(query.with_for_update() if lock else query).scalars():
            assert row.external_ref is not None, "asked for by reference"
            profile = {name: getattr(row, name) for name in PROFILE}
            met = _Met(
                row.id, is_new=False, is_merged=row.merged_into_id is not None, profile=profile
            )
            by_id[row.id] = self._met[row.external_ref] = met
        self._look_up_consents(session, by_id)
        carried = {customer_id: met.jotted for customer_id, met in by_id.items()}
        jottings.look_up(session, self._duty.merchant_id, carried)
        for reference in references - self._met.keys():
            self._met[reference] = _Met(new_id())

    def _look_up_consents(self, session: Session, by_id: dict[UUID, _Met]) -> None:
        events = sa.select(
            ConsentEvent.customer_id, ConsentEvent.purpose, ConsentEvent.source, ConsentEvent.at
        ).where(
            ConsentEvent.merchant_id == self._duty.merchant_id,
            ConsentEvent.customer_id.in_(list(by_id)),
            ConsentEvent.given,
        )
        for customer_id, purpose, source, at in session.execute(events):
            by_id[customer_id].said |= {(Purpose(purpose), source, at.date())}

    def _meet(self, person: Person) -> bool | Refusal:
        met = self._met[person.customer]
        if met.is_merged:
            return Refusal(person.line, "customer", words.MERGED)
        if not self._has_room(person.tags):
            return Refusal(person.line, TAGS, words.no_room_for_tags(SHOP_MAX))
        changes: dict[str, str | None] = {
            column: value
            for column, value in person.profile.items()
            if met.profile.get(column) != value
        }
        agreed = [each for each in _consents(person) if each[0] not in met.said]
        if met.profile or met.changes:
            met.profile |= changes
            met.changes |= changes
        else:  # of who is new both are the same, and need not be kept twice
            met.profile = met.changes = changes
        if agreed:
            met.said |= {said for said, _ in agreed}
            met.consents += tuple(consent for _, consent in agreed)
        says_more = met.jotted.say(person.tags, person.note)
        says_more = says_more or met.is_new or bool(changes or agreed)
        met.is_made, met.is_new = met.is_made or met.is_new, False
        return says_more

    def _has_room(self, names: Sequence[str]) -> bool:
        """Whether the shop may have these tags too; they are its tags from now on."""
        if self._tags is None or not names:
            return True
        grown = self._tags | {name.casefold() for name in names}
        if len(grown) > max(SHOP_MAX, len(self._tags)):
            return False
        self._tags = grown
        return True


def _consents(person: Person) -> list[tuple[_Said, Consent]]:
    source = person.source or ""
    return [
        ((purpose, source, at.date()), Consent(purpose, True, TEXT_ID, source, at))  # noqa: FBT003  # given
        for purpose, at in person.consents.items()
    ]
