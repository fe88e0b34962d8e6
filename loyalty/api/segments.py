"""Segments for other programs: the house's and the shop's own, and who is in them."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from loyalty.analytics import audience, saved, standing
from loyalty.analytics.builtin import BUILTIN
from loyalty.analytics.models import Segment
from loyalty.api import profiles
from loyalty.api.answers import CustomerAnswer
from loyalty.api.audiences import AudienceField
from loyalty.api.lists import PageQuery, page
from loyalty.api.operation import Contract, Section, answer
from loyalty.api.profiles import SegmentKey
from loyalty.api.receipt_answers import BilingualAnswer, text_field, whole_field
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import StateConflict
from loyalty.web import guard, reads
from loyalty.web.fields import NOT_BLANK, Body, Line

section = Section("segments", "Groups of members: those of the house, and the shop's own.")


class SegmentBody(Body):
    """A segment of the shop's own; its key is made from its name unless one is given."""

    name = Line((1, saved.NAME_MAX), pattern=NOT_BLANK, required=True)
    key = SegmentKey(allow_none=True)
    audience = AudienceField(required=True)


class SegmentAnswer(Schema):
    """A segment: who is meant by it, in words or as the shop has written it."""

    key = text_field()
    name = fields.Nested(BilingualAnswer, required=True)
    about = fields.Nested(BilingualAnswer, required=True, allow_none=True)
    built_in = fields.Boolean(required=True)
    audience = fields.Dict(required=True)


class SegmentMadeAnswer(SegmentAnswer):
    """A new segment, and how many members are in it now."""

    members = whole_field()


class SegmentsAnswer(Schema):
    """Every segment; there is no further page."""

    items = fields.List(fields.Nested(SegmentAnswer), required=True)
    next = text_field(nullable=True)


class MemberAnswer(CustomerAnswer):
    """A customer of a segment, and why they are in it."""

    why = fields.Nested(BilingualAnswer, required=True)


class MembersAnswer(Schema):
    """A page of a segment's members; the first says how many there are in all."""

    items = fields.List(fields.Nested(MemberAnswer), required=True)
    next = text_field(nullable=True)
    members = whole_field(nullable=True)


@section.call("GET", "/segments", Contract(scope="customers:read", answer=SegmentsAnswer))
def list_segments() -> Response:
    """List segments: the house's own, then the shop's in the order in which they were made."""
    own = saved.every(reads.session(), merchant_id=guard.duty().merchant_id)
    house = [
        {
            "key": one.key,
            "name": one.name.as_dict(),
            "about": one.about.as_dict(),
            "built_in": True,
            "audience": {"segment": one.key},
        }
        for one in BUILTIN.values()
    ]
    return answer({"items": [*house, *map(_shown, own)], "next": None})


@section.call(
    "POST",
    "/segments",
    Contract(
        scope="customers:write",
        body=SegmentBody,
        answer=SegmentMadeAnswer,
        status=201,
        refusals=(StateConflict,),
    ),
)
def save_segment(body: dict[str, Any]) -> Response:
    """Keep a segment under a name. A key that is taken is refused with `state_conflict`."""
    duty, at = guard.duty(), clock.now()
    with write() as session:
        made = saved.save(
            session,
            duty=duty,
            name=body["name"],
            key=body.get("key"),
            audience=body["audience"],
            at=at,
        )
        shown = _shown(made)
    return answer({**shown, "members": _count(shown["key"])}, 201)


@section.call(
    "GET",
    "/segments/<segment_key>/members",
    Contract(scope="customers:read", query=PageQuery, answer=MembersAnswer, unknown=("segment",)),
)
def list_segment_members(query: dict[str, Any], segment_key: str) -> Response:
    """List the members of a segment in the order in which they came, each with why."""
    found = profiles.matching(segment_key, after=query.get("cursor"), limit=query["limit"] + 1)
    people = [who for who, _ in found]
    items = [
        {**shown, "why": why.as_dict()}
        for shown, (_, why) in zip(profiles.shown(people), found, strict=True)
    ]
    members = None if "cursor" in query else _count(segment_key)
    return answer({**page(items, [who.id for who in people], query["limit"]), "members": members})


def _count(key: str) -> int:
    session, merchant_id = reads.session(), guard.duty().merchant_id
    on = standing.today(session, merchant_id=merchant_id, at=clock.now())
    return audience.count(
        session, merchant_id=merchant_id, audience=audience.of_segment(key), on=on
    )


def _shown(kept: Segment) -> dict[str, Any]:
    return {
        "key": kept.key,
        "name": {"it": kept.name, "en": kept.name},
        "about": None,
        "built_in": False,
        "audience": kept.audience,
    }
