"""Whether a sentence is short enough to be read at a counter, and what makes it long (pure)."""

from loyalty.core.text import Text

# A person waiting for a coffee has about a quarter of a minute. That is 40 words at the 170 to 200
# a minute of somebody who reads standing, and 240 characters, which fill six lines of a phone.
CHARACTERS_MAX = 240
WORDS_MAX = 40
_SHOWN_MAX = 80


def too_long(text: Text) -> Text | None:
    """What to say to whoever wrote rules whose sentence is too long in either language, or None.

    It names the length, the limit and the longest clause; clauses are divided by "; ".
    """
    if not any(_is_long(said) for said in (text.it, text.en)):
        return None
    return Text(_advice_it(text.it), _advice_en(text.en))


def _is_long(said: str) -> bool:
    return len(said) > CHARACTERS_MAX or _words(said) > WORDS_MAX


def _words(said: str) -> int:
    return len(said.split())


def _longest(said: str) -> str:
    """The longest clause, cut where it would make the advice itself too long."""
    clause = max(said.removesuffix(".").split("; "), key=len)
    if len(clause) <= _SHOWN_MAX:
        return clause
    return f"{clause[:_SHOWN_MAX].rsplit(' ', 1)[0]}…"


def _advice_it(said: str) -> str:
    return (
        f"Le regole in parole sono lunghe: {_words(said)} parole e {len(said)} caratteri. Alla"
        f" cassa se ne leggono {WORDS_MAX}, o {CHARACTERS_MAX} caratteri. La parte più lunga è"
        f" «{_longest(said)}»: si può togliere, o dire con meno condizioni?"
    )


def _advice_en(said: str) -> str:
    return (
        f"The rules in words are long: {_words(said)} words and {len(said)} characters. At a"
        f" counter people read {WORDS_MAX}, or {CHARACTERS_MAX} characters. The longest part is"
        f" “{_longest(said)}”: can it go, or be said with fewer conditions?"
    )
