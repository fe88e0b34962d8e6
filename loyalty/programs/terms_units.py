"""How long units last, when they can be used, and what a refund may leave, in words (pure)."""

from loyalty.core.text import Text
from loyalty.programs import words
from loyalty.programs.document import Expiry, Unit, VersionDocument

# Where a debt stays on the card nothing is said: the next units repay it, which surprises nobody.
_DEBTS = {
    "clamp": Text(
        "se un rimborso toglie più di quanto hai, non devi nulla",
        "if a refund takes more than you have, you owe nothing",
    ),
    "block": Text(
        "per un rimborso, quanto l'acquisto aveva dato deve essere ancora sulla carta",
        "for a refund, what the purchase had earned must still be on the card",
    ),
}


def lasting(unit: Unit) -> Text:
    """When the units can be used and until when: "punti validi 12 mesi", "points last 12 months".

    With a waiting time: "punti utilizzabili dopo 14 giorni, validi 12 mesi".
    """
    valid = words.agreed(unit.label, "validi", "valide")
    long = _long(unit.expiry, valid)
    if not unit.pending_hours:
        return Text(f"{unit.label.it} {long.it}", f"{unit.label.en} {long.en}")
    wait = words.hours(unit.pending_hours)
    return Text(
        f"{unit.label.it} utilizzabili dopo {wait.it}, {long.it}",
        f"{unit.label.en} can be used after {wait.en} and {long.en}",
    )


def _long(expiry: Expiry, valid: str) -> Text:
    if expiry.kind == "never":
        return Text("senza scadenza", "never expire")
    if expiry.kind in ("month_end", "year_end"):
        return _to_the_end(expiry, valid)
    long = words.months(expiry.months)
    if expiry.kind == "inactivity":
        return Text(
            f"{valid} {long.it} dalla tua ultima visita", f"last {long.en} from your last visit"
        )
    return Text(f"{valid} {long.it}", f"last {long.en}")


def _to_the_end(expiry: Expiry, valid: str) -> Text:
    it, en = ("del mese", "month") if expiry.kind == "month_end" else ("dell'anno", "year")
    if not expiry.months:
        return Text(f"{valid} fino alla fine {it}", f"last until the end of the {en}")
    long = words.months(expiry.months)
    return Text(
        f"{valid} {long.it} e poi fino alla fine {it}",
        f"last {long.en} and then until the end of that {en}",
    )


def debts(document: VersionDocument) -> list[Text]:
    """What happens when a refund takes more than the card holds, where that is worth saying."""
    return [_DEBTS[document.debt]] if document.debt in _DEBTS else []
