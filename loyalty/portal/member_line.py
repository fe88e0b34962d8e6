"""A member's line of time in words: what happened, who did it, why, and what can still be done."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import request, url_for
from sqlalchemy.orm import Session

from loyalty.campaigns import reading
from loyalty.core.ids import ref
from loyalty.core.money import Money
from loyalty.core.text import Text
from loyalty.feedback.remarks import KINDS as REMARKS
from loyalty.members import timeline, told
from loyalty.members.timeline import Whose
from loyalty.members.told import Told
from loyalty.merchants.roles import Permission
from loyalty.portal import line_words, member_words
from loyalty.portal.campaign_words import MESSAGES, trouble
from loyalty.portal.evidence import names, unit_names
from loyalty.portal.mailbox import KINDS as MAILS
from loyalty.programs import words
from loyalty.programs.earning import is_cause
from loyalty.web import guard
from loyalty.web.locale import gettext, language, money, pick, shop

SHOWN = 25


@dataclass(frozen=True, slots=True)
class Gain:
    """Units that came or went."""

    units: int
    label: str


@dataclass(frozen=True, slots=True)
class NoteShown:
    """A note with what may be done about it."""

    ref: str
    edits: int
    is_mine: bool
    is_struck: bool
    past: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Event:
    """One line: `lines` are reasons or words, `quoted` what somebody said or wrote."""

    icon: str
    title: str
    at: datetime
    by: str = ""
    lines: list[str] = field(default_factory=list)
    quoted: str = ""
    gains: list[Gain] = field(default_factory=list)
    money: str = ""
    badge: str = ""
    note: NoteShown | None = None
    visit: str = ""  # that may be corrected at the till
    adjustment: str = ""  # that may be taken back
    href: str = ""  # where it is told in full


@dataclass(frozen=True, slots=True)
class Line:
    """A page of it, and where the next one begins."""

    events: list[Event]
    kinds: list[tuple[str, str]]
    kind: str
    earlier: str
    is_first: bool


def line(records: Session, whose: Whose) -> Line:
    """As the address asks for it."""
    kind = request.args.get("kind", "")
    kind = kind if kind in timeline.KINDS else ""
    before = timeline.read_key(request.args.get("before", ""))
    found = timeline.page(records, whose=whose, kind=kind or None, before=before, limit=SHOWN + 1)
    shown = found[:SHOWN]
    said = _Saying(names(records), unit_names(records))
    rows = told.told(records, merchant_id=whose.merchant_id, moments=shown)
    return Line(
        events=[said.event(one) for one in rows],
        kinds=[(key, pick(text)) for key, text in line_words.KINDS.items()],
        kind=kind,
        earlier=shown[-1].key if len(found) > SHOWN else "",
        is_first=before is None,
    )


@dataclass(frozen=True, slots=True)
class _Saying:
    """What is needed to say it: who everybody is, and what units are called."""

    people: Mapping[str, str]
    units: Mapping[str, Text]

    def event(self, one: Told) -> Event:
        tell: dict[str, Callable[[Told], Event]] = {
            "operation": self._operation,
            "mail": _mail,
            "letter": _letter,
            "remark": self._remark,
            "consent": self._consent,
            "note": self._note,
            "act": self._act,
            "merged": self._merge,
            "parted": self._merge,
            "joined": _joined,
        }
        return tell[one.moment.source](one)

    def _called(self, unit: str, many: int) -> str:
        label = self.units.get(unit) or Text(unit, unit)
        return pick(words.singular(label) if abs(many) == 1 else label)

    def _by(self, actor: str) -> str:
        return self.people.get(actor) or pick(line_words.ACTORS.get(actor.partition("_")[0], ""))

    def _operation(self, one: Told) -> Event:
        row, visit = one.row, one.visit
        title, icon = line_words.OPERATIONS.get(row.kind, (Text(row.kind, row.kind), "history"))
        paid = visit is not None and visit.amount_minor is not None
        is_undoable = row.kind == "adjustment" and row.reason is not None
        return Event(
            icon=icon,
            title=pick(title),
            at=one.moment.at,
            by=self._by(row.actor),
            lines=[*([pick(one.reward)] if one.reward else []), *_reasons(one)],
            gains=[
                Gain(each.units, self._called(each.unit, each.units))
                for each in one.changes
                if each.units and not is_cause(each.unit)
            ],
            money=money(Money(visit.amount_minor or 0, visit.currency)) if visit and paid else "",
            badge=gettext("cancelled") if visit and visit.voided_at else "",
            visit=ref("vis", visit.id) if visit and not visit.voided_at else "",
            adjustment=ref("adj", row.id) if is_undoable else "",
        )

    def _remark(self, one: Told) -> Event:
        row = one.row
        return Event(
            icon="message-square",
            title=gettext("Remark: %(about)s", about=pick(REMARKS[row.kind])),
            at=one.moment.at,
            by=self._by(row.actor),
            quoted=row.words or "",
            lines=[row.outcome] if row.outcome else [],
            badge=gettext("answered") if row.done_at else gettext("open"),
        )

    def _consent(self, one: Told) -> Event:
        row, name = one.row, pick(member_words.CONSENTS[one.row.purpose])
        said = (
            gettext("Yes to: %(name)s", name=name)
            if row.given
            else gettext("No to: %(name)s", name=name)
        )
        why = line_words.CONSENT_SOURCES.get(row.source)
        return Event(
            icon="circle-check" if row.given else "ban",
            title=said,
            at=one.moment.at,
            by=self._by(row.actor),
            lines=[pick(why)] if why else [],
        )

    def _note(self, one: Told) -> Event:
        row = one.row
        shown = NoteShown(
            ref=ref("not", row.id),
            edits=row.edits,
            is_mine=row.actor == guard.duty().actor,
            is_struck=row.struck_at is not None,
            past=[
                {"words": each["words"], "at": datetime.fromisoformat(each["at"])}
                for each in row.past or []
            ],
        )
        return Event(
            icon="sticky-note",
            title=gettext("Note"),
            at=one.moment.at,
            by=self._by(row.actor),
            quoted=row.words or "",
            badge=gettext("struck by %(name)s", name=self._by(row.struck_by))
            if row.struck_by
            else "",
            note=shown,
        )

    def _act(self, one: Told) -> Event:
        row = one.row
        title, icon = line_words.ACTS.get(row.act, (Text(row.act, row.act), "shield-check"))
        reason = row.facts.get("reason")
        return Event(
            icon=icon,
            title=pick(title),
            at=one.moment.at,
            by=self._by(row.actor),
            lines=[str(reason)] if reason else [],
        )

    def _merge(self, one: Told) -> Event:
        is_parted = one.moment.source == "parted"
        return Event(
            icon="users",
            title=gettext("Parted again") if is_parted else gettext("Merged with a double"),
            at=one.moment.at,
            by="" if is_parted else self._by(one.row.actor),
        )


def _reasons(one: Told) -> list[str]:
    said = [
        pick({"it": reason["it"], "en": reason["en"]})
        for change in one.changes
        for reason in change.reasons
    ]
    return list(dict.fromkeys(said))


def _mail(one: Told) -> Event:
    row = one.row
    state = line_words.MAIL_STATES.get(row.state)
    return Event(
        icon="mail",
        title=pick(MAILS.get(row.kind, row.kind)),
        at=one.moment.at,
        badge=pick(state) if state else "",
    )


def _letter(one: Told) -> Event:
    """A letter of a campaign, by its subject; who may, is led to the campaign."""
    campaign, row = one.campaign, one.row
    assert campaign is not None, "a letter comes with its campaign"
    here = shop()
    may_open = Permission.CAMPAIGNS in guard.duty().permissions
    why = trouble(row.came_back) or (trouble(row.reason) if row.state != "sent" else None)
    return Event(
        icon="send",
        title=reading.subject(campaign, language=language(), shop=here.name if here else ""),
        at=one.moment.at,
        badge=pick(MESSAGES[row.state][0]),
        lines=[gettext("Campaign: %(name)s", name=campaign.name), *([pick(why)] if why else [])],
        href=url_for("portal.campaign", campaign_ref=ref("cmp", campaign.id)) if may_open else "",
    )


def _joined(one: Told) -> Event:
    way = member_words.SOURCES.get(one.row.source or "")
    return Event(
        icon="user-plus",
        title=gettext("Became a member"),
        at=one.moment.at,
        lines=[pick(way).capitalize()] if way else [],
    )
