"""Tasks: what is to do, for whom and until when; written here, or noticed by the system."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.customers import directory
from loyalty.feedback import remarks
from loyalty.merchants import accounts
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.listing import Pages
from loyalty.portal.task_shown import Reader, member_link
from loyalty.tasks import tasks as domain
from loyalty.tasks.models import DONE, OPEN
from loyalty.tasks.tasks import TaskChanged, Waiting, Wanted
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body, Day, Line, Paragraph
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, pick
from loyalty.web.visitrows import today

_SHOWN = 20
_NOW_SHOWN = 5
_WHAT_LETTERS_MAX = 300
_REF_LETTERS_MAX = 40
_DONE = Text("Fatto.", "Done.")
_OPEN = Text("È di nuovo da fare.", "It is to be done again.")
_ADDED = Text("Il compito è scritto.", "The task is written.")


class _Task(Body):
    what = Paragraph((1, _WHAT_LETTERS_MAX), required=True)
    customer = Line((1, _REF_LETTERS_MAX))
    assignee = Line((1, _REF_LETTERS_MAX))
    due_on = Day()
    key = Line((1, _REF_LETTERS_MAX), required=True)


_form = _Task()


@dataclass(frozen=True, slots=True)
class _About:
    """Whom a new task is about."""

    ref: str
    name: str
    link: str


@blueprint.get("/portal/tasks")
@guard.staff(Permission.REPORTS)
def tasks() -> Response:
    """What is to do, or what was done."""
    return _page(FormState())


@blueprint.post("/portal/tasks")
@guard.staff(Permission.REPORTS)
def add_task() -> Response:
    """Write a task; a second tap on the same form writes none."""
    form = read_form(_form)
    if not form.is_valid:
        return _page(form, status=422)
    values = form.values
    key = parse_ref("tsk", values["key"])
    if key is None:
        return _page(form, status=422)
    wanted = Wanted(
        values["what"], values.get("customer"), values.get("assignee"), values.get("due_on")
    )
    try:
        with write() as records:
            domain.add(records, duty=guard.duty(), wanted=wanted, key=key, at=clock.now())
    except Unknown as error:
        if error.thing != "staff":
            raise
        return _page(form.refuse("assignee", error.sentence), status=422)
    toasts.say(_ADDED)
    return _back()


@blueprint.post("/portal/tasks/<task_ref>/done")
@guard.staff(Permission.REPORTS)
def close_task(task_ref: str) -> Response:
    """It is done."""
    with write() as records:
        domain.close(records, duty=guard.duty(), task_ref=task_ref, at=clock.now())
    toasts.say(_DONE, undo=url_for("portal.reopen_task", task_ref=task_ref))
    return _back()


@blueprint.post("/portal/tasks/<task_ref>/reopen")
@guard.staff(Permission.REPORTS)
def reopen_task(task_ref: str) -> Response:
    """It is not done after all."""
    with write() as records:
        domain.reopen(records, duty=guard.duty(), task_ref=task_ref, at=clock.now())
    toasts.say(_OPEN)
    return _back()


@blueprint.post("/portal/tasks/<task_ref>/assign")
@guard.staff(Permission.REPORTS)
def assign_task(task_ref: str) -> Response:
    """Give it to somebody, or to nobody."""
    try:
        with write() as records:
            domain.assign(
                records,
                duty=guard.duty(),
                task_ref=task_ref,
                from_ref=request.form.get("was", ""),
                to_ref=request.form.get("assignee", ""),
                at=clock.now(),
            )
    except TaskChanged as changed:
        return _page(FormState(), refusal=pick(changed.sentence), status=409)
    return _back()


def _back() -> Response:
    """To the list as it was looked at."""
    mine = "mine" if request.args.get("who") == "mine" else None
    return make_response(redirect(url_for("portal.tasks", who=mine), 303))


def _page(form: FormState, *, refusal: str = "", status: int = 200) -> Response:
    records = reads.session()
    reader = Reader(records)
    state = DONE if request.args.get("state") == DONE else OPEN
    is_mine = request.args.get("who") == "mine"
    found, pages = _done(records, is_mine) if state == DONE else _open(records, is_mine)
    html = render_template(
        "portal/tasks.html",
        tasks=reader.read(found),
        pages=pages,
        state=state,
        is_mine=is_mine,
        waiting=waiting(),
        form=form,
        key=form.value("key") or ref("tsk", domain.new_key()),
        about=_about(records, form),
        staff=_staff(records),
        refusal=refusal,
        has_before=bool({"before", "after"} & request.args.keys()),
    )
    return make_response(html, status)


def _open(records: Session, is_mine: bool) -> tuple[Any, Pages]:  # noqa: FBT001  # a filter
    found = domain.open_page(
        records, duty=guard.duty(), is_mine=is_mine, after=_cursor(), limit=_SHOWN + 1
    )
    if len(found) <= _SHOWN:
        return found, Pages()
    due_on, task_id = domain.cursor_of(found[_SHOWN - 1])
    return found[:_SHOWN], Pages(next={"after": f"{due_on.isoformat()}.{ref('tsk', task_id)}"})


def _cursor() -> tuple[date, UUID] | None:
    day, _, task_ref = request.args.get("after", "").partition(".")
    task_id = parse_ref("tsk", task_ref)
    try:
        return (date.fromisoformat(day), task_id) if task_id else None
    except ValueError:
        return None


def _done(records: Session, is_mine: bool) -> tuple[Any, Pages]:  # noqa: FBT001  # a filter
    before = parse_ref("tsk", request.args.get("before", ""))
    found = domain.done_page(
        records, duty=guard.duty(), is_mine=is_mine, before=before, limit=_SHOWN + 1
    )
    if len(found) <= _SHOWN:
        return found, Pages()
    return found[:_SHOWN], Pages(next={"before": ref("tsk", found[_SHOWN - 1].id)})


def _staff(records: Session) -> list[tuple[str, str]]:
    """Who may be given a task: whoever can see it."""
    people = accounts.list_staff(records, merchant_id=guard.duty().merchant_id)
    return [(accounts.staff_ref(one), one.name) for one in people if one.active]


def _about(records: Session, form: FormState) -> _About | None:
    """The customer that a link from their page, or from a remark of theirs, names."""
    merchant_id = guard.duty().merchant_id
    customer_ref = form.value("customer") or request.args.get("customer", "")
    remark_ref = request.args.get("remark", "")
    if remark_ref:
        remark = remarks.find(records, merchant_id=merchant_id, remark_ref=remark_ref)
        customer_ref = ref("cus", remark.customer_id)
    if not customer_ref:
        return None
    customer = directory.find(records, merchant_id=merchant_id, customer_ref=customer_ref)
    name = customer.name or gettext("Customer without a name")
    return _About(customer_ref, name, member_link(customer_ref))


def waiting() -> Waiting:
    """How many tasks wait for this person to look at."""
    return domain.waiting(reads.session(), duty=guard.duty(), today=today())


def now_shown() -> Any:
    """The next few tasks, for the home page."""
    records = reads.session()
    found = domain.open_page(
        records, duty=guard.duty(), is_mine=False, after=None, limit=_NOW_SHOWN
    )
    return Reader(records).read(found)


@blueprint.context_processor
def _offer() -> dict[str, Any]:
    return {"tasks_waiting": waiting, "tasks_now": now_shown}
