"""Why a balance is what it is, in one sentence, from the sums of its entries."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.calendar import local_day
from loyalty.core.money import format_amount
from loyalty.core.text import Text
from loyalty.counter import reasons
from loyalty.counter.desk import Desk
from loyalty.counter.models import TierChange
from loyalty.ledger.models import Entry
from loyalty.ledger.state import AccountState
from loyalty.programs import words
from loyalty.programs.document import Unit
from loyalty.programs.earning import is_cause

Sums = Mapping[str, int]
# By the accounts that are known, not by a join: SQLite would begin with every entry of the shop.
_SUMS = (
    sa.select(Entry.account_id, Entry.kind, sa.func.sum(Entry.units).label("units"))
    .where(
        Entry.merchant_id == sa.bindparam("merchant_id"),
        Entry.account_id.in_(sa.bindparam("account_ids", expanding=True)),
    )
    .group_by(Entry.account_id, Entry.kind)
)
# What each kind of entry did, by whether units came (True) or went, in the order of the sentence.
# The Italian participle ends as number and unit ask; kinds that move nothing are not said.
_SAID = {
    ("earn", True): Text("guadagnat{}", "earned"),
    ("take", False): Text(
        "tolt{} per visite rimborsate o corrette", "taken back for refunded or corrected visits"
    ),
    ("return", False): Text("tolt{} per resi senza vendita", "taken for returns without a sale"),
    ("spend", False): Text("usat{}", "used"),
    ("give", True): Text("tornat{} da premi annullati", "back from cancelled rewards"),
    ("expire", False): Text("scadut{}", "expired"),
    ("adjust", True): Text("aggiunt{} a mano", "added by hand"),
    ("adjust", False): Text("tolt{} a mano", "taken off by hand"),
    ("forgive", True): Text("abbuonat{} dal negozio", "let go by the shop"),
    ("merge", True): Text("arrivat{} da un'altra carta", "from another card"),
    ("merge", False): Text("passat{} a un'altra carta", "gone to another card"),
}


def balance(session: Session, *, desk: Desk) -> dict[str, dict[str, str]]:
    """Why the card holds what it holds at `desk.at`: by unit, `{"it": …, "en": …}`."""
    accounts = [each for key, each in desk.accounts.items() if not is_cause(key)]
    wanted = {
        "merchant_id": desk.place.merchant_id,
        "account_ids": [each.id for each in accounts],
    }
    sums: dict[UUID, dict[str, int]] = {}
    for row in session.execute(_SUMS, wanted) if accounts else ():
        sums.setdefault(row.account_id, {})[row.kind] = int(row.units)
    return {each.unit: _why(desk, each, sums.get(each.id, {})).as_dict() for each in accounts}


def has_risen(session: Session, *, merchant_id: UUID, card_id: UUID, operation_id: UUID) -> bool:
    """Whether that operation brought the card a higher level."""
    found = session.execute(
        sa.select(TierChange.id).where(
            TierChange.merchant_id == merchant_id,
            TierChange.card_id == card_id,
            TierChange.operation_id == operation_id,
            TierChange.kind == "up",
        )
    ).first()
    return found is not None


def _why(desk: Desk, account: AccountState, sums: Sums) -> Text:
    unit, there = desk.unit(account.unit), account.available(desk.at)
    if account.debt:
        return _owed(unit, account.debt)
    if sum(sums.values()) != account.balance:
        # A visit fell between two reads: rather no sum than one that does not add up.
        count = words.count(there, unit.label)
        return Text(f"{count.it}.", f"{count.en}.")
    over = sum(lot.remaining for lot in account.lots if lot.is_over(desk.at))
    # Expiry holds at its moment, whether its entry is written or not.
    moved = {**sums, "expire": sums.get("expire", 0) - over}
    said = sentence(unit, there, moved, _waiting(desk, account))
    nearly = _to_next(desk, account)
    return said if nearly is None else Text(f"{said.it} {nearly.it}", f"{said.en} {nearly.en}")


def sentence(unit: Unit, there: int, sums: Sums, waiting: Sequence[tuple[date, int]] = ()) -> Text:
    """So many units are there because of these sums by kind of entry (pure).

    `waiting` is what cannot be used yet: until which day, how many, the next ones first.
    """
    moved = {kind: units for kind, units in sums.items() if units}
    head = words.count(there, unit.label)
    if not moved:
        ending = words.agreed(unit.label, "i", "e")
        return Text(
            f"{head.it}: la carta non ne ha ancora ricevut{ending}.",
            f"{head.en}: the card has not been given any yet.",
        )
    if moved.keys() == {"earn"} and not waiting:
        return _all_earned(unit, there, head)
    parts = [
        _part(unit, abs(moved[kind]), said)
        for (kind, came), said in _SAID.items()
        if kind in moved and (moved[kind] > 0) is came
    ]
    listed = [*parts, *_pending(unit, waiting)]
    it, en = ", ".join(part.it for part in listed), ", ".join(part.en for part in listed)
    return Text(f"{head.it}: {it}.", f"{head.en}: {en}.")


def _all_earned(unit: Unit, there: int, head: Text) -> Text:
    ending = _ending(unit, there)
    if there == 1:
        return Text(
            f"{head.it}, guadagnat{ending} con una visita.", f"{head.en}, earned by a visit."
        )
    return Text(
        f"{head.it}, tutt{ending} guadagnat{ending} con le visite.",
        f"{head.en}, all earned by visits.",
    )


def _part(unit: Unit, units: int, said: Text) -> Text:
    number = _number(units)
    return Text(f"{number.it} {said.it.format(_ending(unit, units))}", f"{number.en} {said.en}")


def _pending(unit: Unit, waiting: Sequence[tuple[date, int]]) -> list[Text]:
    if not waiting:
        return []
    first_day, first = waiting[0]
    all_of_them, until = _number(sum(units for _, units in waiting)), words.until(first_day)
    if len(waiting) == 1:
        return [
            Text(f"{all_of_them.it} in attesa {until.it}", f"{all_of_them.en} waiting {until.en}")
        ]
    number = _number(first)
    several = words.agreed(unit.label, "i primi", "le prime")
    them = Text(f"{several} {number.it}", f"the first {number.en}")
    if first == 1:
        them = Text(words.agreed(unit.label, "il primo", "la prima"), "the first")
    return [
        Text(
            f"{all_of_them.it} in attesa ({them.it} {until.it})",
            f"{all_of_them.en} waiting ({them.en} {until.en})",
        )
    ]


def _owed(unit: Unit, debt: int) -> Text:
    count, ending = words.count(debt, unit.label), _ending(unit, debt)
    if debt == 1:
        the = words.agreed(unit.label, "lo", "la")
        return Text(
            f"Manca {count.it}: una visita rimborsata o annullata l'aveva dat{ending},"
            f" ed era già usat{ending}; la prossima visita {the} ripaga.",
            f"{count.en} short: a refunded or voided visit had given it, and it was already used;"
            " the next visit makes up for it.",
        )
    the = words.agreed(unit.label, "li", "le")
    return Text(
        f"Mancano {count.it}: una visita rimborsata o annullata {the} aveva dat{ending},"
        f" ed erano già usat{ending}; le prossime visite {the} ripagano.",
        f"{count.en} short: a refunded or voided visit had given them, and they were already used;"
        " the next visits make up for them.",
    )


def _to_next(desk: Desk, account: AccountState) -> Text | None:
    """How little is missing to one more, where something is put aside and any purchase counts."""
    document = desk.version.document
    rest = reasons.carry(document, account.unit, account.earned_millionths)
    if rest is None or not rest[0] or not document.money_rules(account.unit)[0].when.is_empty:
        return None
    it, en = (format_amount(rest[1], desk.place.currency, language) for language in ("it", "en"))
    one = words.agreed(desk.unit(account.unit).label, "uno", "una")
    return Text(f"Altri {it} e ne arriva {one}.", f"Another {en} brings one more.")


def _waiting(desk: Desk, account: AccountState) -> list[tuple[date, int]]:
    days: dict[date, int] = {}
    for lot in account.lots:
        if lot.remaining and lot.active_at is not None and lot.is_waiting(desk.at):
            on = local_day(lot.active_at, desk.place.timezone)
            days[on] = days.get(on, 0) + lot.remaining
    return sorted(days.items())


def _ending(unit: Unit, units: int) -> str:
    if units == 1:
        return words.agreed(unit.label, "o", "a")
    return words.agreed(unit.label, "i", "e")


def _number(units: int) -> Text:
    grouped = f"{units:,}"
    return Text(grouped.replace(",", "."), grouped)
