"""One step of undoing an import: a visit, refund, return or addition is taken back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import lookup
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter import desk as desks
from loyalty.counter import refunds, returns, undoing
from loyalty.counter.desk import Desk, Place
from loyalty.counter.models import Visit, VisitLine, VisitRefund
from loyalty.imports.models import ImportedChange, ImportedSale
from loyalty.ledger.models import Operation
from loyalty.ledger.state import Origin
from loyalty.merchants.roles import system_duty
from loyalty.programs import catalogue


@dataclass(frozen=True, slots=True)
class Step:
    """What became of one operation of an import: done, refused with why, or left for later."""

    operation_id: UUID
    kind: str
    is_done: bool = True
    refused: Text | None = None


@dataclass(frozen=True, slots=True)
class TakingBack:
    """Takes back what an import did, operation by operation, and frees its rows."""

    session: Session
    merchant_id: UUID
    import_id: UUID
    at: datetime

    def change(self, operation_id: UUID, kind: str) -> Step:
        """A refund, lines added to a visit, or a return without a sale.

        What concerns a visit of this import went with it, or stays with it.
        """
        if kind == "return":
            self._take_up(operation_id)
        else:
            change = self.session.get_one(VisitRefund, (self.merchant_id, operation_id))
            visit = self.session.get_one(Visit, (self.merchant_id, change.visit_id))
            if visit.voided_at is None and self._is_own(visit.id):
                return Step(operation_id, kind, is_done=False)
            self._reverse(visit, change)
        self._forget(operation_id)
        return Step(operation_id, kind)

    def visit(self, operation_id: UUID, kind: str) -> Step:
        """A visit that the import recorded is void from now on, and its ref is free again."""
        visit = self.session.get_one(Visit, (self.merchant_id, operation_id))
        if visit.voided_at is None:
            desk = self._desk_of(visit)
            reason = f"import {ref('imp', self.import_id)}"
            origin = self._origin(desk)
            returns.void(self.session, desk, visit, origin=origin, reason=reason)
        visit.external_ref = None
        self.session.flush()
        self._forget(operation_id)
        return Step(operation_id, kind)

    def _take_up(self, operation_id: UUID) -> None:
        operation = self.session.get_one(Operation, (self.merchant_id, operation_id))
        facts = lookup.by_id(self.session, merchant_id=self.merchant_id, card_id=operation.card_id)
        desk = self._desk(facts.card_id, facts.program_id, operation.version or 1)
        returns.take_up(self.session, desk, operation_id, origin=self._origin(desk))

    def _reverse(self, visit: Visit, change: VisitRefund) -> None:
        if visit.voided_at is not None:
            return
        desk = self._desk_of(visit)
        origin = self._origin(desk)
        if change.added_from is None:
            returns.restore(self.session, desk, change, origin=origin)
            return
        past = undoing.past_of(self.session, visit)
        given = returns.without_lines(past, self._numbers(change))
        if given.money:
            returns.lower(self.session, desk, past, given, origin=origin)

    def _numbers(self, change: VisitRefund) -> Iterable[int]:
        """The lines of an addition, up to those of the next one."""
        first = change.added_from or 1
        mine = (
            VisitRefund.merchant_id == self.merchant_id,
            VisitRefund.visit_id == change.visit_id,
        )
        later = sa.select(sa.func.min(VisitRefund.added_from)).where(
            *mine, VisitRefund.added_from > first
        )
        lines = sa.select(VisitLine.number).where(
            VisitLine.merchant_id == self.merchant_id,
            VisitLine.visit_id == change.visit_id,
            VisitLine.number >= first,
        )
        end = self.session.execute(later).scalar_one()
        wanted = lines if end is None else lines.where(VisitLine.number < end)
        return self.session.execute(wanted.order_by(VisitLine.number)).scalars().all()

    def _is_own(self, visit_id: UUID) -> bool:
        found = self.session.execute(
            sa.select(ImportedSale.identity)
            .where(
                ImportedSale.merchant_id == self.merchant_id,
                ImportedSale.import_id == self.import_id,
                ImportedSale.visit_id == visit_id,
            )
            .limit(1)
        )
        return found.first() is not None

    def _desk_of(self, visit: Visit) -> Desk:
        """The card that the visit is on, locked. Raises Busy if it went to another meanwhile."""
        desk = self._desk(visit.card_id, visit.program_id, visit.version)
        refunds.demand_there(self.session, visit, desk)
        return desk

    def _desk(self, card_id: UUID, program_id: UUID, number: int) -> Desk:
        facts = lookup.by_id(self.session, merchant_id=self.merchant_id, card_id=card_id)
        version = catalogue.version(
            self.session, merchant_id=self.merchant_id, program_id=program_id, number=number
        )
        return desks.lock_desk(self.session, place=Place.of(facts), version=version, at=self.at)

    def _origin(self, desk: Desk) -> Origin:
        return desks.origin(
            desk.place,
            system_duty(self.merchant_id, "import"),
            version=desk.version.number,
            occurred_at=self.at,
            recorded_at=self.at,
        )

    def _forget(self, operation_id: UUID) -> None:
        """Its rows may come again, and there is nothing of it left to take back."""
        for table, column in (
            (ImportedSale, ImportedSale.visit_id),
            (ImportedChange, ImportedChange.operation_id),
        ):
            self.session.execute(
                sa.delete(table).where(
                    table.merchant_id == self.merchant_id,
                    table.import_id == self.import_id,
                    column == operation_id,
                )
            )
