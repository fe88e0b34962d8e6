"""What is wrong with the rules of a version, gathered field by field (pure)."""

from collections.abc import Sequence

from loyalty.core.text import Text
from loyalty.programs.document import VersionDocument

Faults = dict[str, list[Text]]
"""Sentences by the path of the field they are about, like "earn.0.when.tiers"."""


def say(faults: Faults, field: str, it: str, en: str) -> None:
    """Note one fault of a field, in both languages, with what to do about it."""
    faults.setdefault(field, []).append(Text(it, en))


def twice(faults: Faults, field: str, keys: Sequence[str]) -> None:
    """Note every key that came before; `field` has the place as "{}"."""
    for index, key in enumerate(keys):
        if key in keys[:index]:
            say(
                faults,
                field.format(index),
                f"{key}: c'è già; scegli un altro nome",
                f"{key}: there is one already; choose another name",
            )


def unit(faults: Faults, field: str, document: VersionDocument, key: str) -> bool:
    """Whether the unit is declared; if not, note it."""
    if document.unit(key):
        return True
    say(
        faults,
        field,
        f"{key}: non è tra le unità; aggiungila o scegline un'altra",
        f"{key}: not among the units; add it or choose another",
    )
    return False


def levels(
    faults: Faults,
    field: str,
    document: VersionDocument,
    keys: frozenset[str],
    reachable: frozenset[str],
) -> None:
    """Note levels that are not there, and levels that nobody can reach."""
    if not keys:
        return
    strange = sorted(
        keys - {level.key for level in document.tiers.levels} if document.tiers else keys
    )
    if strange:
        listed = ", ".join(strange)
        say(
            faults,
            field,
            f"{listed}: non è tra i livelli; aggiungilo o toglilo da qui",
            f"{listed}: not among the levels; add it or take it out here",
        )
    elif not keys & reachable:
        listed = ", ".join(sorted(keys))
        say(
            faults,
            field,
            f"{listed}: nessuno può arrivarci con queste regole",
            f"{listed}: nobody can get there under these rules",
        )
