"""The staff log: who did what, to what, when, on which till; to look through and to take away."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, render_template, request

from loyalty.core.ids import parse_ref
from loyalty.core.text import Text
from loyalty.merchants import accounts, act_log, devices, keys
from loyalty.merchants.act_log import Entry, Filter
from loyalty.merchants.roles import Permission
from loyalty.portal import period
from loyalty.portal.act_words import GROUPS, WORDS, of_group
from loyalty.portal.blueprint import blueprint
from loyalty.portal.listing import Pages, here
from loyalty.portal.period import Picked
from loyalty.web import guard, reads, sheets
from loyalty.web.locale import gettext, number, pick, zone
from loyalty.web.visitrows import begin_of

_SHOWN = 50
_ROWS_MAX = 20_000
_THINGS = {
    "cmp": Text("campagna", "campaign"),
    "crd": Text("carta", "card"),
    "cus": Text("cliente", "customer"),
    "prg": Text("programma", "program"),
    "vis": Text("visita", "visit"),
    "rmk": Text("osservazione", "remark"),
    "job": Text("lavoro", "job"),
    "pay": Text("versamento", "payout"),
}
_SYSTEM = Text("Il sistema", "The system")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line in words."""

    at: datetime
    who: str
    what: str
    to: str
    where: str


@dataclass(frozen=True, slots=True)
class _Names:
    """What people, tills and keys of the shop are called, by their refs."""

    actors: dict[str, str]
    tills: dict[str, str]

    def line(self, entry: Entry) -> _Line:
        """An entry in words."""
        who = pick(_SYSTEM) if entry.actor == "system" else self.actors.get(entry.actor, "")
        to = "" if entry.target == entry.actor else self._thing(entry.target)
        words = WORDS.get(entry.act)
        return _Line(
            at=entry.at,
            who=who,
            what=pick(words) if words else entry.act,
            to=to,
            where=self.tills.get(entry.device or "", ""),
        )

    def _thing(self, target: str) -> str:
        known = self.actors.get(target) or self.tills.get(target)
        if known:
            return known
        kind, _, letters = target.partition("_")
        return f"{pick(_THINGS[kind])} …{letters[-4:]}" if kind in _THINGS else ""


@blueprint.get("/portal/staff/log")
@guard.staff(Permission.STAFF)
def staff_log() -> str:
    """The newest first, as the address filters it."""
    records, which = reads.session(), _wanted()
    before = parse_ref("act", request.args.get("before", ""))
    found = act_log.page(
        records,
        merchant_id=guard.duty().merchant_id,
        which=which,
        before=before,
        limit=_SHOWN + 1,
    )
    names = _names()
    lines = [names.line(entry) for entry in found[:_SHOWN]]
    more = {"before": found[_SHOWN - 1].ref} if len(found) > _SHOWN else {}
    said = gettext("%(count)s shown", count=number(len(lines)))
    return render_template(
        "portal/staff_log.html",
        lines=lines,
        pages=Pages(said=said, next=more),
        is_first=before is None,
        **_choices(names),
    )


@blueprint.get("/portal/staff/log.csv")
@guard.staff(Permission.STAFF, fresh=True)
def staff_log_csv() -> Response:
    """Exactly what is filtered, as a file; the newest 20,000 lines at most."""
    names = _names()
    entries = act_log.every(
        reads.session(), merchant_id=guard.duty().merchant_id, which=_wanted(), most=_ROWS_MAX
    )
    return sheets.answer("staff-log", [_head(), *(_row(names.line(one)) for one in entries)])


def _head() -> tuple[str, ...]:
    return (
        gettext("When"),
        gettext("Who"),
        gettext("What"),
        gettext("To whom or what"),
        gettext("At which till"),
    )


def _row(line: _Line) -> tuple[str, ...]:
    when = line.at.astimezone(zone()).strftime("%Y-%m-%d %H:%M")
    return (when, line.who, line.what, line.to, line.where)


def _wanted() -> Filter:
    """What the address asks for; what makes no sense in it filters nothing."""
    person, group = request.args.get("person", ""), request.args.get("act", "")
    chosen = _days().period
    return Filter(
        actor=person if parse_ref(person[:3], person) else None,
        acts=of_group(group) if group in GROUPS else None,
        since=begin_of(chosen.span.first) if chosen else None,
        until=begin_of(chosen.span.last + timedelta(days=1)) if chosen else None,
    )


def _days() -> Picked:
    return period.picked(period.EVER, compares=False)


def _names() -> _Names:
    records, merchant_id = reads.session(), guard.duty().merchant_id
    people = accounts.list_staff(records, merchant_id=merchant_id)
    actors = {accounts.staff_ref(person): person.name for person in people}
    made = keys.list_keys(records, merchant_id=merchant_id)
    actors |= {key.ref: key.name for key in made}
    return _Names(actors, devices.names(records, merchant_id=merchant_id))


def _choices(names: _Names) -> dict[str, Any]:
    people = sorted(names.actors.items(), key=lambda one: one[1].casefold())
    person, group = request.args.get("person", ""), request.args.get("act", "")
    days, chosen = _days(), []
    if person in names.actors:
        chosen.append((names.actors[person], here(person=None)))
    if group in GROUPS:
        chosen.append((pick(GROUPS[group]), here(act=None)))
    return {
        "people": [("", gettext("Everybody")), *people],
        "groups": [("", gettext("Everything")), *((key, pick(GROUPS[key])) for key in GROUPS)],
        "person_is": person,
        "group_is": group,
        "days": days,
        "chosen": chosen,
    }
