"""Segments: the house's and the shop's own, with how many are in each, and a way to each."""

from dataclasses import dataclass

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.analytics import audience, saved
from loyalty.analytics.audience import Audience
from loyalty.analytics.builtin import BUILTIN
from loyalty.analytics.ground import Ground
from loyalty.campaigns import segments as used
from loyalty.campaigns.segments import SegmentInUse
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.members.criteria import Criteria
from loyalty.merchants.roles import Permission
from loyalty.portal import member_filters, segment_said
from loyalty.portal.blueprint import blueprint
from loyalty.portal.lapsed import ground_now
from loyalty.web import guard, reads, toasts
from loyalty.web.locale import gettext, pick

_STATES = 7  # the first of the house's are the states


@dataclass(frozen=True, slots=True)
class Shown:
    """A segment in the list."""

    key: str
    name: str
    about: str
    members: int
    href: str
    note: str = ""


@blueprint.get("/portal/segments")
@guard.staff(Permission.MEMBERS)
def segments() -> Response:
    """All of them, the shop's own first."""
    return page()


@blueprint.post("/portal/segments/<segment_key>/drop")
@guard.staff(Permission.MEMBERS)
def drop_segment(segment_key: str) -> Response:
    """Do away with one of the shop's own, unless a campaign still goes by it."""
    try:
        with write() as records:
            used.drop(records, duty=guard.duty(), key=segment_key, at=clock.now())
    except SegmentInUse as refused:
        return page(refusal=pick(refused.sentence), status=409)
    toasts.say(gettext("The segment is gone. Nobody in it was changed."))
    return make_response(redirect(url_for("portal.segments"), 303))


def page(*, refusal: str = "", status: int = 200) -> Response:
    """The list, with what was refused."""
    ground, records = ground_now(), reads.session()
    own = saved.every(records, merchant_id=ground.merchant_id)
    house = list(BUILTIN.values())
    meant = [
        *(_of(ground, audience.parse(one.audience)) for one in own),
        *(audience.of_segment(one.key) for one in house),
    ]
    counts = audience.counts_on(ground, meant)
    shown = render_template(
        "portal/segments.html",
        own=[
            Shown(one.key, one.name, segment_said.audience(records, one.audience), many,
                  _members(one.key))
            for one, many in zip(own, counts, strict=False)
        ],
        states=_house(ground, counts[len(own) :])[:_STATES],
        house=_house(ground, counts[len(own) :])[_STATES:],
        refusal=refusal,
    )  # fmt: skip
    return make_response(shown, status)


def _of(ground: Ground, wanted: Audience) -> Audience:
    return audience.resolved(ground.session, merchant_id=ground.merchant_id, audience=wanted)


def _house(ground: Ground, counts: list[int]) -> list[Shown]:
    has_margin = ground.measures.margin_percent is not None
    notes = {
        "sotto_zero": "" if has_margin else gettext("Say the shop's margin first."),
        "silenziosi": gettext("Until there are surveys, nobody is in it."),
    }
    return [
        Shown(one.key, pick(one.name), pick(one.about), many, _members(one.key),
              notes.get(one.key, ""))
        for one, many in zip(BUILTIN.values(), counts, strict=True)
    ]  # fmt: skip


def _members(key: str) -> str:
    return member_filters.address(Criteria(segment=key))
