"""How one import looks: its columns with the first rows, how far it is, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template
from sqlalchemy.orm import Session

from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.imports import badrows, guessing, looking, pieces, undo, uploads
from loyalty.imports.models import ImportRun
from loyalty.imports.upload_models import CHOOSING, DONE, TRIED, UNDONE, ImportUpload
from loyalty.persons import unimport
from loyalty.persons.unimport import Outlook
from loyalty.portal import import_words as words
from loyalty.programs import catalogue, editor
from loyalty.programs.models import Program
from loyalty.web import guard, reads
from loyalty.web.locale import pick

_BAD_SHOWN = 10
_SAMPLES = 3


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the file: its field in the form, its heading, its first cells, its meaning."""

    field: str
    heading: str
    samples: list[str]
    meaning: str


@dataclass(frozen=True, slots=True)
class _Undoing:
    """What undoing would take back, and what it cannot."""

    visits: int
    may_keep: bool
    people: Outlook | None


def fields_of(upload: ImportUpload) -> list[str]:
    """The names of the form's fields, one for each column."""
    return [f"c{place}" for place in range(len(upload.headings))]


def programs_of(records: Session) -> list[Program]:
    """The published programs."""
    found = editor.page(records, merchant_id=guard.duty().merchant_id)
    return [one for one in found if one.current_version is not None]


def program_faults(records: Session, upload: ImportUpload, program_ref: str) -> Text | None:
    """Why sales cannot go into that program, if so."""
    if upload.kind != "sales":
        return None
    published = programs_of(records)
    if not published:
        return words.NO_PROGRAM
    is_one = parse_ref("prg", program_ref) in {one.id for one in published}
    return None if is_one else words.PROGRAM_NEEDED


def page(
    upload: ImportUpload,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, list[str]] | None = None,
    refusal: Text | None = None,
    status: int = 200,
) -> Response:
    """The page of an import in the state in which it is."""
    records = reads.session()
    is_dry = upload.state == TRIED
    html = render_template(
        "portal/import.html",
        upload=upload,
        import_ref=ref("imp", upload.id),
        kind=pick(words.KINDS[upload.kind]),
        state=pick(words.STATES[upload.state]),
        badge=words.BADGES.get(upload.state, ""),
        columns=_columns(records, upload, typed or {}) if upload.state in (CHOOSING, TRIED) else [],
        options=words.options(upload.kind),
        programs=[(ref("prg", one.id), one.name) for one in programs_of(records)],
        program=_program(upload, typed or {}),
        errors=errors or {},
        refusal=pick(refusal),
        figures=words.figures(upload.kind, upload.counts, is_dry=is_dry) if upload.counts else [],
        bad=_bad(records, upload),
        undoing=_undoing(records, upload) if upload.state in (DONE, UNDONE) else None,
        is_stuck=uploads.is_stuck(records, upload=upload),
        looks_like_data=guessing.looks_like_data(upload.headings),
    )
    return make_response(html, status)


def _program(upload: ImportUpload, typed: Mapping[str, str]) -> str:
    chosen = ref("prg", upload.program_id) if upload.program_id else ""
    return typed.get("program", chosen)


def _columns(records: Session, upload: ImportUpload, typed: Mapping[str, str]) -> list[_Column]:
    body, is_all = pieces.head(records, upload=upload)
    rows = looking.look(body, is_all=is_all).rows if body else ()
    return [
        _Column(
            field=field,
            heading=heading,
            samples=[row[place][:40] for row in rows if row[place].strip()][:_SAMPLES],
            meaning=typed.get(field, upload.columns[place]),
        )
        for place, (field, heading) in enumerate(
            zip(fields_of(upload), upload.headings, strict=True)
        )
    ]


def _bad(records: Session, upload: ImportUpload) -> list[Any]:
    if upload.state not in (TRIED, DONE, UNDONE):
        return []
    return list(badrows.of(records, upload=upload, after=0, limit=_BAD_SHOWN))


def _undoing(records: Session, upload: ImportUpload) -> _Undoing:
    merchant_id = upload.merchant_id
    if upload.kind == "customers":
        people = unimport.outlook(records, merchant_id=merchant_id, import_id=upload.id)
        return _Undoing(0, may_keep=False, people=people)
    run = records.get(ImportRun, (merchant_id, upload.id))
    if run is None:
        return _Undoing(0, may_keep=False, people=None)
    steps = undo.steps_of(
        records, merchant_ref=ref("mer", merchant_id), import_ref=ref("imp", upload.id)
    )
    return _Undoing(steps, may_keep=_may_keep(records, run), people=None)


def _may_keep(records: Session, run: ImportRun) -> bool:
    """Whether the program's rules may refuse to take units back that were spent."""
    numbers = catalogue.published_numbers(
        records, merchant_id=run.merchant_id, program_id=run.program_id
    )
    return any(
        catalogue.version(
            records, merchant_id=run.merchant_id, program_id=run.program_id, number=number
        ).document.debt
        == "block"
        for _, number in numbers
    )
