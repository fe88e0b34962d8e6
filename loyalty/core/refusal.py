"""What every refusal of the product is: a code, facts, and a sentence in both languages."""

from typing import Any, ClassVar

from loyalty.core.text import Text

Facts = dict[str, Any]


class LoyaltyError(Exception):
    """A refusal that a person or a program can act on; `sentence` is in both languages."""

    code: ClassVar[str] = "refused"
    words: ClassVar[Text] = Text("Non si può fare.", "This cannot be done.")

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code, facts)
        self.facts: Facts = facts

    @property
    def sentence(self) -> Text:
        """What happened and what to do next, with the facts filled in."""
        return Text(self.words.it.format(**self.facts), self.words.en.format(**self.facts))

    def facts_in(self, _language: str) -> Facts:
        """The facts as plain values, with what is said in them in one language."""
        return self.facts


class Refused(LoyaltyError):
    """A rule of the shop says no; nothing was changed and the key stays free."""
