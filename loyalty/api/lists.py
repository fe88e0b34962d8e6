"""Pages of a list: how many, after which one, and where the next page begins."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from marshmallow import fields

from loyalty.web.fields import Body, Spoken, between, wrong

LIMIT_DEFAULT = 50
LIMIT_MAX = 200
_CURSOR_LETTERS = 22
CURSOR_PATTERN = "^[A-Za-z0-9_-]{21}[AQgw]$"


class Cursor(Spoken, fields.String):
    """Where a page begins: what `next` of the page before said, read as the key behind it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"pattern": CURSOR_PATTERN}, **options)

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> Any:
        try:
            key = base64.urlsafe_b64decode(str(value).encode("ascii") + b"==")
        except (ValueError, binascii.Error):
            key = b""
        if len(value) != _CURSOR_LETTERS or cursor_of(UUID(bytes=key.ljust(16)[:16])) != value:
            raise wrong(
                "Usa il valore di next della pagina precedente.",
                "Use the value of next from the page before.",
            )
        return UUID(bytes=key)


class Limit(Spoken, fields.Integer):
    """How many items a page holds."""

    def __init__(self) -> None:
        bounds = {"minimum": 1, "maximum": LIMIT_MAX, "default": LIMIT_DEFAULT}
        super().__init__(metadata=bounds, load_default=LIMIT_DEFAULT)

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> int:
        text = str(value)
        if len(text) > len(str(LIMIT_MAX)) or not (text.isascii() and text.isdigit()):
            raise wrong(f"Da 1 a {LIMIT_MAX}.", f"Between 1 and {LIMIT_MAX}.")
        between(int(text), 1, LIMIT_MAX)
        return int(text)


class PageQuery(Body):
    """Which part of a list."""

    limit = Limit()
    cursor = Cursor()


def cursor_of(key: UUID) -> str:
    """The opaque text for a key."""
    return base64.urlsafe_b64encode(key.bytes).decode("ascii").rstrip("=")


def page(items: Sequence[dict[str, Any]], keys: Sequence[UUID], limit: int) -> dict[str, Any]:
    """`{"items", "next"}` of what was read with `limit + 1`: one too many means there is more.

    `keys` are the keys of the rows that `items` were made from, in the same order.
    """
    more = len(keys) > limit
    return {
        "items": list(items[:limit]),
        "next": cursor_of(keys[limit - 1]) if more else None,
    }
