"""A version tried on the shop's own past sales, as they stand today; nothing is written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.core.calendar import end_of, local_day
from loyalty.core.errors import Invalid, Unknown
from loyalty.core.text import Text
from loyalty.counter.past_sales import PastSales, count_sales
from loyalty.merchants.models import Merchant
from loyalty.programs import checks, editor, simulator
from loyalty.programs.document import VersionDocument
from loyalty.programs.loading import load
from loyalty.programs.models import ProgramVersion
from loyalty.programs.simulator_past import Frame
from loyalty.programs.simulator_result import Simulation

Progress = Callable[[int, int], None]
_YEAR_MIN = 2000
_BACKWARDS = Text("viene prima dell'inizio", "comes before the beginning")
_TOO_EARLY = Text("prima del 2000 non può essere", "this cannot be before the year 2000")


@dataclass(frozen=True, slots=True)
class Days:
    """Days of the shop, both inclusive; None for as far as sales go."""

    first: date | None = None
    last: date | None = None

    def demand_sense(self) -> None:
        """Raise Invalid for days that run backwards, or lie before there could be sales."""
        for field, day in (("from", self.first), ("to", self.last)):
            if day is not None and day.year < _YEAR_MIN:
                raise Invalid({field: [_TOO_EARLY]})
        if self.first is not None and self.last is not None and self.last < self.first:
            raise Invalid({"to": [_BACKWARDS]})


EVER = Days()


def silent(_done: int, _total: int) -> None:
    """Nobody watches."""


def simulate(
    session: Session,
    *,
    merchant_id: UUID,
    program_ref: str,
    number: int,
    at: datetime,
    days: Days = EVER,
) -> Simulation:
    """Try a version of a program, draft or published, on the past; see `try_out`.

    Raises Unknown("program"), Unknown("version"), and Invalid.
    """
    program = editor.find(session, merchant_id=merchant_id, program_ref=program_ref)
    version = session.get(ProgramVersion, (merchant_id, program.id, number))
    if version is None:
        raise Unknown("version")
    document = load(version.document)
    if version.published_at is None:
        checks.check(document)
    return replay(session, merchant_id=merchant_id, document=document, at=at, days=days)


def try_out(
    session: Session,
    *,
    merchant_id: UUID,
    document: VersionDocument,
    at: datetime,
    days: Days = EVER,
    progress: Progress = silent,
) -> Simulation:
    """Try rules that need not be kept anywhere.

    All living visits of the shop's customers in these days are played, whichever of its programs
    they were recorded in, so that a new program can be tried on the past of an old one. Who shows
    two cards at one sale counts twice. A customer is the person: merged ones are one. Units and
    levels are told as the last day ends, or as of `at` if that is sooner. `progress` is called with
    the sales played and all of them, from the beginning again where a stock ran out.

    Raises Invalid for days that make no sense and for rules that could not be published. The
    session should be one snapshot (`core.db.read`): the past may be read more than once.
    """
    checks.check(document)
    return replay(
        session, merchant_id=merchant_id, document=document, at=at, days=days, progress=progress
    )


def replay(
    session: Session,
    *,
    merchant_id: UUID,
    document: VersionDocument,
    at: datetime,
    days: Days = EVER,
    progress: Progress = silent,
) -> Simulation:
    """The same for rules that were in force: what is checked today they may not have been then."""
    days.demand_sense()
    shop = session.get_one(Merchant, merchant_id)
    today = local_day(at, shop.timezone)
    is_over = days.last is not None and days.last < today
    frame = Frame(
        currency=shop.currency,
        timezone=shop.timezone,
        until_at=end_of(days.last, shop.timezone) if days.last and is_over else at,
        first_on=days.first,
        last_on=days.last if is_over else None,
    )
    total = count_sales(session, merchant_id=merchant_id, first=days.first, last=days.last)
    past = PastSales(session, merchant_id=merchant_id, document=document)
    return simulator.play(
        document,
        lambda: past.customers(days.first, days.last, lambda done: progress(done, total)),
        frame,
    )


def demand_few(session: Session, *, merchant_id: UUID, days: Days, most: int) -> None:
    """Raise Invalid where there are more than `most` sales in these days."""
    days.demand_sense()
    found = count_sales(session, merchant_id=merchant_id, first=days.first, last=days.last)
    if found > most:
        raise Invalid({"from": [_too_many(found, most)]})


def _too_many(found: int, most: int) -> Text:
    there, limit = f"{found:,}", f"{most:,}"
    return Text(
        f"in questi giorni ci sono {there.replace(',', '.')} vendite, qui al massimo"
        f" {limit.replace(',', '.')}: scegli meno giorni, o prova il programma dalla riga di"
        " comando con loyalty program simulate",
        f"there are {there} sales in these days, here at most {limit}: choose fewer days, or try"
        " the program on the command line with loyalty program simulate",
    )
