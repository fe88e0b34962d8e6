"""How each kind of field is written in the form and read from it: exact both ways (pure)."""

import re
from dataclasses import dataclass, field
from typing import Any

from loyalty.core.money import NotAnAmount, digits, parse_amount
from loyalty.core.text import Text
from loyalty.programs.faults import Faults

WHOLE_LETTERS_MAX = 13
_GROUPED = {
    "it": re.compile(r"[0-9]{1,3}(\.[0-9]{3})+"),
    "en": re.compile(r"[0-9]{1,3}(,[0-9]{3})+"),
}
_FRACTION = re.compile(r"([0-9]{1,7})\s*/\s*([0-9]{1,7})")
_PERCENT = re.compile(r"([0-9]{1,5})(?:[.,]([0-9]{1,4}))?\s*%?")
_WHOLE = Text("Scrivi un numero intero, solo cifre.", "Write a whole number, digits only.")
_RATE = Text("Scrivi una percentuale, come 2 o 1,5.", "Write a percentage, like 2 or 1.5.")
_PLACES_MAX = 4


@dataclass(frozen=True, slots=True)
class Writing:
    """How this shop and this reader write numbers, and which names were written before.

    A name that the rules have already is kept to the letter; of a new one the gaps around it go.
    """

    currency: str
    language: str
    known: frozenset[str] = frozenset()
    faults: Faults = field(default_factory=dict)

    def wrong(self, name: str, said: Text) -> None:
        """Note a fault of a field."""
        self.faults.setdefault(name, []).append(said)

    def text(self, typed: str) -> str | None:
        """A line of text, or nothing."""
        kept = typed if typed in self.known else typed.strip()
        return kept or None

    def names(self, typed: str) -> list[str] | None:
        """Names, one a line; a carriage return belongs to the browser."""
        lines = [self.text(line.removesuffix("\r")) for line in typed.split("\n")]
        return [line for line in lines if line] or None

    def whole(self, name: str, typed: str) -> int | None:
        """A whole number; thousands may be marked."""
        plain = typed.strip().replace("\u00a0", "")
        if not plain:
            return None
        if _GROUPED[self.language].fullmatch(plain):
            plain = plain.replace(".", "").replace(",", "")
        digits_only = plain.removeprefix("-")
        if len(plain) > WHOLE_LETTERS_MAX or not (digits_only.isascii() and digits_only.isdigit()):
            self.wrong(name, _WHOLE)
            return None
        return int(plain)

    def money(self, name: str, typed: str) -> int | None:
        """An amount in minor units."""
        if not typed.strip():
            return None
        try:
            return parse_amount(typed, self.currency, self.language)
        except NotAnAmount:
            example = "12,40" if digits(self.currency) else "1240"
            said = Text(
                f"Scrivi una somma, come {example}.",
                f"Write an amount, like {example.replace(',', '.')}.",
            )
            self.wrong(name, said)
            return None

    def amount(self, minor: int) -> str:
        """Money as one would type it: "12,40", "12.40", and whole amounts without their zeros."""
        places = digits(self.currency)
        whole, rest = divmod(minor, 10**places)
        if not rest:
            return str(whole)
        return f"{whole}{',' if self.language == 'it' else '.'}{rest:0{places}d}"

    def rate(self, name: str, typed: str) -> list[int] | None:
        """A share as numerator and denominator: "2" is [2, 100], "1,5" [15, 1000], "1/3" [1, 3]."""
        plain = typed.strip()
        if not plain:
            return None
        if match := _FRACTION.fullmatch(plain):
            return [int(match[1]), int(match[2])]
        match = _PERCENT.fullmatch(plain)
        if match is None:
            self.wrong(name, _RATE)
            return None
        fraction = match[2] or ""
        return [int(match[1] + fraction), 100 * 10 ** len(fraction)]

    def share(self, rate: list[Any]) -> str:
        """The same written so that it reads back as it is."""
        numerator, denominator = rate
        places = len(str(denominator)) - 3
        if not 0 <= places <= _PLACES_MAX or denominator != 100 * 10**places:
            return f"{numerator}/{denominator}"
        whole, rest = divmod(numerator, 10**places)
        if not places:
            return str(whole)
        return f"{whole}{',' if self.language == 'it' else '.'}{rest:0{places}d}"


def names_in(raw: Any) -> frozenset[str]:
    """Every text of a document, to the letter."""
    if isinstance(raw, dict):
        return frozenset().union(*(names_in(value) for value in raw.values()))
    if isinstance(raw, list):
        return frozenset().union(*(names_in(value) for value in raw))
    return frozenset({raw}) if isinstance(raw, str) else frozenset()
