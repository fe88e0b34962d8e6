"""Forms that do something once, however often they are sent."""

from flask import request

from loyalty.core.signing import digest
from loyalty.counter.requests import intent as make_intent
from loyalty.ledger.state import Intent
from loyalty.web import guard
from loyalty.web.fields import Body, Line

KEY_LETTERS = 26


class Keyed(Body):
    """A form with a key of its own: sent twice, it is one deed."""

    key = Line((KEY_LETTERS, KEY_LETTERS), required=True)


def intent_of(key: str, body: object) -> Intent:
    """The intent of a form; the portal's keys never meet those of the till or of programs."""
    return make_intent(f"portal:{guard.duty().actor}:{key}", [request.endpoint, body])


def key_hash(key: str) -> bytes:
    """A form's key as tables keep it."""
    return digest(f"portal:{guard.duty().actor}:{request.endpoint}:{key}")
