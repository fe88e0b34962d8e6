"""What somebody typed into a form that came too late: kept in the page, for them alone.

It goes out encrypted with the page that asks them to sign in, comes back with their password, and
is offered to be sent again. Passwords are never kept, and nothing for anybody else.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from flask import request

from loyalty.core.db import current
from loyalty.core.sealing import seal, unseal
from loyalty.core.text import Text
from loyalty.web import session as sessions
from loyalty.web import toasts
from loyalty.web.locale import relative_path

NEVER_KEPT = frozenset({"csrf_token", "password", "again", "old", "pin", "proof", "code"})
LETTERS_MAX = 256_000  # typed
_SEALED_LETTERS_MAX = 48_000  # it comes back with a password, and a body holds 64 KiB
_PURPOSE = "kept-form"
_KEPT_FOR_S = 24 * 3600
_GONE = Text(
    "Quello che era stato scritto prima di entrare non si può riprendere: va scritto di nuovo.",
    "What was typed before signing in cannot be taken up again: it has to be typed anew.",
)
_SHOWN_MAX, _SHOWN_LETTERS_MAX = 6, 120


@dataclass(frozen=True, slots=True)
class Kept:
    """A form that waits: whose it is, where it goes, and its fields as they were sent."""

    who: str
    path: str
    fields: tuple[tuple[str, str], ...]

    @property
    def typed(self) -> list[str]:
        """Some of what was typed, shortened, so that the person sees that it is there."""
        words = [text for _, text in self.fields if " " in text or len(text) > 1]
        return [text[:_SHOWN_LETTERS_MAX] for text in words if not _is_ours(text)][:_SHOWN_MAX]


def sealed(*, who: str, at: datetime) -> str:
    """This request's form for that person; empty where there is nothing to keep, or too much."""
    if request.method != "POST" or request.files:
        return ""
    fields = [
        (name, text) for name, text in request.form.items(multi=True) if name not in NEVER_KEPT
    ]
    typed = urlencode(fields)
    if len(typed) > LETTERS_MAX:
        return ""
    told = json.dumps([who, request.full_path.rstrip("?"), typed])
    hidden = seal(current().settings.secret, _PURPOSE, told, at=at)
    return hidden if len(hidden) <= _SEALED_LETTERS_MAX else ""


def opened(text: str, *, who: str, at: datetime) -> Kept | None:
    """The form again, if it is this person's and not a day old; else None, and they are told."""
    if not text:
        return None
    found = _opened(text, who, at)
    if found is None:
        toasts.say(_GONE)
    return found


def _opened(text: str, who: str, at: datetime) -> Kept | None:
    told = unseal(
        current().settings.secret, _PURPOSE, text,
        at=at, seconds_max=_KEPT_FOR_S, letters_max=2 * LETTERS_MAX,
    )  # fmt: skip
    if told is None:
        return None
    owner, path, typed = json.loads(told)
    if owner != who or relative_path(path) is None:
        return None
    return Kept(owner, path, tuple(parse_qsl(typed, keep_blank_values=True)))


def of_whoever_was_here(*, at: datetime) -> str:
    """This request's form for the person whose session is over in this browser."""
    maker = sessions.maker_of_form()
    return sealed(who=maker, at=at) if maker else ""


def _is_ours(text: str) -> bool:
    """Keys, refs and choices that stand in a form beside what a person typed."""
    if text.isascii() and text.isalpha() and text.islower():
        return True
    return (" " not in text and len(text) >= 20 and text.upper() == text) or "_0" in text  # noqa: PLR2004  # a ref
