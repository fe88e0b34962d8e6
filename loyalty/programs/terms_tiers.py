"""Levels in words: what counts for them, where they begin, what they give, how they stay (pure)."""

from loyalty.core.money import format_amount
from loyalty.core.text import Text
from loyalty.programs import words
from loyalty.programs.document import Level, Tiers, VersionDocument

_YEAR = 12
_VISITS = Text("visite", "visits")
_VISIT = Text("visita", "visit")
_WHOLE = 100


def tiers(document: VersionDocument, currency: str) -> list[Text]:
    """The ladder, and how a level is kept where one can be lost."""
    rules = document.tiers
    if rules is None:
        return []
    keeping = [kept(rules)] if any(level.starts > 0 for level in rules.levels) else []
    return [ladder(document, rules, currency), *keeping]


def ladder(document: VersionDocument, rules: Tiers, currency: str) -> Text:
    """What is measured and every level: "livelli per spesa …: Argento, Oro da 500,00 € (…)"."""
    head = measured(document, rules)
    each = [level(document, rules, one, currency) for one in rules.levels]
    it, en = ", ".join(one.it for one in each), ", ".join(one.en for one in each)
    return Text(f"{head.it}: {it}", f"{head.en}: {en}")


def measured(document: VersionDocument, rules: Tiers) -> Text:
    """What counts for the levels, and over which time."""
    what, when = _measure(document, rules), _window(rules)
    return Text(f"livelli per {what.it} {when.it}", f"levels by {what.en} {when.en}")


def _measure(document: VersionDocument, rules: Tiers) -> Text:
    if rules.measure == "spend":
        return Text("spesa", "spending")
    if rules.measure == "visits":
        return _VISITS
    label = _label(document, rules)
    earned = words.agreed(label, "raccolti", "raccolte")
    return Text(f"{label.it} {earned}", f"{label.en} earned")


def _label(document: VersionDocument, rules: Tiers) -> Text:
    key = rules.unit or "?"
    unit = document.unit(key)
    return unit.label if unit else Text(key, key)


def _window(rules: Tiers) -> Text:
    months = rules.window_months
    if rules.window_kind == "rolling":
        long = words.months(months)
        if months == 1:
            return Text("nell'ultimo mese", "in the last month")
        return Text(f"negli ultimi {long.it}", f"in the last {long.en}")
    if months == _YEAR:
        return Text("nell'anno solare", "in the calendar year")
    if months == 1:
        return Text("nel mese di calendario", "in the calendar month")
    if _YEAR % months == 0:
        return Text(
            f"in ogni periodo di {months} mesi da gennaio",
            f"in each period of {months} months from January",
        )
    return Text(f"in ogni periodo di {months} mesi", f"in each period of {months} months")


def level(document: VersionDocument, rules: Tiers, one: Level, currency: str) -> Text:
    """One level: "Oro da 500,00 € (50% di punti in più)"."""
    it, en = one.name.it, one.name.en
    if one.starts:
        least = _threshold(document, rules, one.starts, currency)
        it, en = f"{it} da {least.it}", f"{en} from {least.en}"
    if one.multiply_percent not in (None, _WHOLE):
        more = _more(document, one.multiply_percent)
        it, en = f"{it} ({more.it})", f"{en} ({more.en})"
    return Text(it, en)


def _threshold(document: VersionDocument, rules: Tiers, least: int, currency: str) -> Text:
    if rules.measure == "spend":
        return Text(*(format_amount(least, currency, language) for language in ("it", "en")))
    if rules.measure == "units":
        return words.count(least, _label(document, rules))
    named = words.count(least, _VISITS)
    return Text(f"1 {_VISIT.it}", f"1 {_VISIT.en}") if least == 1 else named


def _more(document: VersionDocument, percent: int) -> Text:
    """What a level's percentage is on: the one unit that rules give, or all of them."""
    given = {rule.unit for rule in document.earn if rule.multiply_percent is None}
    unit = document.unit(given.pop()) if len(given) == 1 else None
    return words.multiplied(percent, unit.label) if unit else words.multiplied_all(percent)


def kept(rules: Tiers) -> Text:
    """How a level is reached and kept: at once, until its review, then grace, then down."""
    long = words.months(rules.window_months)
    it, en = (
        (
            f"si sale subito e il livello resta almeno {long.it}",
            f"you go up at once and keep the level for at least {long.en}",
        )
        if rules.window_kind == "rolling"
        else (
            "si sale subito e il livello resta fino alla fine del periodo",
            "you go up at once and keep the level until the end of the period",
        )
    )
    if rules.grace_days:
        more = words.days(rules.grace_days)
        it, en = (
            f"{it}, poi ancora {more.it} per confermarlo",
            f"{en}, then {more.en} more to confirm it",
        )
    down = _down(rules)
    return Text(it + down.it, en + down.en)


def _down(rules: Tiers) -> Text:
    # With one level to lose there is one way down.
    if sum(level.starts > 0 for level in rules.levels) <= 1:
        return Text("", "")
    if rules.drop == "one":
        return Text(", e si scende di un livello alla volta", ", and go down one level at a time")
    return Text(
        ", e si scende al livello che spetta in quel momento",
        ", and go down to the level that fits then",
    )
