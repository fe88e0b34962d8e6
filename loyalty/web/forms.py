"""HTML forms by the same schemas as JSON: an empty text is missing, an unticked box is false."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields

from loyalty.core.money import AMOUNT_MINOR_MAX, NotAnAmount, digits, parse_amount
from loyalty.core.text import Text
from loyalty.web.fields import Secret, Spoken, between, spoken, wrong
from loyalty.web.locale import language, pick, shop

_NOT_OURS = frozenset({"csrf_token"})
_WHOLE_LETTERS_MAX = 12


@dataclass(frozen=True, slots=True)
class FormState:
    """What was typed, what is wrong with it, and the values when nothing is."""

    raw: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_valid(self) -> bool:
        """Whether `values` may be used."""
        return not self.errors

    def value(self, name: str, default: str = "") -> str:
        """What stands in the field when the form is shown again."""
        return self.raw.get(name, default)

    def error(self, name: str) -> str:
        """What is wrong with the field, or nothing."""
        return " ".join(self.errors.get(name, []))

    def refuse(self, name: str, sentence: Text | str) -> "FormState":
        """The same form with one more thing wrong, found by the domain."""
        added = {**self.errors, name: [*self.errors.get(name, []), pick(sentence)]}
        return replace(self, errors=added)

    def refuse_all(self, found: Mapping[str, list[str]]) -> "FormState":
        """The same form with the faults of an `Invalid` that the domain raised."""
        return replace(self, errors={**self.errors, **found})


def read_form(schema: Schema) -> FormState:
    """The submitted form as `schema` reads it; passwords are never given back in `raw`."""
    secret = {name for name, kind in schema.fields.items() if isinstance(kind, Secret)}
    given: dict[str, Any] = {}
    raw: dict[str, str] = {}
    for name in request.form:
        if name in _NOT_OURS:
            continue
        if isinstance(schema.fields.get(name), fields.List):
            given[name] = [text.strip() for text in request.form.getlist(name) if text.strip()]
            continue
        text = request.form[name]
        if name not in secret:
            text = raw[name] = text.strip()
        if text:
            given[name] = text
    try:
        return FormState(raw=raw, values=schema.load(given))
    except ValidationError as error:
        return FormState(raw=raw, errors=spoken(error.messages, pick))


class TypedAmount(Spoken, fields.Field[int]):
    """Money as typed at the counter, in minor units of the shop's currency: "12,40" -> 1240."""

    def __init__(self, least: int = 0, **options: Any) -> None:
        super().__init__(**options)
        self.least = least

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> int:
        here = shop()
        currency = here.currency if here else "EUR"
        try:
            minor = parse_amount(str(value), currency, language())
        except NotAnAmount as error:
            example = "12,40" if digits(currency) else "1240"
            raise wrong(
                f"Scrivi una somma, come {example}.",
                f"Write an amount, like {example.replace(',', '.')}.",
            ) from error
        if not self.least <= minor <= AMOUNT_MINOR_MAX:
            raise wrong("La somma è fuori misura.", "The amount is out of range.")
        return minor


class TypedWhole(Spoken, fields.Field[int]):
    """A whole number as typed."""

    def __init__(self, least: int = 0, most: int = 1_000_000, **options: Any) -> None:
        super().__init__(**options)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> int:
        text = str(value)
        if len(text) > _WHOLE_LETTERS_MAX or not text.removeprefix("-").isdecimal():
            raise self.make_error("whole")
        between(int(text), self.least, self.most)
        return int(text)


class Tick(Spoken, fields.Boolean):
    """A box: true when ticked, false when the browser sends nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(load_default=False, **options)

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> bool:
        return value in ("on", "1", "true", "yes")
