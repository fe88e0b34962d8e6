"""What is wrong with the rules in the form, each fault at the field where it can be mended."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.portal.designing import leaves, reading
from loyalty.portal.designing.kinds import Writing
from loyalty.portal.designing.sheet import SECTIONS, Sheet
from loyalty.programs import checks, starters
from loyalty.programs.document import VersionDocument
from loyalty.programs.loading import load
from loyalty.web.locale import language, pick
from loyalty.web.looks import capital
from loyalty.web.version_schema import check_program

Raw = dict[str, Any]
Errors = dict[str, list[str]]
_VERSION = "version."
_PER = re.compile(r"(earn\.[0-9]+\.per)\..+")
_ROW = re.compile(r"((?:units|earn|caps|tiers\.levels|rewards)\.[0-9]+)(?:\.(.+))?")
_SPECIAL = {
    "earn": {"per", "per_size"},
    "tiers.levels": {"from"},
    "cause": {"rate"},
}
_INSTEAD = {"name": "name.it", "label": "label.it", "expiry": "expiry.months", "per": "per_size"}


@dataclass(frozen=True, slots=True)
class Judged:
    """Rules as they were read; `document` is None where they are no version at all yet.

    `unread` are faults without which the draft can be kept, `misfits` only stand in the way of
    publishing. Both are by field of the form.
    """

    raw: Raw
    document: VersionDocument | None
    unread: Errors
    misfits: Errors

    @property
    def errors(self) -> Errors:
        """All faults, by field."""
        return {**self.unread, **self.misfits}


def judge(sheet: Sheet, name: str, writing: Writing) -> Judged:
    """Read the form and say what is wrong; the one schema and the one check decide."""
    raw = reading.document_of(sheet, writing)
    found = {path: [pick(each) for each in texts] for path, texts in writing.faults.items()}
    try:
        raw = check_program({"name": name, "version": raw}, pick)["version"]
    except Invalid as error:
        for path, said in error.facts_in(language())["fields"].items():
            found.setdefault(path.removeprefix(_VERSION), said)
    if found:
        return Judged(raw, None, _at_fields(found), {})
    return judge_document(raw)


def judge_document(raw: Raw) -> Judged:
    """The same for rules that are kept already."""
    document = load(raw)
    return Judged(raw, document, {}, _at_fields(_misfits(document)))


def _misfits(document: VersionDocument) -> Mapping[str, list[str]]:
    found: dict[str, list[Text]] = {}
    try:
        checks.check(document)
    except Invalid as error:
        found.update(error.facts["fields"])
    for path, said in starters.unfinished(document.raw).items():
        found.setdefault(path, []).append(said)
    return {path: [pick(each) for each in texts] for path, texts in found.items()}


def _at_fields(found: Mapping[str, Iterable[str]]) -> Errors:
    errors: Errors = {}
    for path, sentences in found.items():
        said = errors.setdefault(field_of(path), [])
        said += [each for each in map(_sentence, sentences) if each not in said]
    return errors


def _sentence(said: str) -> str:
    whole = capital(said)
    return whole if whole.endswith((".", "?", "!")) else f"{whole}."


def field_of(path: str) -> str:
    """The field, the row or the section of the form at which a fault of that path is said."""
    path = re.sub(_PER, r"\1_size", path)
    row = _ROW.fullmatch(path)
    if row is not None:
        return _in_row(row[1], row[2] or "")
    section, _, rest = path.partition(".")
    if section in SECTIONS:
        known = {*leaves.SECTIONS[section], *_SPECIAL.get(section, ())}
        return _nearest(section, rest, known)
    return path if path in leaves.HOUSE or path == "name" else section


def _in_row(row: str, rest: str) -> str:
    of = row.rpartition(".")[0]
    if of == "rewards" and rest.startswith("cost."):
        return f"{row}.{rest}"
    return _nearest(row, rest, {*leaves.ROWS[of], *_SPECIAL.get(of, ())})


def _nearest(outer: str, rest: str, known: set[str]) -> str:
    while rest and rest not in known:
        if _INSTEAD.get(rest) in known:
            return f"{outer}.{_INSTEAD[rest]}"
        rest = rest.rpartition(".")[0]
    return f"{outer}.{rest}" if rest else outer
