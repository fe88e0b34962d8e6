"""A card's statement: each line with its reason, in pages."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards.lookup import CardFacts
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.ledger import statements
from loyalty.ledger.statements import StatementLine
from loyalty.programs.document import VersionDocument
from loyalty.programs.earning import is_cause
from loyalty.web import cardface
from loyalty.web.locale import pick

_LINES = 12
_TITLES = {
    "visit": Text("Visita", "Visit"),
    "refund": Text("Rimborso", "Refund"),
    "void": Text("Visita annullata", "Visit cancelled"),
    "return": Text("Reso", "Return"),
    "restore": Text("Rimborso annullato", "Refund taken back"),
    "addition": Text("Righe aggiunte", "Lines added"),
    "redemption": Text("Premio", "Reward"),
    "cancel": Text("Premio restituito", "Reward taken back"),
    "adjustment": Text("Correzione", "Correction"),
    "expiry": Text("Scadenza", "Expiry"),
    "move": Text("Visita spostata", "Visit moved"),
    "activation": Text("Da usare", "Ready to use"),
    "review": Text("Livello", "Level"),
    "merge": Text("Carte unite", "Cards joined"),
    "unmerge": Text("Carte separate", "Cards parted"),
    "extension": Text("Durata più lunga", "Good for longer"),
}
_FRIEND = Text("Un amico", "A friend")


@dataclass(frozen=True, slots=True)
class Change:
    """Units that came or went."""

    units: int
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened, with every reason for it."""

    kind: str  # of the operation
    title: str
    at: datetime
    reasons: list[str]
    changes: list[Change]


def page(
    session: Session, facts: CardFacts, document: VersionDocument, *, before: UUID | None
) -> tuple[list[Line], str | None]:
    """Lines, the latest first, and the key after which the next page begins."""
    found = statements.entries(
        session,
        merchant_id=facts.merchant_id,
        card_id=facts.card_id,
        before=before,
        limit=_LINES + 1,
    )
    shown = found[:_LINES]
    told = (entry for entry in shown if not _is_of_the_shop(entry))
    together = groupby(told, key=lambda entry: entry.operation_id)
    # The latest operation first, but what it did in the order in which it did it.
    lines = [_line(document, list(entries)[::-1]) for _, entries in together]
    return lines, ref("ent", shown[-1].id) if len(found) > _LINES else None


def _is_of_the_shop(entry: StatementLine) -> bool:
    """That a pledge can be paid by now is between the shop and the cause."""
    return entry.kind == "activate" and is_cause(entry.unit)


def _line(document: VersionDocument, entries: list[StatementLine]) -> Line:
    first = entries[0]
    title = _TITLES.get(first.operation, Text(first.operation, first.operation))
    if first.reasons and first.reasons[0]["rule"] == "referral":
        title = _FRIEND
    return Line(
        kind=first.operation,
        title=pick(title),
        at=first.occurred_at,
        reasons=[
            pick({"it": said["it"], "en": said["en"]})
            for entry in entries
            for said in entry.reasons
        ],
        changes=[
            Change(entry.units, pick(cardface.label_of(document, entry.unit)))
            for entry in entries
            if entry.units and not is_cause(entry.unit)  # its sentence says how much money
        ],
    )
