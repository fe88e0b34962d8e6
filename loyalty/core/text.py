"""A sentence in both languages of the product."""

from dataclasses import dataclass


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
