"""A word typed by hand before what cannot be undone."""

from flask import request

from loyalty.web.locale import gettext


def is_typed(word: str) -> bool:
    """Whether the field "typed" of this form holds the word, whatever its case."""
    return " ".join(request.form.get("typed", "").split()).casefold() == word.casefold()


def not_typed(word: str) -> list[str]:
    """What stands at the field when it does not."""
    return [gettext("Type %(word)s exactly, or leave it as it is.", word=word)]
