"""The page of the form: what the template needs to draw any rules, right or wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template, request

from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.merchants.models import Merchant
from loyalty.portal.designing import choices, labels, looking
from loyalty.portal.designing.judging import Errors, Judged
from loyalty.portal.designing.kinds import Writing, names_in
from loyalty.portal.designing.sheet import Sheet, tidy
from loyalty.programs import terms_earning
from loyalty.programs.document import VersionDocument
from loyalty.programs.drafts import Newest
from loyalty.programs.models import Program
from loyalty.web import changerows, reads
from loyalty.web.locale import language, pick, shop
from loyalty.web.looks import capital

_NOT_OURS = frozenset({"csrf_token", "do", "seal", "name", "key"})
_DATE_LETTERS = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """The form as it stands, and what is said about it.

    `errors` are at their fields; `go_on` is the field in which somebody goes on; `meanwhile` is
    what somebody else changed. `is_typed` says that it holds what is not kept yet.
    """

    sheet: Sheet
    judged: Judged
    errors: Errors = field(default_factory=dict)
    go_on: str = ""
    meanwhile: list[changerows.Row] | None = None
    is_typed: bool = False


def here() -> Merchant:
    """The shop whose rules these are."""
    found = shop()
    assert found is not None, "a guarded view has a shop"
    return found


def writing(known: Mapping[str, Any] | None = None) -> Writing:
    """How this shop and this person write numbers; `known` are the rules as they are kept."""
    return Writing(here().currency, language(), names_in(known or {}))


def sent() -> Sheet:
    """What was sent, by the names of the fields."""
    fields = {name: request.form.getlist(name) for name in request.form if name not in _NOT_OURS}
    return tidy(fields)


def answer(
    program: Program, newest: Newest, shown: Shown, *, at: datetime, status: int = 200
) -> Response:
    """The whole page."""
    document = shown.judged.document
    body = render_template(
        "portal/designer/form.html",
        program_ref=ref("prg", program.id),
        name=request.form.get("name") or program.name,
        number=newest.number,
        is_draft=newest.is_draft,
        was_published=program.current_version is not None,
        seal=newest.seal,
        sheet=shown.sheet,
        errors=shown.errors,
        go_on=shown.go_on,
        meanwhile=shown.meanwhile,
        is_typed=shown.is_typed,
        look=looking.look(reads.session(), here(), shown.judged, at=at),
        misfits={labels.where(name): texts for name, texts in shown.judged.errors.items()},
        titles=titles(document),
        choices={
            name: [(key, pick(text)) for key, text in each] for name, each in choices.EVERY.items()
        },
        units=_units(shown.sheet),
        levels=_levels(shown.sheet),
        label=labels.label,
        where=labels.where,
        is_date=_is_date,
        mark=_mark(here().currency),
    )
    return make_response(body, status)


def titles(document: VersionDocument | None) -> dict[str, str]:
    """Each rule in words, by its place in the form."""
    if document is None:
        return {}
    return {
        f"earn.{place}": capital(pick(terms_earning.rule(document, rule, here().currency)))
        for place, rule in enumerate(document.earn)
    }


def _units(sheet: Sheet) -> list[tuple[str, str]]:
    """The units by key, as the form calls them now."""
    return [_named(sheet, f"units.{place}", "label") for place in sheet.rows("units")]


def _levels(sheet: Sheet) -> list[tuple[str, str]]:
    rows = sheet.rows("tiers.levels") if sheet.has("tiers") else []
    return [_named(sheet, f"tiers.levels.{place}", "name") for place in rows]


def _named(sheet: Sheet, row: str, what: str) -> tuple[str, str]:
    said = Text(sheet.one(f"{row}.{what}.it"), sheet.one(f"{row}.{what}.en"))
    key = sheet.one(f"{row}.key")
    return key, pick(said) or said.it or said.en or key


def _is_date(typed: str) -> bool:
    """Whether a bound is a day, for which there is a calendar; else it is a moment."""
    return len(typed) in (0, _DATE_LETTERS)


def _mark(currency: str) -> str:
    return {"EUR": "€", "GBP": "£", "USD": "$"}.get(currency, currency)
