"""Trying a version on the shop's own past, for other programs."""

from typing import Any

from flask import Response
from marshmallow import Schema, fields

from loyalty.api.operation import Contract, answer
from loyalty.api.programs import section, version_number
from loyalty.api.receipt_answers import BilingualAnswer, WarningAnswer, text_field, whole_field
from loyalty.core import clock
from loyalty.core.db import read
from loyalty.core.errors import Invalid
from loyalty.counter import simulation
from loyalty.counter.simulation import Days
from loyalty.programs import editor
from loyalty.programs.simulator_result import REDEEMING
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Day, described

SALES_MAX = 300_000  # some ten seconds of one thread; beyond, the command line has time
DaysBody = described(
    Body.from_dict({"from": Day(allow_none=True), "to": Day(allow_none=True)}, name="DaysBody"),
    "Which days of the past to play, both included; without them, all.",
)


class SumAnswer(Schema):
    """Money added up."""

    amount_minor = whole_field()
    currency = text_field()


def _sums() -> fields.Dict:
    """Money by the key of a cause."""
    return fields.Dict(keys=fields.String(), values=fields.Nested(SumAnswer), required=True)


class SimulatedCost(Schema):
    """What the program would have cost.

    `share_bp` is the total in ten-thousandths of the net sales; null without any.
    """

    total = fields.Nested(SumAnswer, required=True)
    share_bp = whole_field(nullable=True)
    rewards = fields.Nested(SumAnswer, required=True)
    rewards_of_unknown_cost = whole_field()
    pledged = _sums()
    donated = _sums()


class SimulatedUnits(Schema):
    """Units of one kind: earned = redeemed + expired + left; of those left, some may wait still."""

    earned = whole_field()
    redeemed = whole_field()
    expired = whole_field()
    left = whole_field()
    waiting = whole_field()


class SimulatedReward(Schema):
    """How often a reward was given, and how many customers could have had it by saving up."""

    key = text_field()
    name = fields.Nested(BilingualAnswer, required=True)
    given = whole_field()
    within_reach = whole_field()
    cost = fields.Nested(SumAnswer, required=True, allow_none=True)
    sold_out_on = fields.Date(required=True, allow_none=True)


class SimulatedTier(Schema):
    """How many customers stood at a level in the end; a null key is no level."""

    key = text_field(nullable=True)
    name = fields.Nested(BilingualAnswer, required=True, allow_none=True)
    customers = whole_field()


class SimulatedFirst(Schema):
    """How many visits the first reward took: a quarter, half, three quarters needed at most these.

    Of those who got one; the others are `never`.
    """

    reached = whole_field()
    never = whole_field()
    lower = whole_field(nullable=True)
    median = whole_field(nullable=True)
    upper = whole_field(nullable=True)


class SimulatedMonth(Schema):
    """One month, like 2026-05."""

    month = fields.String(required=True, metadata={"pattern": "^[0-9]{4}-[0-9]{2}$"})
    sales = whole_field()
    net = fields.Nested(SumAnswer, required=True)
    rewards = whole_field()
    cost = fields.Nested(SumAnswer, required=True)


_ON = {
    "from": fields.Date(required=True, allow_none=True),
    "to": fields.Date(required=True, allow_none=True),
}


class SimulationAnswer(Schema.from_dict(_ON)):  # type: ignore[misc]  # made as it runs
    """A version played over past sales; `assumptions` say what nobody can know."""

    redeeming = fields.String(required=True, metadata={"enum": [REDEEMING]})
    assumptions = fields.List(fields.Nested(BilingualAnswer), required=True)
    sales = whole_field()
    refused = whole_field()
    without_amount = whole_field()
    customers = whole_field()
    median_visits = whole_field(nullable=True)
    net = fields.Nested(SumAnswer, required=True)
    cost = fields.Nested(SimulatedCost, required=True)
    units = fields.Dict(keys=fields.String(), values=fields.Nested(SimulatedUnits), required=True)
    rewards = fields.List(fields.Nested(SimulatedReward), required=True)
    tiers = fields.List(fields.Nested(SimulatedTier), required=True)
    first_reward = fields.Nested(SimulatedFirst, required=True)
    months = fields.List(fields.Nested(SimulatedMonth), required=True)
    warnings = fields.List(fields.Nested(WarningAnswer), required=True)


@section.call(
    "POST",
    "/programs/<program_ref>/versions/<number>/simulate",
    Contract(
        # It writes nothing, but it tells what the shop takes, and it works hard: it belongs to
        # whoever drafts the rules, not to a page that shows them.
        scope="programs:write",
        body=DaysBody,
        answer=SimulationAnswer,
        unknown=("program", "version"),
        refusals=(Invalid,),
    ),
)
def simulate_version(body: dict[str, Any], program_ref: str, number: str) -> Response:
    """Try a version, draft or published, on the shop's past sales; nothing is written.

    More than 300,000 sales in these days are `invalid`: choose fewer days, or use the command
    line. A draft that could not be published is `invalid` too, field by field.
    """
    merchant_id, days = guard.duty().merchant_id, Days(body.get("from"), body.get("to"))
    editor.find(reads.session(), merchant_id=merchant_id, program_ref=program_ref)
    version = version_number(number)
    with read() as session:
        simulation.demand_few(session, merchant_id=merchant_id, days=days, most=SALES_MAX)
        found = simulation.simulate(
            session,
            merchant_id=merchant_id,
            program_ref=program_ref,
            number=version,
            days=days,
            at=clock.now(),
        )
    return answer(found.as_dict())
