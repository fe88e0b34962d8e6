"""The rules of the house that changed: what counts, debts, proof and limits, in words (pure)."""

from loyalty.core.money import format_amount
from loyalty.core.text import Text
from loyalty.programs import words
from loyalty.programs.changes import Change, Versions
from loyalty.programs.document import Limits, VersionDocument
from loyalty.programs.weighing import BETTER, MIXED, WORSE, debt, more

_TAX = {
    "gross": Text("la spesa conta con l'IVA", "what you spend counts with VAT"),
    "net": Text("la spesa conta senza IVA", "what you spend counts without VAT"),
}
_DISCOUNTS = {
    "after": Text("la spesa conta dopo gli sconti", "what you spend counts after discounts"),
    "before": Text("la spesa conta prima degli sconti", "what you spend counts before discounts"),
}
_DEBT = {
    "carry": Text(
        "se un rimborso toglie più di quanto hai, i prossimi acquisti compensano",
        "if a refund takes more than you have, the next purchases make up for it",
    ),
    "clamp": Text(
        "se un rimborso toglie più di quanto hai, non devi nulla",
        "if a refund takes more than you have, you owe nothing",
    ),
    "block": Text(
        "per un rimborso, quanto l'acquisto aveva dato deve essere ancora sulla carta",
        "for a refund, what the purchase had earned must still be on the card",
    ),
}
_PROOF = {
    "typed": Text("basta il codice scritto", "a typed code is enough"),
    "static": Text("serve il codice QR della carta", "the card's QR code is needed"),
    "live": Text(
        "serve il codice QR aperto sul telefono in quel momento",
        "the QR code open on the phone at that moment is needed",
    ),
}
_VISIT = Text("visite", "visits")


def house(versions: Versions, currency: str) -> list[Change]:
    """What changed of "base", "debt", "proof" and "limits", each by its own key."""
    before, after = versions
    found = [
        *_base(before, after),
        *_proof(before, after),
        *_limits(before.limits, after.limits, currency),
    ]
    return [one for one in found if one.said[0] != one.said[1]]


def _base(before: VersionDocument, after: VersionDocument) -> list[Change]:
    return [
        Change(
            "base.tax",
            (_TAX[before.tax], _TAX[after.tax]),
            WORSE if after.tax == "net" else BETTER,
        ),
        Change(
            "base.discounts",
            (_DISCOUNTS[before.discounts], _DISCOUNTS[after.discounts]),
            BETTER if after.discounts == "before" else WORSE,
        ),
        Change("debt", (_DEBT[before.debt], _DEBT[after.debt]), debt(before.debt, after.debt)),
    ]


def _proof(before: VersionDocument, after: VersionDocument) -> list[Change]:
    """More proof is more trouble and more safety: neither better nor worse."""
    earning = [_proven("per raccogliere", "to earn", one.proof_earn) for one in (before, after)]
    redeeming = [
        _proven("per ritirare un premio", "to redeem a reward", one.proof_redeem)
        for one in (before, after)
    ]
    return [
        Change("proof.earn", (earning[0], earning[1]), MIXED),
        Change("proof.redeem", (redeeming[0], redeeming[1]), MIXED),
    ]


def _proven(it: str, en: str, proof: str) -> Text:
    said = _PROOF[proof]
    return Text(f"{it} {said.it}", f"{en}, {said.en}")


def _limits(old: Limits, new: Limits, currency: str) -> list[Change]:
    return [
        Change(
            "limits.visits_per_card_day",
            (_visits(old.visits_per_card_day), _visits(new.visits_per_card_day)),
            more(old.visits_per_card_day, new.visits_per_card_day),
        ),
        Change(
            "limits.amount_minor_max",
            (_amount(old.amount_minor_max, currency), _amount(new.amount_minor_max, currency)),
            more(old.amount_minor_max, new.amount_minor_max),
        ),
        Change("limits.min_seconds", (_seconds(old.min_seconds), _seconds(new.min_seconds)), MIXED),
    ]


def _visits(most: int | None) -> Text:
    if most is None:
        return Text("visite senza limite ogni giorno", "any number of visits a day")
    if most == 1:
        return Text("al massimo una visita al giorno", "at most one visit a day")
    many = words.count(most, _VISIT)
    return Text(f"al massimo {many.it} al giorno", f"at most {many.en} a day")


def _amount(most: int | None, currency: str) -> Text:
    if most is None:
        return Text("visite di qualunque importo", "visits of any amount")
    it, en = (format_amount(most, currency, language) for language in ("it", "en"))
    return Text(f"visite fino a {it}", f"visits of up to {en}")


def _seconds(least: int | None) -> Text:
    if not least:
        return Text(
            "nessun avviso alla cassa per visite ravvicinate",
            "no warning at the till for visits close together",
        )
    return Text(
        f"avviso alla cassa per visite a meno di {least} secondi l'una dall'altra",
        f"a warning at the till for visits less than {least} seconds apart",
    )
