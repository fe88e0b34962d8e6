"""What it was, in one tap: favourite products and categories, where the rules look at them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

from loyalty.core.text import Text
from loyalty.counter.favourites import Product
from loyalty.counter.requests import LineRequest
from loyalty.programs import meant
from loyalty.programs.document import EarningRule, VersionDocument
from loyalty.till.asking import Asks

SHOWN = 6
_MILLI = 1_000
PACKED_MAX = 2_000  # three texts at their longest, each letter written as a code
_LETTERS = {"sku": 120, "item": 200, "category": 120}
_OTHER = Text("Altro", "Something else")


@dataclass(frozen=True, slots=True)
class Chip:
    """Something to choose: what it is called, and what the form sends for it."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be chosen, and what is chosen while nobody taps; empty where it changes nothing."""

    chips: list[Chip] = field(default_factory=list)
    default: str = ""


def looks(document: VersionDocument, asks: Asks) -> list[EarningRule]:
    """The rules for which it matters what it was: by the piece, else those that name goods."""
    if asks.items:
        return [rule for rule in document.earn if rule.per_kind == "item"]
    return [rule for rule in document.earn if asks.amount and rule.when.names_lines]


def lines(
    values: Mapping[str, Any], *, pieces: int | None, amount: int | None
) -> tuple[LineRequest, ...]:
    """What was sold: so many pieces of one thing, or all that was paid for it.

    `pieces` is None where nobody asks for them; `values` says `product` or `category`, if anything.
    """
    product = values.get("product")
    if pieces is None:
        return (unpacked(product, _MILLI, amount),) if product and amount is not None else ()
    if not pieces:
        return ()
    if product is not None:
        return (unpacked(product, pieces * _MILLI),)
    return (LineRequest(category=values.get("category"), quantity_milli=pieces * _MILLI),)


def choice(
    rules: Sequence[EarningRule], asks: Asks, known: Iterable[Product], language: str
) -> Choice:
    """The products that these rules look at, the likeliest first, then the categories.

    Where pieces count, a piece is of the first category unless told otherwise; where only money
    does, it is of none: nobody gets a bonus by mistake.
    """
    products = _products(rules, known)
    if not rules or (asks.items and not products):
        return Choice()
    other = Chip(_OTHER.pick(language), "")
    categories = [
        Chip(name[:1].upper() + name[1:], packed(Product(None, None, name)))
        for name in asks.categories
    ]
    plain = (categories or [other]) if asks.items else [*categories, other]
    return Choice([*products, *plain], plain[0].value if asks.items else "")


def _products(rules: Sequence[EarningRule], known: Iterable[Product]) -> list[Chip]:
    """What was bought and what the rules name, as far as it is looked at."""
    named = [one for one in known if any(_looks_at(rule, one) for rule in rules)]
    there = {product.sku for product in named}
    skus = sorted({sku for rule in rules for sku in rule.when.skus} - there)
    wanted = [*named, *(Product(sku, None, _category_of(rules, sku)) for sku in skus)]
    return [Chip(product.item or product.key, packed(product)) for product in wanted[:SHOWN]]


def _looks_at(rule: EarningRule, product: Product) -> bool:
    return meant.names(rule.when, product.sku, product.category)


def _category_of(rules: Sequence[EarningRule], sku: str) -> str | None:
    """A rule that asks for sku and category at once needs both on the line."""
    for rule in rules:
        if sku in rule.when.skus and rule.when.categories:
            return min(rule.when.categories)
    return None


def packed(product: Product) -> str:
    """A product as one value of a form."""
    said = {"sku": product.sku, "item": product.item, "category": product.category}
    return urlencode({name: text for name, text in said.items() if text})


def unpacked(value: str, quantity_milli: int, amount_minor: int | None = None) -> LineRequest:
    """The line that such a value stands for; what is not one of ours is left out."""
    said = {
        name: text
        for name, text in parse_qsl(value)
        if name in _LETTERS and len(text) <= _LETTERS[name] and text.isprintable()
    }
    return LineRequest(
        said.get("sku"), said.get("item"), said.get("category"), quantity_milli, amount_minor
    )
