"""What the join page takes: two fields that may stay empty, and boxes that begin unticked."""

import re
from typing import Any

from marshmallow import fields

from loyalty.web.fields import Body, Email, Line, Spoken, wrong
from loyalty.web.forms import Tick

KEY_LETTERS = 26
_DIGITS_MIN, _PHONE_MAX = 6, 32
_PHONE = re.compile(r"[0-9+()/. -]+")
# What turns the direction of everything after it, or hides letters: no name needs it.
_DECEIVING = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def _in_plain_sight(text: str) -> str:
    if _DECEIVING.search(text):
        raise wrong(
            "Ci sono caratteri invisibili: scrivi con la tastiera invece di incollare.",
            "There are invisible characters: type it instead of pasting.",
        )
    return text


class _FirstName(Line):
    """A name in plain sight."""

    def _deserialize(self, value: Any, *args: Any, **more: Any) -> str:
        return _in_plain_sight(super()._deserialize(value, *args, **more))


class _Contact(Spoken, fields.Field[dict[str, str]]):
    """An e-mail address or a phone number, by the @: `{"email": …}` or `{"phone": …}`."""

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> dict[str, str]:
        text = _in_plain_sight(str(value))
        if "@" in text:
            return {"email": Email().deserialize(text)}
        digits = sum(letter.isdecimal() for letter in text)
        if not _PHONE.fullmatch(text) or digits < _DIGITS_MIN or len(text) > _PHONE_MAX:
            raise wrong(
                "Scrivi un'e-mail, come anna@esempio.it, o un numero di telefono; o lascia vuoto.",
                "Write an e-mail, like anna@example.com, or a phone number; or leave it empty.",
            )
        return {"phone": text}


class JoinForm(Body):
    """One screen: who, how old, what they agree to; `s` and `f` say which way they came."""

    name = _FirstName((1, 60))
    contact = _Contact()
    age = Tick()
    profiling = Tick()
    marketing = Tick()
    tracking = Tick()
    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)
    seal = Line((1, 64), required=True)
    s = Line((1, 10))
    f = Line((1, 64))
