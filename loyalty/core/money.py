"""Money in minor units: reading and writing amounts exactly, never through a float."""

import re
from dataclasses import dataclass

AMOUNT_MINOR_MAX = 1_000_000_000  # 10,000,000.00: more than that is a slip of the finger
_ZERO_DIGITS = frozenset({"JPY", "KRW", "ISK", "CLP", "VND", "XAF", "XOF", "XPF"})
_THREE_DIGITS = frozenset({"BHD", "JOD", "KWD", "OMR", "TND", "IQD", "LYD"})
_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF"}
# Thousands are marked every three digits or not at all: "1.2.3" is a slip, not 123.
_GROUPED = {
    ".": re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+(?:,\d*)?"),
    ",": re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?"),
}
_PLAIN = re.compile(r"(\d{1,12})(?:\.(\d{0,6}))?")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's smallest unit (cents for EUR)."""

    amount_minor: int
    currency: str

    def as_dict(self) -> dict[str, object]:
        """`{"amount_minor": …, "currency": …}`, the shape used in JSON."""
        return {"amount_minor": self.amount_minor, "currency": self.currency}


class NotAnAmount(ValueError):
    """The text is not an amount of money in that currency."""


def digits(currency: str) -> int:
    """How many decimals the currency has (ISO 4217): 2 for EUR, 0 for JPY, 3 for TND."""
    if currency in _ZERO_DIGITS:
        return 0
    return 3 if currency in _THREE_DIGITS else 2


def about_one(currency: str) -> int:
    """Minor units of one of a currency, or of a hundred where it has no smaller part."""
    return int(10 ** (digits(currency) or 2))


def parse_amount(text: str, currency: str, language: str = "en") -> int:
    """Minor units of an amount as a person writes it: "12,40" in Italian, "12.40" in English.

    Grouping marks are understood ("1.234,50"). Raises NotAnAmount.
    """
    plain = text.strip().replace("\u00a0", "").replace(" ", "").strip("€$£")
    mark = "." if language == "it" else ","
    if _GROUPED[mark].fullmatch(plain):
        plain = plain.replace(mark, "")
    # What is left of either mark is a decimal point: phones' keypads offer only one of them.
    return minor_units(plain.replace(",", ".", 1), currency)


def minor_units(plain: str, currency: str) -> int:
    """Minor units of plain digits with an optional point ("12.4" -> 1240). Raises NotAnAmount."""
    match = _PLAIN.fullmatch(plain)
    if match is None:
        raise NotAnAmount(plain)
    whole, fraction = match[1], (match[2] or "").rstrip("0")
    places = digits(currency)
    if len(fraction) > places:
        raise NotAnAmount(plain)
    return int(whole + fraction.ljust(places, "0"))


def format_amount(minor: int, currency: str, language: str) -> str:
    """An amount as people read it: "1.234,50 €" in Italian, "€1,234.50" in English."""
    places = digits(currency)
    whole, rest = divmod(abs(minor), 10**places)
    grouped = f"{whole:,}"
    fraction = f".{rest:0{places}d}" if places else ""
    sign = "-" if minor < 0 else ""
    symbol = _SYMBOLS.get(currency, currency)
    if language == "it":
        italian = (grouped + fraction).translate(str.maketrans(",.", ".,"))
        return f"{sign}{italian} {symbol}"
    gap = " " if len(symbol) > 1 else ""
    return f"{sign}{symbol}{gap}{grouped}{fraction}"
