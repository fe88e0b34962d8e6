"""The first five steps of a shop: they tick themselves, and can be put away."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import Response, make_response, redirect, request, url_for

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.text import Text
from loyalty.counter.models import Visit
from loyalty.merchants import card_looks, first_steps
from loyalty.merchants.models import Staff
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.programs.models import Program
from loyalty.web import guard, reads, toasts
from loyalty.web.locale import pick

_PUT_AWAY = Text("L'elenco dei primi passi è tolto.", "The list of first steps is put away.")


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what to do, where, and whether it is done."""

    name: str
    url: str
    done: bool


@dataclass(frozen=True, slots=True)
class Checklist:
    """All steps, and how many are done."""

    steps: list[Step]

    @property
    def done(self) -> int:
        """How many are done."""
        return sum(step.done for step in self.steps)


def checklist() -> Checklist | None:
    """The list for whoever may see to it; None once it was put away."""
    duty = guard.duty()
    if Permission.SETTINGS not in duty.permissions:
        return None
    steps = first_steps.find(reads.session(), merchant_id=duty.merchant_id)
    return None if steps.put_away_at else Checklist(list(_steps(steps)))


def _steps(steps: first_steps.Steps) -> Iterator[Step]:
    records, duty = reads.session(), guard.duty()
    look = card_looks.find(records, merchant_id=duty.merchant_id)
    has_program = _is_there(Program.merchant_id, Program.current_version.is_not(None))
    begin = "portal.programs" if has_program else "portal.welcome"
    yield _step(Text("Pubblica il primo programma", "Publish a program"), begin, has_program)
    yield _step(Text("Disegna la carta", "Design your card"), "portal.card_design", look.number > 0)
    yield _step(
        Text("Leggi una carta di prova", "Scan a test card"),
        "portal.test_card",
        _is_there(Visit.merchant_id),
    )
    yield _step(
        Text("Stampa la locandina", "Print the poster"),
        "portal.posters",
        steps.poster_at is not None,
    )
    if Permission.STAFF in duty.permissions:
        yield _step(
            Text("Invita il personale", "Invite your staff"),
            "portal.staff",
            _is_there(Staff.merchant_id, Staff.id != duty.staff_id),
        )


def _step(name: Text, endpoint: str, done: bool) -> Step:  # noqa: FBT001  # a fact of the step
    return Step(pick(name), url_for(endpoint), done)


def _is_there(shop: Any, *conditions: sa.ColumnElement[bool]) -> bool:
    query = sa.select(sa.literal(1)).where(shop == guard.duty().merchant_id, *conditions).limit(1)
    return reads.session().execute(query).first() is not None


@blueprint.post("/portal/first-steps/put-away")
@guard.staff(Permission.SETTINGS)
def put_away_first_steps() -> Response:
    """Not shown any more; sent with `back` it is shown again."""
    is_back = request.form.get("back") == "1"
    with write() as records:
        first_steps.put_away(
            records, merchant_id=guard.duty().merchant_id, at=None if is_back else clock.now()
        )
    if not is_back:
        toasts.say(_PUT_AWAY, undo=url_for("portal.put_away_first_steps"), back="1")
    return make_response(redirect(url_for("portal.home"), 303))


@blueprint.context_processor
def _offer() -> dict[str, Any]:
    return {"checklist": checklist}
