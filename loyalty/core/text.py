"""A sentence in both languages of the product."""

import unicodedata
from dataclasses import dataclass

# Ends of lines, and marks that turn the direction of a text or cannot be seen.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence, written in Italian and in English."""

    it: str
    en: str

    def pick(self, language: str) -> str:
        """The sentence in `language` ("it" or "en"); anything else reads English."""
        return self.it if language == "it" else self.en

    def as_dict(self) -> dict[str, str]:
        """`{"it": …, "en": …}`, the shape used in JSON."""
        return {"it": self.it, "en": self.en}


def one_line(text: str) -> str:
    """The text without ends of lines, hidden marks and needless gaps: fit for a header."""
    seen = "".join(" " if unicodedata.category(one) in _HIDDEN else one for one in text)
    return " ".join(seen.split())
