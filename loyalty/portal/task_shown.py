"""How tasks read: what to do, for whom, by whom, until when, and where to go to do it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from flask import url_for
from flask_babel import ngettext  # type: ignore[import-untyped]  # it ships no types
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.counter import causes
from loyalty.customers import living
from loyalty.imports import adopting
from loyalty.merchants import accounts
from loyalty.programs import catalogue, editor
from loyalty.tasks.models import DONE, Task
from loyalty.web import guard
from loyalty.web.locale import gettext, money, pick
from loyalty.web.visitrows import today


@dataclass(frozen=True, slots=True)
class Shown:
    """A task in a list."""

    ref: str
    what: str
    link: str
    is_by_system: bool
    customer: str
    customer_link: str
    assignee_ref: str
    assignee: str
    due_on: date | None
    due: str
    is_overdue: bool
    is_done: bool
    done_by: str
    done_at: datetime | None


class Reader:
    """Reads tasks out; what many of them need is looked up once."""

    def __init__(self, records: Session) -> None:
        self._records = records
        self._merchant_id = guard.duty().merchant_id
        self._sentences: Mapping[str, Callable[[Mapping[str, Any]], tuple[str, str]]] = {
            "remark": self._remark,
            "stock": self._stock,
            "payout": self._payout,
            "import": self._import,
            "evidence": self._evidence,
        }

    def read(self, tasks: Sequence[Task]) -> list[Shown]:
        """The tasks in words."""
        asked = {one.customer_id for one in tasks if one.customer_id is not None}
        people = living.people(self._records, merchant_id=self._merchant_id, customer_ids=asked)
        return [self._shown(one, people) for one in tasks]

    @cached_property
    def staff(self) -> dict[str, str]:
        """Everybody's name by ref."""
        found = accounts.list_staff(self._records, merchant_id=self._merchant_id)
        return {accounts.staff_ref(one): one.name for one in found}

    @cached_property
    def _beneficiaries(self) -> dict[str, str]:
        found = causes.overview(self._records, merchant_id=self._merchant_id, at=clock.now())
        return {one.key: one.beneficiary for one in found}

    def _shown(self, task: Task, people: Mapping[Any, Any]) -> Shown:
        sentence = self._sentences.get(task.kind)
        what, link = sentence(task.facts) if sentence else (task.what or "", "")
        person = people.get(task.customer_id)
        assignee = ref("stf", task.assignee_id) if task.assignee_id else ""
        is_done = task.state == DONE
        return Shown(
            ref=ref("tsk", task.id),
            what=what or gettext("About somebody who has left"),
            link=link,
            is_by_system=sentence is not None,
            customer=(person.name or gettext("Customer without a name")) if person else "",
            customer_link=member_link(ref("cus", person.id)) if person else "",
            assignee_ref=assignee,
            assignee=self.staff.get(assignee, ""),
            due_on=task.due_on,
            due=_due(task.due_on) if task.due_on else "",
            is_overdue=not is_done and task.due_on is not None and task.due_on < today(),
            is_done=is_done,
            done_by=self.staff.get(task.done_by or "", ""),
            done_at=task.done_at,
        )

    def _remark(self, _: Mapping[str, Any]) -> tuple[str, str]:
        return gettext("Answer what was said at the counter"), url_for("portal.remarks")

    def _stock(self, facts: Mapping[str, Any]) -> tuple[str, str]:
        name = self._reward(facts["program"], facts["reward"])
        if facts["left"] <= 0:
            said = gettext("“%(reward)s” is used up: make more, or take it out", reward=name)
        else:
            said = gettext("“%(reward)s”: only %(num)s left", reward=name, num=facts["left"])
        return said, url_for("portal.programs")

    def _reward(self, program_ref: str, key: str) -> str:
        try:
            program = editor.find(
                self._records, merchant_id=self._merchant_id, program_ref=program_ref
            )
        except Unknown:
            return key
        version = catalogue.version(
            self._records,
            merchant_id=self._merchant_id,
            program_id=program.id,
            number=program.current_version or 1,
        )
        names = {one.key: pick(one.name) for one in version.document.rewards}
        return names.get(key, key)

    def _payout(self, facts: Mapping[str, Any]) -> tuple[str, str]:
        whom = self._beneficiaries.get(facts["cause"], facts["cause"])
        said = gettext("Pay %(money)s to %(whom)s", money=money(facts["payable_minor"]), whom=whom)
        return said, url_for("portal.causes")

    def _import(self, facts: Mapping[str, Any]) -> tuple[str, str]:
        import_id = parse_ref("imp", facts["import"])
        assert import_id is not None, "the system wrote it"
        upload = adopting.seen(
            self._records, merchant_id=self._merchant_id, import_ref=facts["import"]
        )
        said = ngettext(
            "Correct one row of “%(file)s” and bring it again",
            "Correct %(num)s rows of “%(file)s” and bring them again",
            facts["rows"],
            file=upload.file_name,
        )
        return said, url_for("portal.import_page", import_ref=facts["import"])

    def _evidence(self, facts: Mapping[str, Any]) -> tuple[str, str]:
        name = self.staff.get(facts["staff"], "")
        return gettext("Look at the checks of %(name)s", name=name), url_for("portal.evidence")


def member_link(customer_ref: str) -> str:
    """The page of a customer."""
    return url_for("portal.member", member_ref=customer_ref)


def _due(on: date) -> str:
    """Today, tomorrow, or nothing: then the date says it."""
    if on == today():
        return gettext("today")
    return gettext("tomorrow") if on == today() + timedelta(days=1) else ""
