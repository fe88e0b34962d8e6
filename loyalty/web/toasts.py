"""What was just done, said on the next page, with a way back where there is one.

A deed calls `say` and redirects; the page that comes next shows it once. It travels in the session
cookie of this browser: no personal text that the page itself would not show.
"""

from dataclasses import asdict, dataclass, field

import flask

from loyalty.core.text import Text
from loyalty.web.locale import pick

_KEPT = "toast"
_LETTERS_MAX = 240  # a cookie holds 4 KiB, and a toast one line


@dataclass(frozen=True, slots=True)
class Toast:
    """A sentence; `undo` is where its form posts to (nothing: no way back), with these fields."""

    said: str
    undo: str = ""
    fields: dict[str, str] = field(default_factory=dict)


def say(sentence: Text | str, *, undo: str = "", **fields: str) -> None:
    """Say it on the next page that this browser opens; a later one takes its place.

    `undo` is the address of a route of ours that takes it back by POST, and `fields` what its form
    holds besides the seal. The route behind it checks by itself whether that is still possible.
    """
    said = pick(sentence)
    if len(said) > _LETTERS_MAX:
        said = said[: _LETTERS_MAX - 1] + "…"
    flask.session[_KEPT] = asdict(Toast(said, undo, fields))


def take() -> Toast | None:
    """What is to be said now, once."""
    kept = flask.session.pop(_KEPT, None)
    return Toast(**kept) if isinstance(kept, dict) else None
