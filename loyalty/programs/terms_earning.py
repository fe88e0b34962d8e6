"""How units are earned, in words: rules, conditions, bonuses, caps and what counts (pure)."""

from collections.abc import Iterable

from loyalty.core.money import format_amount
from loyalty.core.text import Text
from loyalty.programs import words
from loyalty.programs.document import Cap, EarningRule, VersionDocument, When

_WEEK = 7
_NAMED_MAX = 6  # of a longer list of products nobody reads the end
_BIRTHDAYS = {
    "day": Text("nel giorno del tuo compleanno", "on your birthday"),
    "week": Text("nei 7 giorni dal tuo compleanno", "in the 7 days from your birthday"),
    "month": Text("nel mese del tuo compleanno", "in the month of your birthday"),
}
_MULTIPLY = Text("più bonus insieme si moltiplicano", "bonuses that come together multiply")
_COUNTED = {
    ("net", "after"): Text("la spesa conta senza IVA", "what you spend counts without VAT"),
    ("gross", "before"): Text(
        "la spesa conta prima degli sconti", "what you spend counts before discounts"
    ),
    ("net", "before"): Text(
        "la spesa conta senza IVA e prima degli sconti",
        "what you spend counts without VAT and before discounts",
    ),
}


def bases(document: VersionDocument, currency: str) -> list[Text]:
    """A clause for each rule that gives units by itself."""
    return [rule(document, one, currency) for one in document.earn if one.multiply_percent is None]


def bonuses(document: VersionDocument, currency: str) -> list[Text]:
    """A clause for each bonus, rivals in one, and how they combine where there are several."""
    said: list[Text] = []
    for unit in dict.fromkeys(one.unit for one in document.earn if one.multiply_percent):
        mine = [one for one in document.earn if one.unit == unit and one.multiply_percent]
        rivals = [one for one in mine if one.combine == "best"]
        free = [one for one in mine if one not in rivals] if len(rivals) > 1 else mine
        said += [rule(document, one, currency) for one in free]
        if len(rivals) > 1:
            said.append(_highest(rule(document, one, currency) for one in rivals))
    return [*said, _MULTIPLY] if _combine(document) else said


def _highest(rivals: Iterable[Text]) -> Text:
    said = list(rivals)
    return Text(
        f"vale solo il bonus più alto tra {', oppure '.join(one.it for one in said)}",
        f"only the highest bonus counts of {', or '.join(one.en for one in said)}",
    )


def _combine(document: VersionDocument) -> bool:
    """Whether two percentages can meet on one unit; of rivals only one counts."""
    groups = {
        (one.unit, "best" if one.combine == "best" else one.key)
        for one in document.earn
        if one.multiply_percent is not None
    }
    levels = document.tiers.levels if document.tiers else ()
    more = any(level.multiply_percent not in (None, 100) for level in levels)
    units = [unit for unit, _ in groups]
    return any(units.count(unit) + more > 1 for unit in units)


def rule(document: VersionDocument, one: EarningRule, currency: str) -> Text:
    """One rule with its conditions: "1 punto ogni 1,00 € di spesa (caffè) il lunedì"."""
    unit = document.unit(one.unit)
    label = unit.label if unit else Text(one.unit, one.unit)
    given = (
        words.multiplied(one.multiply_percent, label)
        if one.multiply_percent is not None
        else _base(one, label, currency)
    )
    only, more = _only(one.when), conditions(document, one.when, currency)
    # The first condition reads on from the rule; further ones are set off.
    it, en = ", ".join(part.it for part in more), ", ".join(part.en for part in more)
    gap = " " if more else ""
    return Text(f"{given.it}{only}{gap}{it}", f"{given.en}{only}{gap}{en}")


def _base(one: EarningRule, label: Text, currency: str) -> Text:
    given, per = words.count(one.units, label), _per(one, currency)
    return Text(f"{given.it} {per.it}", f"{given.en} {per.en}")


def _per(one: EarningRule, currency: str) -> Text:
    if one.per_kind == "amount_minor":
        return Text(
            f"ogni {format_amount(one.per, currency, 'it')} di spesa",
            f"for every {format_amount(one.per, currency, 'en')} spent",
        )
    if one.per_kind == "visit":
        return Text("a visita", "per visit")
    if one.per == 1:
        return Text("per ogni prodotto", "for each item")
    return Text(f"ogni {one.per} prodotti", f"for every {one.per} items")


def _only(when: When) -> str:
    """The products that count; of products in a category both must fit."""
    categories, skus = _listed(when.categories), _listed(when.skus)
    named = f"{categories}: {skus}" if categories and skus else categories or skus
    return f" ({named})" if named else ""


def _listed(names: frozenset[str]) -> str:
    order = sorted(names)
    rest = len(order) - _NAMED_MAX
    # "+ 12" needs no translation, and a list of one more name is no shorter.
    return ", ".join(order) if rest <= 1 else f"{', '.join(order[:_NAMED_MAX])} + {rest}"


def conditions(document: VersionDocument, when: When, currency: str) -> list[Text]:
    """When a rule holds, beside the products it is about; empty if it always does."""
    said = []
    if 0 < len(when.weekdays) < _WEEK:
        said.append(words.weekdays(when.weekdays))
    if when.starts and when.ends:
        said.append(
            Text(
                f"dalle {when.starts} alle {when.ends}",
                f"from {when.starts} to {when.ends}",
            )
        )
    if when.birthday:
        said.append(_BIRTHDAYS[when.birthday])
    if when.tiers:
        said.append(_levels(document, when.tiers))
    if when.min_amount_minor:
        it, en = (format_amount(when.min_amount_minor, currency, x) for x in ("it", "en"))
        said.append(Text(f"quando spendi almeno {it}", f"when you spend at least {en}"))
    return said


def _levels(document: VersionDocument, keys: frozenset[str]) -> Text:
    listed = names(document, keys)
    if len(keys) == 1:
        return Text(f"per il livello {listed.it}", f"for the {listed.en} level")
    return Text(f"per i livelli {listed.it}", f"for the {listed.en} levels")


def names(document: VersionDocument, keys: frozenset[str]) -> Text:
    """The names of some levels, lowest first: "Oro e Platino", "Gold and Platinum"."""
    levels = document.tiers.levels if document.tiers else ()
    known = [level.name for level in levels if level.key in keys]
    strange = sorted(keys - {level.key for level in levels})
    return words.joined([*known, *(Text(key, key) for key in strange)])


def caps(document: VersionDocument) -> list[Text]:
    """A clause for each cap."""
    return [cap(document, one) for one in document.caps]


def cap(document: VersionDocument, one: Cap) -> Text:
    """The most that a visit or a day can give."""
    unit = document.unit(one.unit)
    most = words.count(one.units, unit.label if unit else Text(one.unit, one.unit))
    per = Text("a visita", "per visit") if one.per == "visit" else Text("al giorno", "a day")
    return Text(f"al massimo {most.it} {per.it}", f"at most {most.en} {per.en}")


def counted(document: VersionDocument) -> list[Text]:
    """What of an amount counts, where it is not simply what was paid."""
    said = _COUNTED.get((document.tax, document.discounts))
    return [said] if said and document.counts_money else []
