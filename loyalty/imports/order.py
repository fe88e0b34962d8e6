"""What every import is asked for, and how the rows of its file are read."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID

from loyalty.imports import words
from loyalty.imports.chosen import Chosen
from loyalty.imports.lines import FileRefused, numbered, opened
from loyalty.imports.result import Count, write_errors
from loyalty.imports.sheet import Columns, Heading, Record, Refusal, Sheet

Progress = Callable[[int, int], None]
Told_co = TypeVar("Told_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Order:
    """What to import into what; without a program the merchant's only published one is meant.

    Refused rows go to `errors_path` as CSV, or to `refused` with line, column and reason, in
    `language` or the shop's. The file is known by `name`, where that is not the path's own. With
    `import_id` an import that was broken off goes on under its own name; `chosen` is which column
    is which, where the heading does not say so itself.
    """

    merchant_ref: str
    path: Path | Callable[[], io.BufferedReader]
    program_ref: str | None = None
    dry_run: bool = False
    errors_path: Path | None = None
    name: str | None = None
    refused: Callable[[int, str, str], None] | None = None
    language: str | None = None
    import_id: UUID | None = None
    chosen: Chosen | None = None

    @property
    def file_name(self) -> str:
        """By what people know the file."""
        return self.name or (self.path.name if isinstance(self.path, Path) else "")

    def tell(self, refusals: Iterator[tuple[int, str, str]]) -> None:
        """Hand on the refused rows: line, column and reason, in the order of the file."""
        if self.refused is not None:
            for line, column, reason in refusals:
                self.refused(line, column, reason)
        elif self.errors_path is not None:
            write_errors(self.errors_path, refusals)

    def demand_folder(self) -> None:
        """Raise FileRefused where there is no folder for the refused rows."""
        if self.errors_path is not None and not self.errors_path.parent.is_dir():
            raise FileRefused(words.NO_FOLDER)


class Reader(Protocol[Told_co]):
    """What makes something of a record, or says why not; None for one without a customer."""

    def read(self, record: Record) -> Told_co | Refusal | None:
        """What the row tells."""


def silent(_done: int, _total: int) -> None:
    """Nobody watches."""


def rows(
    order: Order,
    columns: Columns,
    reader_of: Callable[[Heading], Reader[Told_co]],
    *,
    count: Count,
    progress: Progress,
) -> Iterator[Told_co | Refusal]:
    """Each row of the file, counted; those without a customer go no further. Raises FileRefused."""
    with opened(order.path) as stream:
        chosen = order.chosen
        sheet = Sheet(numbered(stream), columns, chosen.heading if chosen else None)
        count.ignored = sheet.heading.ignored
        reader = reader_of(sheet.heading)
        for row in sheet:
            count.rows += 1
            progress(count.rows, 0)
            if chosen is not None and isinstance(row, Record):
                row = chosen.tidied(row)  # noqa: PLW2901  # the same row, in the usual writing
            found = reader.read(row) if isinstance(row, Record) else row
            if found is None:
                count.no_customer += 1
                continue
            count.refused += isinstance(found, Refusal)
            yield found
