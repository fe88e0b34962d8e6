"""The photos of a program's rewards as pages show them."""

from dataclasses import dataclass
from uuid import UUID

from loyalty.programs import photos
from loyalty.web import reads
from loyalty.web.cardlook import picture_url


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a photo is, and its size, so that nothing jumps when it comes."""

    url: str
    width: int
    height: int


def of_program(merchant_id: UUID, program_id: UUID) -> dict[str, Shown]:
    """By the reward's key; rewards without a photo are left out."""
    found = photos.of_program(reads.session(), merchant_id=merchant_id, program_id=program_id)
    return {
        key: Shown(picture_url(merchant_id, one.digest, one.kind), one.width, one.height)
        for key, one in found.items()
    }
