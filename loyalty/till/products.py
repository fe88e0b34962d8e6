"""Favourite products as one tap each: which of them the rules look at, and what the form says."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from loyalty.core.text import Text
from loyalty.counter.favourites import Product
from loyalty.counter.requests import LineRequest
from loyalty.programs import earning
from loyalty.programs.document import EarningRule, VersionDocument
from loyalty.till.asking import Asks

SHOWN = 6
PACKED_MAX = 2_000  # three texts at their longest, each letter written as a code
_LETTERS = {"sku": 120, "item": 200, "category": 120}
_OTHER = Text("Altro", "Something else")


@dataclass(frozen=True, slots=True)
class Chip:
    """Something to choose: what it is called, and what the form sends for it."""

    label: str
    value: str


def chips(document: VersionDocument, known: Iterable[Product]) -> list[Chip]:
    """The products that earn here by the piece, the likeliest first; then what the rules name."""
    named = [product for product in known if _earns(document, product)]
    there = {product.sku for product in named}
    rules = sorted({sku for rule in _by_piece(document) for sku in rule.when.skus} - there)
    wanted = [*named, *(Product(sku, None, _category_of(document, sku)) for sku in rules)]
    return [Chip(product.item or product.key, packed(product)) for product in wanted[:SHOWN]]


def plain(asks: Asks, language: str) -> list[Chip]:
    """The choices beside the products: the categories of the rules, or none of them all."""
    categories = [
        Chip(name[:1].upper() + name[1:], packed(Product(None, None, name)))
        for name in asks.categories
    ]
    return categories or [Chip(_OTHER.pick(language), "")]


def _by_piece(document: VersionDocument) -> list[EarningRule]:
    return [rule for rule in document.earn if rule.per_kind == "item"]


def _earns(document: VersionDocument, product: Product) -> bool:
    return any(
        earning.names(rule.when, product.sku, product.category) for rule in _by_piece(document)
    )


def _category_of(document: VersionDocument, sku: str) -> str | None:
    """A rule that asks for sku and category at once needs both on the line."""
    for rule in _by_piece(document):
        if sku in rule.when.skus and rule.when.categories:
            return min(rule.when.categories)
    return None


def packed(product: Product) -> str:
    """A product as one value of a form."""
    said = {"sku": product.sku, "item": product.item, "category": product.category}
    return urlencode({name: text for name, text in said.items() if text})


def unpacked(value: str, quantity_milli: int) -> LineRequest:
    """The line that such a value stands for; what is not one of ours is left out."""
    said = {
        name: text
        for name, text in parse_qsl(value)
        if name in _LETTERS and len(text) <= _LETTERS[name] and text.isprintable()
    }
    return LineRequest(
        said.get("sku"), said.get("item"), said.get("category"), quantity_milli=quantity_milli
    )
