"""The shop's programs: the rules in force, and what the newest draft would change."""

from dataclasses import dataclass, field

from flask import render_template, url_for
from sqlalchemy.orm import Session

from loyalty.core import clock
from loyalty.core.errors import Invalid
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.portal.bringing import Bringing, bringing
from loyalty.portal.designing import labels
from loyalty.portal.designing.judging import field_of
from loyalty.portal.joining import Joining, joining
from loyalty.portal.words import program_state
from loyalty.programs import catalogue, checks, differences, editor, reading, terms, words
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.document import VersionDocument
from loyalty.programs.loading import load
from loyalty.programs.models import Program, ProgramVersion
from loyalty.web import changerows, guard, reads
from loyalty.web.forms import FormState
from loyalty.web.locale import language, pick, shop, zone


@dataclass(frozen=True, slots=True)
class _Rules:
    """A version in words: as a sentence, as a list, and advice where the sentence is too long."""

    number: int
    terms: str
    parts: list[str]
    advice: str
    since: str = ""


@dataclass(frozen=True, slots=True)
class _Draft:
    """What publishing the newest draft would do, or what still stands in its way."""

    rules: _Rules
    faults: list[str] = field(default_factory=list)
    changes: list[changerows.Row] = field(default_factory=list)
    promise: str = ""


@dataclass(frozen=True, slots=True)
class _Shown:
    """A program as the page shows it; without `current` nothing of it was ever in force."""

    ref: str
    name: str
    state: str
    state_kind: str
    is_paused: bool
    log: str
    current: _Rules | None
    draft: _Draft | None
    joining: Joining | None
    bringing: Bringing | None


@blueprint.get("/portal/programs")
@guard.staff(Permission.PROGRAMS)
def programs() -> str:
    """Every program with what it promises, and the newest draft beside it."""
    return page(FormState(), "")


def page(form: FormState, program_ref: str) -> str:
    """The page; `form` is what was sent about bringing a friend to the program of that ref."""
    records, merchant_id = reads.session(), guard.duty().merchant_id
    found = editor.page(records, merchant_id=merchant_id)
    return render_template(
        "portal/programs.html",
        programs=[
            _shown(records, each, form if ref("prg", each.id) == program_ref else FormState())
            for each in found
        ],
    )


def _shown(records: Session, program: Program, form: FormState) -> _Shown:
    state, kind = program_state(program.status)
    current = in_force(records, program)
    return _Shown(
        ref=ref("prg", program.id),
        name=program.name,
        state=state,
        state_kind=kind,
        is_paused=program.status == "paused",
        log=url_for("wallet.program_log", program_ref=ref("prg", program.id)),
        current=_said(current) if current else None,
        draft=_draft(records, program, current),
        joining=joining(records, program, at=clock.now()) if current else None,
        bringing=bringing(records, program, current.document, form) if current else None,
    )


def in_force(records: Session, program: Program) -> PublishedVersion | None:
    """The version that a program works by; None while nothing of it was published."""
    if program.current_version is None:
        return None
    return catalogue.version(
        records,
        merchant_id=program.merchant_id,
        program_id=program.id,
        number=program.current_version,
    )


def _said(version: PublishedVersion) -> _Rules:
    since = words.since(version.published_at.astimezone(zone()).date())
    return _rules(version.number, version.terms, version.document, since=pick(since))


def _rules(number: int, said: Text, document: VersionDocument, since: str = "") -> _Rules:
    return _Rules(
        number=number,
        terms=pick(said),
        parts=[pick(part) for part in terms.parts(document, _currency())],
        advice=pick(reading.too_long(said)),
        since=since,
    )


def _draft(records: Session, program: Program, current: PublishedVersion | None) -> _Draft | None:
    """The newest version, if it is a draft that has not been overtaken."""
    rows = editor.versions(records, merchant_id=program.merchant_id, program_id=program.id)
    newest = rows[0]
    if newest.published_at is not None:
        return None
    return _told(newest, load(newest.document), current)


def _told(
    row: ProgramVersion, document: VersionDocument, current: PublishedVersion | None
) -> _Draft:
    rules = _rules(row.number, Text(row.terms_it, row.terms_en), document)
    try:
        checks.check(document)
    except Invalid as error:
        return _Draft(rules, faults=_faults(error))
    if current is None:
        return _Draft(rules)
    found = differences.between(current.document, document, _currency())
    return _Draft(
        rules,
        changes=changerows.rows(found),
        promise=pick(differences.promise(current.document)),
    )


def _faults(error: Invalid) -> list[str]:
    said = error.facts_in(language())["fields"]
    return [f"{labels.where(field_of(name))}: {' '.join(faults)}" for name, faults in said.items()]


def _currency() -> str:
    here = shop()
    assert here is not None, "a guarded view has a shop"
    return here.currency
