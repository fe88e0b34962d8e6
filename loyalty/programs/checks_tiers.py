"""What does not fit among the levels (pure)."""

from loyalty.programs import reach
from loyalty.programs.document import Level, Tiers, VersionDocument
from loyalty.programs.faults import Faults, say, unit

_WHOLE = 100


def check_tiers(document: VersionDocument, faults: Faults) -> None:
    """Note every fault of `tiers`."""
    rules = document.tiers
    if rules is None:
        return
    _check_measure(document, rules, faults)
    if rules.grace_days > reach.window_days_max(rules):
        say(
            faults,
            "tiers.grace_days",
            "il tempo per riconfermare è più lungo del periodo che conta; accorcialo",
            "the time to confirm is longer than the window that counts; shorten it",
        )
    for index, level in _as_written(document, rules):
        field = f"tiers.levels.{index}"
        _check_level(document, rules, level, field, faults)


def _as_written(document: VersionDocument, rules: Tiers) -> list[tuple[int, Level]]:
    """The levels lowest first, each with its place in the document, where any order will do."""
    raw = document.raw["tiers"]["levels"]
    places = sorted(range(len(raw)), key=lambda place: int(raw[place]["from"]))
    return list(zip(places, rules.levels, strict=True))


def _check_measure(document: VersionDocument, rules: Tiers, faults: Faults) -> None:
    if rules.unit is None:
        if rules.measure == "units":
            say(
                faults,
                "tiers.unit",
                "di' quali unità contano per i livelli",
                "say which units count for the levels",
            )
        return
    known = unit(faults, "tiers.unit", document, rules.unit)
    if known and reach.levels(document) != {level.key for level in rules.levels}:
        say(
            faults,
            "tiers.unit",
            f"{rules.unit}: chi comincia non ne può raccogliere, quindi nessuno sale di livello",
            f"{rules.unit}: who begins cannot earn any, so nobody rises to a level",
        )


def _check_level(
    document: VersionDocument, rules: Tiers, level: Level, field: str, faults: Faults
) -> None:
    lower = rules.levels[: next(n for n, one in enumerate(rules.levels) if one is level)]
    _check_start(document, lower, level, field, faults)
    if any(one.key == level.key for one in lower):
        say(
            faults,
            f"{field}.key",
            f"{level.key}: c'è già; scegli un altro nome",
            f"{level.key}: there is one already; choose another name",
        )
    elif any(one.name.it == level.name.it or one.name.en == level.name.en for one in lower):
        say(
            faults,
            f"{field}.name",
            "un altro livello si chiama così; nessuno li distinguerebbe",
            "another level has this name; nobody could tell them apart",
        )
    if level.multiply_percent is not None and level.multiply_percent < _WHOLE:
        say(
            faults,
            f"{field}.multiply_percent",
            "sotto 100 un livello darebbe meno che nessun livello; 100 è quanto danno le regole",
            "below 100 a level would give less than no level; 100 is what the rules give",
        )


def _check_start(
    document: VersionDocument, lower: tuple[Level, ...], level: Level, field: str, faults: Faults
) -> None:
    if level.starts < 0:
        say(faults, f"{field}.from", "comincia da 0 o da più", "it begins at 0 or more")
    if any(one.starts == level.starts for one in lower):
        say(
            faults,
            f"{field}.from",
            "due livelli cominciano allo stesso punto; alza quello più alto",
            "two levels begin at the same point; raise the higher one",
        )
    most = reach.beyond(document, level)
    if most is not None:
        say(
            faults,
            f"{field}.from",
            f"con i limiti di questo programma nel periodo ci stanno al massimo {most}",
            f"under the limits of this program the window holds at most {most}",
        )
