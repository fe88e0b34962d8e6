"""What the system notices: each kind looks for what somebody should see to, and says by what name.

A new kind is a function here, a line in `NOTICED`, its sentence on the page and who may see it.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.calendar import local_day
from loyalty.core.ids import ref
from loyalty.counter import causes as money
from loyalty.counter.evidence import gathering, measures
from loyalty.counter.evidence.tallies import Period
from loyalty.counter.models import RewardStock
from loyalty.feedback.models import Remark
from loyalty.imports.upload_models import DONE, ImportBadRow, ImportUpload
from loyalty.programs import catalogue
from loyalty.programs.models import Program

REMARK_HOURS = 24
LOW_PERCENT = 10
_AT_MOST = 100
_PERIOD_DAYS = 30


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something to see to: its name for ever, what it is about, for whom, until when."""

    cause: str
    kind: str
    facts: dict[str, Any] = field(default_factory=dict)
    customer_id: UUID | None = None
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Here:
    """The shop, and the moment at which it is looked at."""

    merchant_id: UUID
    timezone: str
    at: datetime

    @property
    def today(self) -> date:
        """The shop's date."""
        return local_day(self.at, self.timezone)


def remarks(session: Session, here: Here) -> Iterator[Noticed]:
    """A remark from the till that nobody has answered for a day."""
    rows = session.execute(
        sa.select(Remark)
        .where(
            Remark.merchant_id == here.merchant_id,
            Remark.state == "open",
            Remark.written_at <= here.at - timedelta(hours=REMARK_HOURS),
        )
        .order_by(Remark.id)
        .limit(_AT_MOST)
    ).scalars()
    for row in rows:
        name = ref("rem", row.id)
        due_on = local_day(row.written_at + timedelta(days=2), here.timezone)
        yield Noticed(f"remark:{name}", "remark", {"remark": name}, row.customer_id, due_on)


def stocks(session: Session, here: Here) -> Iterator[Noticed]:
    """A reward of which a tenth or less is left."""
    given = {
        (row.program_id, row.reward): row.given
        for row in session.execute(
            sa.select(RewardStock).where(RewardStock.merchant_id == here.merchant_id)
        ).scalars()
    }
    for program in session.execute(
        sa.select(Program).where(
            Program.merchant_id == here.merchant_id, Program.current_version.is_not(None)
        )
    ).scalars():
        version = catalogue.version(
            session,
            merchant_id=here.merchant_id,
            program_id=program.id,
            number=program.current_version or 1,
        )
        for reward in version.document.rewards:
            left = (reward.stock or 0) - given.get((program.id, reward.key), 0)
            if reward.stock and left * 100 <= reward.stock * LOW_PERCENT:
                facts = {"program": ref("prg", program.id), "reward": reward.key, "left": left}
                # A larger stock is another cause: what was seen to is not asked again.
                yield Noticed(f"stock:{program.id.hex}:{reward.key}"[:80], "stock", facts)


def payouts(session: Session, here: Here) -> Iterator[Noticed]:
    """Money for a cause that can be paid by now."""
    for cause in money.overview(session, merchant_id=here.merchant_id, at=here.at):
        if cause.payable_minor > 0:
            facts = {"cause": cause.key, "payable_minor": cause.payable_minor}
            month = here.today.strftime("%Y-%m")
            yield Noticed(f"payout:{cause.key}:{month}"[:80], "payout", facts)


def imports(session: Session, here: Here) -> Iterator[Noticed]:
    """An import whose bad rows are kept and wait to be mended."""
    later = sa.orm.aliased(ImportUpload)
    is_mended = sa.exists().where(
        later.merchant_id == ImportUpload.merchant_id,
        later.id > ImportUpload.id,
        later.kind == ImportUpload.kind,
        later.started_at.is_not(None),
    )
    rows = session.execute(
        sa.select(ImportUpload.id, ImportUpload.counts)
        .where(
            ImportUpload.merchant_id == here.merchant_id,
            ImportUpload.state == DONE,
            sa.exists().where(
                ImportBadRow.merchant_id == ImportUpload.merchant_id,
                ImportBadRow.upload_id == ImportUpload.id,
            ),
            sa.not_(is_mended),
        )
        .limit(_AT_MOST)
    )
    for row in rows:
        name = ref("imp", row.id)
        facts = {"import": name, "rows": (row.counts or {}).get("refused", 0)}
        yield Noticed(f"import:{name}", "import", facts)


def evidence(session: Session, here: Here) -> Iterator[Noticed]:
    """Somebody at the till who stands out from the others by what they did in a month."""
    first = here.today - timedelta(days=_PERIOD_DAYS - 1)
    period = Period(first, here.today, here.at - timedelta(days=_PERIOD_DAYS), here.at)
    for judged in measures.judge(
        gathering.deeds(session, merchant_id=here.merchant_id, period=period)
    ):
        if any(one.is_beyond for one in judged.measures):
            who = judged.tally.actor
            yield Noticed(f"evidence:{who}", "evidence", {"staff": who})


NOTICED: tuple[Callable[[Session, Here], Iterator[Noticed]], ...] = (
    remarks, stocks, payouts, imports, evidence,
)  # fmt: skip
