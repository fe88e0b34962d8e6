"""What the till asks for, read off the rules in force (pure): an amount, pieces, a category."""

from dataclasses import dataclass

from loyalty.core.money import digits
from loyalty.core.text import Text
from loyalty.programs import words
from loyalty.programs.document import EarningRule, VersionDocument

CATEGORIES_MAX = 6
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}


@dataclass(frozen=True, slots=True)
class Asks:
    """The parts of the form, and what its one big button says for one and for several pieces."""

    amount: bool
    items: bool
    categories: tuple[str, ...]
    one: str
    many: str
    item_label: str
    digits: int
    mark: str
    symbol: str
    is_symbol_first: bool


def asks(document: VersionDocument, currency: str, language: str) -> Asks:
    """The form that these rules need, and nothing more."""
    by_piece = [rule for rule in document.earn if rule.per_kind == "item"]
    one, many = _button(document, by_piece)
    return Asks(
        amount=document.counts_money,
        items=bool(by_piece),
        categories=_categories(document),
        one=one.pick(language),
        many=many.pick(language),
        item_label=Text("Quanti pezzi", "How many pieces").pick(language),
        digits=digits(currency),
        mark="," if language == "it" else ".",
        symbol=_SYMBOLS.get(currency, currency),
        is_symbol_first=language != "it",
    )


def _categories(document: VersionDocument) -> tuple[str, ...]:
    named = {category for rule in document.earn for category in rule.when.categories}
    return tuple(sorted(named)[:CATEGORIES_MAX])


def _button(document: VersionDocument, by_piece: list[EarningRule]) -> tuple[Text, Text]:
    if document.counts_money:
        record = Text("Registra la visita", "Record the visit")
        return record, record
    if by_piece:
        return _per_piece(document, by_piece)
    visit = next((rule for rule in document.earn if rule.per_kind == "visit"), None)
    if visit is None:
        record = Text("Registra la visita", "Record the visit")
        return record, record
    got = words.count(visit.units, _label(document, visit.unit))
    add = Text(f"Aggiungi {got.it}", f"Add {got.en}")
    return add, add


def _per_piece(document: VersionDocument, by_piece: list[EarningRule]) -> tuple[Text, Text]:
    rule = by_piece[0]
    if len(by_piece) > 1 or rule.units != 1 or rule.per != 1:
        return (
            Text("Registra 1 pezzo", "Record 1 piece"),
            Text("Registra {n} pezzi", "Record {n} pieces"),
        )
    label = _label(document, rule.unit)
    one = words.count(1, label)
    return (
        Text(f"Aggiungi {one.it}", f"Add {one.en}"),
        Text("Aggiungi {n} " + label.it, "Add {n} " + label.en),
    )


def _label(document: VersionDocument, unit: str) -> Text:
    found = document.unit(unit)
    return found.label if found else Text(unit, unit)
