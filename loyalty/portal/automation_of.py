"""The automation that an address names, as its pages show it."""

from dataclasses import dataclass

from flask_babel import ngettext  # type: ignore[import-untyped]  # it ships no types

from loyalty.automations import editions, foreseen, reporting, sample, switching, upkeep
from loyalty.automations.foreseen import Foreseen
from loyalty.automations.journeys import Step
from loyalty.automations.reporting import Done
from loyalty.automations.switching import Setting
from loyalty.campaigns import rules
from loyalty.campaigns.rules import House
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import Invalid
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.portal import automation_words as words
from loyalty.portal.automation_effect import Judged, judged
from loyalty.web import guard, reads
from loyalty.web.locale import gettext, language, pick


@dataclass(frozen=True, slots=True)
class StepShown:
    """One step: what it is, when it comes, and how many letters of it left."""

    key: str
    name: str
    timing: str
    is_letter: bool
    subject: str
    facts: list[str]  # how many left, for how many it is the next, whose words they are
    is_idle: bool  # it speaks of a gift, and there is none


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything on the page of one automation."""

    kind: str
    name: str
    about: str
    ends_on_visit: bool
    state: str
    badge: tuple[str, str]
    steps: list[StepShown]
    done: Done
    ended: list[tuple[str, int]]
    halted: str
    gift_gone: bool
    gift: str
    effect: Judged | None


def house() -> House:
    """The shop as whoever writes for it needs it."""
    return rules.house(reads.session(), merchant_id=guard.duty().merchant_id)


def find(kind: str) -> Setting:
    """How the shop has set it. Raises Unknown("automation")."""
    return switching.find(reads.session(), merchant_id=guard.duty().merchant_id, kind=kind)


def shown(setting: Setting) -> Shown:
    """The page's words and numbers."""
    records, merchant_id = reads.session(), guard.duty().merchant_id
    kind = setting.journey.kind
    gift = switching.gift_of(records, merchant_id=merchant_id, setting=setting)
    done = reporting.done(records, merchant_id=merchant_id, kind=kind)
    halted = editions.halted(records, merchant_id=merchant_id, kind=kind)
    state, badge = words.STATES[setting.state]
    return Shown(
        kind=kind,
        name=pick(setting.journey.name),
        about=pick(setting.journey.about),
        ends_on_visit=setting.journey.ends_on_visit,
        state=setting.state,
        badge=(pick(state), badge),
        steps=_steps(setting, done, has_gift=gift is not None),
        done=done,
        ended=_ended(done),
        halted=pick(words.HALTED[max(halted.values())]) if halted else "",
        gift_gone=setting.offer is not None and gift is None,
        gift=pick(gift.name) if gift else "",
        effect=judged(kind) if setting.journey.has_holdout and done.began else None,
    )


def _steps(setting: Setting, done: Done, *, has_gift: bool) -> list[StepShown]:
    journey = setting.journey
    return [
        StepShown(
            key=step.key,
            name=pick(step.name),
            timing=pick(words.timing(journey.kind, step, place)),
            is_letter=step.act == "letter",
            subject=_subject(setting, step) if step.act == "letter" else "",
            facts=_facts(setting, step, done, place),
            is_idle=(step.gives or step.reminds) and not has_gift,
        )
        for place, step in enumerate(journey.steps)
    ]


def _facts(setting: Setting, step: Step, done: Done, place: int) -> list[str]:
    sent, waiting = done.sent.get(step.key, 0), done.waiting.get(place, 0)
    found = []
    if step.act == "letter" and done.began:
        found.append(ngettext("%(num)d sent", "%(num)d sent", sent))
    if waiting:
        found.append(ngettext("next for %(num)d", "next for %(num)d", waiting))
    if setting.is_own(step.key):
        found.append(gettext("your words"))
    return found


def _subject(setting: Setting, step: Step) -> str:
    """The subject of a letter in the language of whoever reads the page, where there is one."""
    return sample.subject(setting.letter(step.key), step=step, house=house(), language=language())


def _ended(done: Done) -> list[tuple[str, int]]:
    """How it ended, in the order in which it matters."""
    return [
        (pick(said), done.ended[how]) for how, said in words.ENDED.items() if done.ended.get(how)
    ]


@dataclass(frozen=True, slots=True)
class Ahead:
    """Who would begin today, in words."""

    ready: int
    some: list[tuple[str, str, str]]  # ref, name, why
    refused: list[tuple[str, int]]


def ahead(setting: Setting) -> Ahead | None:
    """Who would begin if it were on; None for newcomers, who are not there yet."""
    if not setting.journey.ends_on_visit:
        return None
    found: Foreseen = foreseen.today(
        reads.session(), setting=setting, house=house(), at=clock.now()
    )
    return Ahead(
        found.ready,
        [(ref("cus", one.customer_id), one.name or "", pick(one.why)) for one in found.some],
        [(pick(words.REFUSED.get(key, Text(key, key))), n) for key, n in found.refused.items()],
    )


def renew(kind: str) -> None:
    """Let what was rewritten go out from the next letter on, where it is on.

    Where that cannot be done now, the worker does it within minutes.
    """
    merchant_id = guard.duty().merchant_id
    row = upkeep.find(reads.session(), merchant_id=merchant_id, kind=kind)
    if row is None:
        return
    try:
        prepared = switching.prepare(reads.session(), merchant_id=merchant_id, kind=kind)
    except Invalid:
        return
    with write() as records:
        upkeep.renew(records, row=row, prepared=prepared, at=clock.now())
