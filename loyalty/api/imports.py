"""Past sales and customers from other programs: the same files as on the command line, as text."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Response
from marshmallow import Schema, fields

from loyalty.api.operation import Contract, Section, answer
from loyalty.api.receipt_answers import moment_field, ref_field, text_field, whole_field
from loyalty.core import clock
from loyalty.core.db import current
from loyalty.core.errors import Invalid
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.imports import customers as people
from loyalty.imports import listing, undo
from loyalty.imports.lines import FileRefused
from loyalty.imports.order import Order
from loyalty.imports.result import ImportResult
from loyalty.imports.sales import run_import
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Flag, Line, Spoken, wrong

CSV_LETTERS_MAX = 4_000_000
BODY_BYTES_MAX = 8 * 1024 * 1024
STEPS_MAX = 5_000  # some seconds of one thread; beyond, the command line has time
_REFUSED_SHOWN = 100
_TOO_MANY_STEPS = Text(
    "questa importazione è troppo grande per una richiesta: annullala dalla riga di comando",
    "this import is too large for a request: undo it on the command line",
)
section = Section("imports", "Files of past sales and of customers, as text, and their undoing.")


class CsvText(Spoken, fields.String):
    """The text of a CSV file, its heading first."""

    def __init__(self) -> None:
        bounds = {"minLength": 1, "maxLength": CSV_LETTERS_MAX, "pattern": r"^[\s\S]+$"}
        example = "customer,occurred_at,amount\nanna,2026-11-21T17:05:00,12.40\n"
        super().__init__(required=True, metadata={**bounds, "example": example})

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> str:
        if not isinstance(value, str):
            raise self.make_error("invalid")
        if not 1 <= len(value) <= CSV_LETTERS_MAX:
            raise wrong(
                f"Da 1 a {CSV_LETTERS_MAX} caratteri: dividi il file.",
                f"From 1 to {CSV_LETTERS_MAX} characters: split the file.",
            )
        return value


class CustomersBody(Body):
    """A file of customers; with `dry_run` everything is counted and nothing written."""

    csv = CsvText()
    name = Line((1, 255), load_default="api.csv", metadata={"default": "api.csv"})
    dry_run = Flag(load_default=False, metadata={"default": False})


class SalesBody(CustomersBody):
    """A file of sales; the program may be left out where only one is published."""

    program = Line((1, 40), allow_none=True)


class RefusedRow(Schema):
    """A row that was not taken: its line in the text, the column at fault, and why."""

    line = whole_field()
    column = text_field()
    reason = text_field()


class ImportAnswer(Schema):
    """rows = accepted + refused + no_customer + replayed; `refusals` are the first 100.

    `import` names what can be undone: null where nothing new came in, and for customers.
    """

    rows = whole_field()
    sales = whole_field(nullable=True)
    accepted = whole_field()
    refused = whole_field()
    no_customer = whole_field()
    replayed = whole_field()
    refusals = fields.List(fields.Nested(RefusedRow), required=True)


_IMPORT = {"import": ref_field("imp", nullable=True)}


class ImportedAnswer(ImportAnswer.from_dict(_IMPORT)):  # type: ignore[misc]  # made as it runs
    """How an import went."""


class ListedImport(Schema):
    """An import of sales; without `finished_at` it was broken off."""

    ref = ref_field("imp")
    program = ref_field("prg")
    file = text_field()
    accepted = whole_field()
    refused = whole_field()
    started_at = moment_field()
    finished_at = moment_field(nullable=True)
    undone_at = moment_field(nullable=True)


class ImportsAnswer(Schema):
    """The latest 200 imports of sales, the latest first."""

    items = fields.List(fields.Nested(ListedImport), required=True)


class KeptStep(Schema):
    """What could not be taken back, and why."""

    ref = text_field()
    it = text_field()
    en = text_field()


class UndoneAnswer(Schema):
    """How many visits and other changes were taken back, and what had to stay."""

    visits = whole_field()
    changes = whole_field()
    kept = fields.List(fields.Nested(KeptStep), required=True)


@section.call(
    "POST",
    "/imports/sales",
    Contract(
        scope="visits:backdate",
        body=SalesBody,
        body_bytes_max=BODY_BYTES_MAX,
        answer=ImportedAnswer,
        unknown=("program",),
        refusals=(Invalid,),
    ),
)
def import_sales(body: dict[str, Any]) -> Response:
    """Import past sales. The same text again changes nothing, so it needs no key.

    Good rows go in, refused ones come back with their reason; columns as in the README.
    """
    return _import(run_import, body, body.get("program"))


@section.call(
    "POST",
    "/imports/customers",
    Contract(
        scope="customers:write",
        body=CustomersBody,
        body_bytes_max=BODY_BYTES_MAX,
        answer=ImportedAnswer,
        refusals=(Invalid,),
    ),
)
def import_customers(body: dict[str, Any]) -> Response:
    """Import customers with what they agreed to. The same text again changes nothing."""
    return _import(people.run_import, body, None)


def _import(
    importing: Callable[..., ImportResult], body: dict[str, Any], program: str | None
) -> Response:
    merchant = ref("mer", guard.duty().merchant_id)
    with tempfile.TemporaryDirectory(prefix="loyalty-import-") as folder:
        path = Path(folder) / "rows.csv"
        path.write_text(body["csv"], encoding="utf-8", newline="")
        refusals: list[dict[str, Any]] = []
        order = Order(
            merchant,
            path,
            program_ref=program,
            dry_run=body["dry_run"],
            name=body["name"],
            refused=lambda line, column, reason: _keep(refusals, line, column, reason),
        )
        try:
            result = importing(current(), order=order, at=clock.now())
        except FileRefused as refusal:
            raise Invalid({"csv": [refusal.reason]}) from refusal
    counts = {name: count for name, count in result.as_dict().items() if name in _COUNTS}
    return answer({"sales": None, **counts, "import": result.import_ref, "refusals": refusals})


_COUNTS = ("rows", "sales", "accepted", "refused", "no_customer", "replayed")


def _keep(refusals: list[dict[str, Any]], line: int, column: str, reason: str) -> None:
    if len(refusals) < _REFUSED_SHOWN:
        refusals.append({"line": line, "column": column, "reason": reason})


@section.call("GET", "/imports", Contract(scope="visits:read", answer=ImportsAnswer))
def list_imports() -> Response:
    """List the imports of sales, the latest first."""
    merchant = ref("mer", guard.duty().merchant_id)
    found = listing.listed(reads.session(), merchant_ref=merchant)
    return answer({"items": [one.as_dict() for one in found]})


@section.call(
    "POST",
    "/imports/<import_ref>/undo",
    Contract(
        scope="visits:backdate", answer=UndoneAnswer, unknown=("import",), refusals=(Invalid,)
    ),
)
def undo_import(import_ref: str) -> Response:
    """Take back what an import of sales brought, by new entries; its rows may come in again.

    More than 5,000 visits and changes are `invalid`: undo it on the command line. Again, the rest
    is taken back that had to stay before.
    """
    merchant = ref("mer", guard.duty().merchant_id)
    steps = undo.steps_of(reads.session(), merchant_ref=merchant, import_ref=import_ref)
    if steps > STEPS_MAX:
        raise Invalid({"import": [_TOO_MANY_STEPS]})
    done = undo.run_undo(current(), merchant_ref=merchant, import_ref=import_ref, at=clock.now())
    return answer(done.as_dict())
