"""The columns of each export, and what stands in them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.cards.tokens import shown as shown_code
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter import extracts
from loyalty.merchants import accounts, places
from loyalty.portal.evidence import unit_names
from loyalty.programs import catalogue, editor
from loyalty.web import guard, sheets
from loyalty.web.locale import pick, zone

Cells = list[sheets.Cell]

_DAY, _HOUR = Text("Data", "Date"), Text("Ora", "Time")
_WHO, _WHO_REF = Text("Cliente", "Customer"), Text("Rif. cliente", "Customer ref")
_CARD, _PROGRAM = Text("Rif. carta", "Card ref"), Text("Programma", "Program")
_CURRENCY, _STATE = Text("Valuta", "Currency"), Text("Stato", "State")
_REWARD, _REF = Text("Premio", "Reward"), Text("Riferimento", "Ref")
_STATES = {
    "reserved": Text("da ritirare", "to be handed over"),
    "fulfilled": Text("consegnato", "handed over"),
    "cancelled": Text("annullato", "cancelled"),
}
_VOID, _VALID = Text("annullata", "cancelled"), Text("valida", "valid")
_SYSTEM = Text("Sistema", "System")
_DEEDS = {
    "visit": Text("visita", "visit"),
    "refund": Text("rimborso", "refund"),
    "void": Text("annullo", "void"),
    "redemption": Text("premio", "reward"),
    "cancel": Text("premio annullato", "reward cancelled"),
    "adjustment": Text("correzione", "adjustment"),
    "restore": Text("rimborso annullato", "refund taken back"),
    "addition": Text("righe aggiunte", "lines added"),
    "fulfilment": Text("premio consegnato", "reward handed over"),
    "activation": Text("punti resi utilizzabili", "units made usable"),
    "expiry": Text("scadenza", "expiry"),
    "extension": Text("durata più lunga", "longer life"),
    "review": Text("revisione del livello", "review of the level"),
    "enrolment": Text("iscrizione", "enrolment"),
    "merge": Text("unione", "merge"),
    "unmerge": Text("unione annullata", "merge taken back"),
    "move": Text("spostamento", "move"),
    "return": Text("reso", "return"),
}


class Names:
    """What refs and keys are called, looked up once for a file."""

    def __init__(self, records: Session) -> None:
        self._records, self._merchant_id = records, guard.duty().merchant_id
        self.programs = {
            one.id: one.name for one in editor.page(records, merchant_id=self._merchant_id)
        }
        self.places = {
            one.id: one.name
            for one in places.list_locations(records, merchant_id=self._merchant_id)
        }
        self.staff = {
            accounts.staff_ref(one): one.name
            for one in accounts.list_staff(records, merchant_id=self._merchant_id)
        }
        self.units = {key: pick(label) for key, label in unit_names(records).items()}
        self._rewards: dict[tuple[UUID, int], dict[str, str]] = {}

    @cached_property
    def zone(self) -> Any:
        """The shop's zone."""
        return zone()

    def reward(self, program_id: UUID, number: int, key: str) -> str:
        """A reward as its version called it."""
        known = self._rewards.get((program_id, number))
        if known is None:
            version = catalogue.version(
                self._records, merchant_id=self._merchant_id, program_id=program_id, number=number
            )
            known = {one.key: pick(one.name) for one in version.document.rewards}
            self._rewards[program_id, number] = known
        return known.get(key, key)

    def at(self, moment: datetime | None) -> list[str]:
        """Day and time in the shop's zone, as a spreadsheet reads them; empty for never."""
        if moment is None:
            return ["", ""]
        here = moment.astimezone(self.zone)
        return [here.strftime("%Y-%m-%d"), here.strftime("%H:%M:%S")]


@dataclass(frozen=True, slots=True)
class Kind:
    """One export: its name, what is in it, how its rows are found and written."""

    name: Text
    what: Text
    headings: tuple[Text, ...]
    page: Callable[..., list[Any]]
    cells: Callable[[Any, Names], Cells]


def _who(row: Any) -> Cells:
    return [row.name, ref("cus", row.customer_id), ref("crd", row.card_id)]


def _visit(row: Any, names: Names) -> Cells:
    return [
        *names.at(row.occurred_at),
        *_who(row),
        names.programs.get(row.program_id, ""),
        names.places.get(row.location_id, ""),
        sheets.amount(row.amount_minor, row.currency),
        sheets.amount(row.net_minor, row.currency),
        row.currency,
        row.external_ref,
        pick(_VOID if row.voided_at else _VALID),
        ref("vis", row.id),
    ]


def _redemption(row: Any, names: Names) -> Cells:
    cost = ", ".join(f"{units} {names.units.get(unit, unit)}" for unit, units in row.cost.items())
    return [
        *names.at(row.created_at),
        *_who(row),
        names.programs.get(row.program_id, ""),
        names.reward(row.program_id, row.version, row.reward),
        cost,
        pick(_STATES[row.state]),
        *names.at(row.used_at or row.cancelled_at),
        ref("red", row.id),
    ]


def _voucher(row: Any, names: Names) -> Cells:
    return [
        shown_code(row.code),
        names.reward(row.program_id, row.version, row.reward),
        *_who(row),
        names.programs.get(row.program_id, ""),
        *names.at(row.created_at),
        *names.at(row.until_at),
        pick(_STATES[row.state]),
        *names.at(row.used_at),
    ]


def _entry(row: Any, names: Names) -> Cells:
    return [
        *names.at(row.occurred_at),
        *_who(row),
        names.programs.get(row.program_id, ""),
        row.version,
        pick(_DEEDS.get(row.deed, row.deed)),
        names.units.get(row.unit, row.unit),
        row.units,
        row.balance_after,
        names.staff.get(row.actor, pick(_SYSTEM) if row.actor == "system" else row.actor),
        ref("ent", row.id),
    ]


KINDS = {
    "visits": Kind(
        Text("Visite", "Visits"),
        Text("Ogni visita con importo, sede e scontrino.", "Each visit: amount, place, receipt."),
        (_DAY, _HOUR, _WHO, _WHO_REF, _CARD, _PROGRAM, Text("Sede", "Place"),
         Text("Pagato", "Paid"), Text("Al netto dei rimborsi", "Net of refunds"), _CURRENCY,
         Text("Scontrino", "Receipt"), _STATE, _REF),
        extracts.visits,
        _visit,
    ),
    "redemptions": Kind(
        Text("Premi", "Rewards"),
        Text("I premi chiesti nel periodo, con il costo.", "Rewards asked for, with their cost."),
        (_DAY, _HOUR, _WHO, _WHO_REF, _CARD, _PROGRAM, _REWARD, Text("Costo", "Cost"), _STATE,
         Text("Concluso il", "Closed on"), Text("Alle", "At"), _REF),
        extracts.redemptions,
        _redemption,
    ),
    "vouchers": Kind(
        Text("Buoni", "Vouchers"),
        Text("I buoni validi nel periodo, usati o no.", "Vouchers of the period, used or not."),
        (Text("Codice", "Code"), _REWARD, _WHO, _WHO_REF, _CARD, _PROGRAM,
         Text("Nato il", "Issued on"), Text("Alle", "At"), Text("Vale fino al", "Valid until"),
         Text("Alle", "At"), _STATE, Text("Usato il", "Used on"), Text("Alle", "At")),
        extracts.vouchers,
        _voucher,
    ),
    "entries": Kind(
        Text("Movimenti", "Ledger entries"),
        Text("Ogni movimento di punti e timbri, con il saldo.",
             "Each movement of points and stamps, with the balance."),
        (_DAY, _HOUR, _WHO, _WHO_REF, _CARD, _PROGRAM, Text("Versione", "Version"),
         Text("Che cosa", "What"), Text("Unità", "Unit"), Text("Movimento", "Moved"),
         Text("Saldo", "Balance"), Text("Chi", "By"), _REF),
        extracts.entries,
        _entry,
    ),
}  # fmt: skip
