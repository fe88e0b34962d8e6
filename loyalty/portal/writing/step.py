"""What a step of a campaign is: a form, the parts of the draft that it writes, and its page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema

from loyalty.campaigns.models import Campaign
from loyalty.core.text import Text
from loyalty.web.fields import Body, Line
from loyalty.web.forms import FormState

Parts = dict[str, Any]


class Stepped(Body):
    """The form of a step; `seen` names what stood in its part of the draft."""

    seen = Line((1, 40), load_default="")


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    `read` turns a valid form into `parts` of the plan (and may raise Invalid), `kept` says what
    stands in the fields, `around` what else the page shows. `fields` names the form's field for a
    field of the domain; `labels` are what its fields are called.
    """

    key: str
    name: Text
    parts: tuple[str, ...]
    schema: Schema
    read: Callable[[FormState, Campaign], Parts]
    kept: Callable[[Campaign], dict[str, str]]
    around: Callable[[Campaign], dict[str, Any]]
    fields: Mapping[str, str]
    labels: Mapping[str, Text]

    def at_fields(self, faults: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Faults of the domain at the fields that this page has, and others as they are."""
        found: dict[str, list[str]] = {}
        for name, sentences in faults.items():
            found.setdefault(self.fields.get(name, name), []).extend(sentences)
        return found
