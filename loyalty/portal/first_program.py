"""The program by which a shop shows itself: the first in force, else the first there is."""

from uuid import UUID

from loyalty.merchants.models import Merchant
from loyalty.programs import catalogue, editor, starters
from loyalty.programs.document import VersionDocument
from loyalty.programs.loading import load
from loyalty.programs.models import Program
from loyalty.web import guard, reads
from loyalty.web.locale import shop


def programs() -> list[Program]:
    """The shop's programs, those in force first."""
    found = editor.page(reads.session(), merchant_id=guard.duty().merchant_id)
    return sorted(found, key=lambda program: program.current_version is None)


def in_force() -> list[Program]:
    """The shop's programs that people can join now."""
    return [program for program in programs() if program.status == "published"]


def document(goal: str | None = None) -> VersionDocument:
    """The rules to draw a card by; before there are any, those of a stamp card, or of the goal."""
    if goal in starters.GOALS:
        return load(starters.starter(goal, currency=here().currency))
    found = programs()
    if found and found[0].current_version is not None:
        return rules(found[0], found[0].current_version)
    if found:
        scope: dict[str, UUID] = {"merchant_id": found[0].merchant_id, "program_id": found[0].id}
        return load(editor.versions(reads.session(), **scope)[0].document)
    return load(starters.starter("visits", currency=here().currency))


def rules(program: Program, number: int) -> VersionDocument:
    """The rules of a published version."""
    return catalogue.version(
        reads.session(),
        merchant_id=program.merchant_id,
        program_id=program.id,
        number=number,
    ).document


def here() -> Merchant:
    """The shop of this request."""
    found = shop()
    assert found is not None, "a guarded view has a shop"
    return found
