"""The program that customers join when their sales are imported."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Club:
    """The program that people join: its current version and every unit it ever counted."""

    merchant_id: UUID
    program_id: UUID
    version: int
    units: tuple[str, ...]
