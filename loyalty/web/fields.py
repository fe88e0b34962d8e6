"""Strict fields for bodies and forms: no guessing of types, every bound documented, both languages.

Bounds stand in each field's metadata too, so that the OpenAPI document says what the code does.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields

from loyalty.core.money import AMOUNT_MINOR_MAX, Money
from loyalty.core.text import Text

WHOLE_MAX = 1_000_000_000_000
_NOT_ONE_LINE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
ONE_LINE = r"^[^\u0000-\u001f\u007f]*$"
NOT_BLANK = r"[^\u0000-\u001f\u007f]*[^\u0000-\u0020\u007f][^\u0000-\u001f\u007f]*"
_RFC_3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d):(\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+")
EMAIL_PATTERN = (
    r"^[^@\s\u0000-\u001f\u007f]{1,64}@[^@\s\u0000-\u001f\u007f]+\.[^@\s.\u0000-\u001f\u007f]+$"
)
_SPOKEN: dict[str, Any] = {
    "required": Text("Manca.", "This is missing."),
    "null": Text("Non può essere vuoto.", "This cannot be null."),
    "unknown": Text("Campo sconosciuto.", "Unknown field."),
    "type": Text("Serve un oggetto.", "An object is needed."),
    "invalid": Text("Valore non valido.", "Not a valid value."),
    "whole": Text("Serve un numero intero.", "A whole number is needed."),
    "text": Text("Serve un testo.", "A text is needed."),
    "one_line": Text(
        "Il testo deve stare su una riga, senza caratteri di controllo.",
        "The text must be one line, without control characters.",
    ),
    "moment": Text(
        "Serve un'ora RFC 3339 con il fuso, come 2026-11-21T17:05:00+01:00.",
        "A time in RFC 3339 with its offset is needed, like 2026-11-21T17:05:00+01:00.",
    ),
    "day": Text("Serve una data come 2026-11-21.", "A date is needed, like 2026-11-21."),
    "money": Text(
        'Serve una somma come {"amount_minor": 1250, "currency": "EUR"}.',
        'An amount like {"amount_minor": 1250, "currency": "EUR"} is needed.',
    ),
    "list": Text("Serve una lista.", "A list is needed."),
    "flag": Text("Serve vero o falso.", "True or false is needed."),
    "email": Text("Non sembra un indirizzo e-mail.", "This does not look like an e-mail address."),
}


def wrong(it: str, en: str) -> ValidationError:
    """A fault in a field, in both languages."""
    return ValidationError([Text(it, en)])


def between(value: int, least: int, most: int) -> None:
    """Raise unless the number is within bounds."""
    if not least <= value <= most:
        raise wrong(f"Deve essere fra {least} e {most}.", f"Must be between {least} and {most}.")


class Body(Schema):
    """A body or form whose unknown fields are refused."""

    error_messages = _SPOKEN

    class Meta:
        """Nothing is dropped in silence."""

        unknown = RAISE


def described(kind: type[Schema], sentence: str) -> type[Schema]:
    """A schema made by `from_dict` (for a member named `from`), with its sentence."""
    kind.__doc__ = sentence
    return kind


class Spoken:
    """Gives a field its messages in both languages."""

    default_error_messages = _SPOKEN


class Whole(Spoken, fields.Integer):
    """A whole number within bounds; no booleans, no floats, no digits in quotes."""

    def __init__(self, least: int = 0, most: int = WHOLE_MAX, **options: Any) -> None:
        described = {"minimum": least, "maximum": most, **options.pop("metadata", {})}
        super().__init__(metadata=described, **options)
        self.least, self.most = least, most

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> int:
        if type(value) is not int:
            raise self.make_error("whole")
        between(value, self.least, self.most)
        return value


class Line(Spoken, fields.String):
    """One line of text; `letters` are its least and greatest length."""

    def __init__(self, letters: tuple[int, int] = (1, 200), **options: Any) -> None:
        described = {"minLength": letters[0], "maxLength": letters[1], "pattern": ONE_LINE}
        described.update(options.pop("metadata", {}))
        self.pattern = re.compile(options.pop("pattern")) if "pattern" in options else None
        if self.pattern:
            described["pattern"] = f"^(?:{self.pattern.pattern})$"
        super().__init__(metadata=described, **options)
        self.letters = letters

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("text")
        least, most = self.letters
        if not least <= len(value) <= most:
            raise wrong(
                f"Da {least} a {most} caratteri.", f"Between {least} and {most} characters."
            )
        if _NOT_ONE_LINE.search(value):
            raise self.make_error("one_line")
        if self.pattern and not self.pattern.fullmatch(value):
            raise self.make_error("invalid")
        return value


class Paragraph(Line):
    """Some lines of text, read as one: gaps and ends of lines become single spaces."""

    def _deserialize(self, value: Any, *args: Any, **more: Any) -> str:
        if isinstance(value, str):
            value = " ".join(value.split())
        return super()._deserialize(value, *args, **more)


class Email(Line):
    """An e-mail address, as far as its shape can tell."""

    def __init__(self, **options: Any) -> None:
        super().__init__((3, 254), metadata={"pattern": EMAIL_PATTERN}, **options)

    def _deserialize(self, value: Any, *args: Any, **more: Any) -> str:
        text = super()._deserialize(value, *args, **more)
        if not _EMAIL.fullmatch(text):
            raise self.make_error("email")
        return text


class Secret(Line):
    """A password: taken as it is, spaces included, and never shown again."""

    def __init__(self, **options: Any) -> None:
        super().__init__((1, 200), **options)


class Choice(Spoken, fields.String):
    """One of a few words."""

    def __init__(self, *choices: str, **options: Any) -> None:
        listed = [*choices, None] if options.get("allow_none") else [*choices]
        super().__init__(metadata={"enum": listed}, **options)
        self.choices = choices

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> str:
        if not isinstance(value, str) or value not in self.choices:
            listed = ", ".join(self.choices)
            raise wrong(f"Scegli fra: {listed}.", f"Choose from: {listed}.")
        return value


class Flag(Spoken, fields.Boolean):
    """True or false, and nothing that merely looks like it."""

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("flag")
        return value


class Moment(Spoken, fields.DateTime):
    """A time in RFC 3339 with its offset, read as aware UTC; parts below a microsecond are cut."""

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> datetime:
        match = _RFC_3339.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            raise self.make_error("moment")
        day, clock, second, fraction, offset = match.groups()
        leap = second == "60"  # a leap second, told as the first moment after it
        micro = (fraction or "").ljust(6, "0")[:6]
        plain = f"{day}T{clock}:{'59' if leap else second}.{'0' * 6 if leap else micro}"
        try:
            at = datetime.fromisoformat(plain + offset.upper().replace("Z", "+00:00"))
            return at.astimezone(UTC) + timedelta(seconds=1 if leap else 0)
        except (ValueError, OverflowError) as error:
            raise self.make_error("moment") from error


class Day(Spoken, fields.Date):
    """A date as 2026-11-21; read as a date."""

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("day")
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("day") from error


class Amount(Spoken, fields.Field[Money]):
    """`{"amount_minor": 1250, "currency": "EUR"}`, at least `least` and at most 10,000,000.00."""

    def __init__(self, least: int = 0, **options: Any) -> None:
        super().__init__(
            metadata={**_money_document(least), **options.pop("metadata", {})}, **options
        )
        self.least = least

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> Money:
        if not isinstance(value, dict) or value.keys() != {"amount_minor", "currency"}:
            raise self.make_error("money")
        minor, currency = value["amount_minor"], value["currency"]
        if type(minor) is not int:
            raise ValidationError({"amount_minor": [_SPOKEN["whole"]]})
        if not isinstance(currency, str) or not re.fullmatch("[A-Z]{3}", currency):
            raise ValidationError({"currency": [_SPOKEN["invalid"]]})
        between(minor, self.least, AMOUNT_MINOR_MAX)
        return Money(minor, currency)


def _money_document(least: int) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["amount_minor", "currency"],
        "additionalProperties": False,
        "properties": {
            "amount_minor": {"type": "integer", "minimum": least, "maximum": AMOUNT_MINOR_MAX},
            "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
        },
    }


class Many(Spoken, fields.List[Any]):
    """A list of bounded length."""

    def __init__(self, inner: fields.Field[Any], count: tuple[int, int], **options: Any) -> None:
        described = {"minItems": count[0], "maxItems": count[1], **options.pop("metadata", {})}
        super().__init__(inner, metadata=described, **options)
        self.count = count

    def _deserialize(self, value: Any, attr: Any, data: Any, **more: Any) -> list[Any]:
        if not isinstance(value, list):
            raise self.make_error("list")
        least, most = self.count
        if not least <= len(value) <= most:
            raise wrong(f"Da {least} a {most} voci.", f"Between {least} and {most} items.")
        return super()._deserialize(value, attr, data, **more)


class Inner(Spoken, fields.Nested):
    """An object inside an object."""


def spoken(messages: Any, pick: Callable[[Text], str]) -> dict[str, list[str]]:
    """Marshmallow's nested messages as `{"lines.0.quantity": ["…"]}`, in one language."""
    found: dict[str, list[str]] = {}
    _collect(messages, "", pick, found)
    return found


def _collect(
    messages: Any, path: str, pick: Callable[[Text], str], found: dict[str, list[str]]
) -> None:
    if isinstance(messages, dict):
        for name, inner in messages.items():
            below = path if name == "_schema" else f"{path}.{name}".lstrip(".")
            _collect(inner, below, pick, found)
        return
    for message in messages if isinstance(messages, list) else [messages]:
        if isinstance(message, dict):
            _collect(message, path, pick, found)
        else:
            sentence = pick(message) if isinstance(message, Text) else str(message)
            found.setdefault(path or "body", []).append(sentence)
