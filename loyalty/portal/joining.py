"""How people come to a program by themselves: the link, its code, and how many stayed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from loyalty.cards import funnel, qr
from loyalty.cards.funnel import SOURCES, Funnel
from loyalty.core.calendar import local_day
from loyalty.core.db import current
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.programs.models import Program
from loyalty.web.locale import pick, zone

_NAMES = {
    "poster": Text("dalla locandina", "from the poster"),
    "till": Text("dalla cassa", "from the till"),
    "link": Text("da un link", "from a link"),
    "referral": Text("da un amico", "from a friend"),
}


@dataclass(frozen=True, slots=True)
class Joining:
    """The link and its code, and the funnel of the last days, whole and by source."""

    link: str
    qr: str
    days: int
    total: Funnel
    by_source: list[tuple[str, Funnel]]


def joining(records: Session, program: Program, *, at: datetime) -> Joining:
    """What the programs page shows of one program."""
    address = f"{current().settings.public_url}/j/{ref('prg', program.id)}"
    found = funnel.lately(
        records,
        merchant_id=program.merchant_id,
        program_ids=[program.id],
        today=local_day(at, str(zone())),
    ).get(program.id, {})
    return Joining(
        link=f"{address}?s=link",
        qr=qr.svg(f"{address}?s=poster"),
        days=funnel.DAYS,
        total=sum(found.values(), Funnel()),
        by_source=[(pick(_NAMES[each]), found[each]) for each in SOURCES if each in found],
    )
