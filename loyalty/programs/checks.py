"""Whether the rules of a version fit together: refused at publish field by field, or advised."""

from datetime import date

from loyalty.core.calendar import add_months
from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.programs import reach, terms
from loyalty.programs.checks_earning import check_caps, check_earning
from loyalty.programs.checks_rewards import check_rewards, check_stamps
from loyalty.programs.checks_tiers import check_tiers
from loyalty.programs.document import Unit, VersionDocument
from loyalty.programs.faults import Faults, say, twice
from loyalty.programs.reading import too_long

_DAY_HOURS = 24
_YEAR_MONTHS = 12
_WHOLE = 100
_NEEDS_MONTHS = ("rolling", "inactivity")
_PLAIN_YEAR = 2025  # any year without a 29 February
CAUSE_KEY_MAX = 26  # the ledger keeps a cause as a unit of its own, with a longer name


def check(document: VersionDocument) -> None:
    """Raise Invalid naming each field that contradicts another, does nothing or never comes."""
    faults: Faults = {}
    _check_units(document, faults)
    check_earning(document, faults)
    check_caps(document, faults)
    check_rewards(document, faults)
    check_stamps(document, faults)
    check_tiers(document, faults)
    _check_cause(document, faults)
    if faults:
        raise Invalid(faults)


def _check_units(document: VersionDocument, faults: Faults) -> None:
    twice(faults, "units.{}.key", [unit.key for unit in document.units])
    for index, unit in enumerate(document.units):
        _check_expiry(unit, f"units.{index}", faults)


def _check_expiry(unit: Unit, field: str, faults: Faults) -> None:
    kind, months = unit.expiry.kind, unit.expiry.months
    if kind in _NEEDS_MONTHS and months < 1:
        say(faults, f"{field}.expiry.months", "di' quanti mesi valgono", "say how many months")
    elif kind == "never":
        if months:
            say(
                faults,
                f"{field}.expiry.months",
                "senza scadenza non ci sono mesi; toglili o scegli una scadenza",
                "what never expires has no months; take them out or choose an expiry",
            )
    elif unit.pending_hours and unit.pending_hours >= _DAY_HOURS * shortest_days(months):
        say(
            faults,
            f"{field}.pending_hours",
            "potrebbero scadere prima che si possano usare; accorcia l'attesa",
            "they could expire before they can be used; shorten the wait",
        )


def shortest_days(months: int) -> int:
    """The fewest days that so many months can have: 28 for one. 0 months end on the same day."""
    firsts = [date(_PLAIN_YEAR, month, 1) for month in range(1, _YEAR_MONTHS + 1)]
    return min((add_months(first, months) - first).days for first in firsts)


def _check_cause(document: VersionDocument, faults: Faults) -> None:
    cause = document.cause
    if cause is None:
        return
    numerator, denominator = cause.rate
    if numerator < 1 or denominator < 1:
        say(faults, "cause.rate", "la quota non può essere zero", "the share cannot be nothing")
    elif numerator > denominator:
        say(
            faults,
            "cause.rate",
            "è più di tutta la vendita; il 2% sono 2 su 100",
            "it is more than the whole sale; 2% is 2 in 100",
        )
    if cause.cap_minor == 0:
        say(
            faults,
            "cause.cap_minor",
            "con un massimo di zero la causa non riceve nulla; alzalo o toglilo",
            "with a cap of nothing the cause receives nothing; raise it or take it out",
        )
    if document.unit(cause.key):
        say(
            faults,
            "cause.key",
            f"{cause.key}: è già il nome di un'unità; chiama la causa in un altro modo",
            f"{cause.key}: a unit has this name already; call the cause something else",
        )
    if len(cause.key) > CAUSE_KEY_MAX:
        say(
            faults,
            "cause.key",
            f"al massimo {CAUSE_KEY_MAX} caratteri",
            f"at most {CAUSE_KEY_MAX} characters",
        )


def advise(document: VersionDocument, currency: str) -> list[Text]:
    """What whoever writes the rules should hear although they can be published; maybe nothing."""
    long = too_long(terms.sentence(document, currency))
    return [
        *([long] if long else []),
        *_advise_units(document),
        *_advise_rewards(document),
        *_advise_caps(document),
        *_advise_tiers(document),
    ]


def _advise_units(document: VersionDocument) -> list[Text]:
    labels = [unit.label for unit in document.units]
    return [
        Text(
            f"Due unità si chiamano «{label.it}»: chi guarda la carta non le distingue.",
            f"Two units are called “{label.en}”: nobody can tell them apart on the card.",
        )
        for label in dict.fromkeys(labels)
        if labels.count(label) > 1
    ]


def _advise_rewards(document: VersionDocument) -> list[Text]:
    earned = reach.units(document, reach.levels(document))
    said, names = [], [reward.name for reward in document.rewards]
    for reward in document.rewards:
        name = reward.name
        if reward.stock == 0:
            said.append(
                Text(
                    f"«{name.it}»: con una scorta di 0 nessuno può averlo.",
                    f"“{name.en}”: with a stock of 0 nobody can have it.",
                )
            )
        if set(reward.cost) - earned:
            said.append(
                Text(
                    f"«{name.it}»: costa unità che nessuna regola dà, solo tu a mano.",
                    f"“{name.en}”: it costs units that no rule gives, only you by hand.",
                )
            )
    said += [
        Text(
            f"Due premi si chiamano «{name.it}»: alla cassa non si distinguono.",
            f"Two rewards are called “{name.en}”: nobody can tell them apart at the till.",
        )
        for name in dict.fromkeys(names)
        if names.count(name) > 1
    ]
    return said


def _advise_caps(document: VersionDocument) -> list[Text]:
    return [
        Text(
            f"Il massimo di {cap.units} al giorno non si raggiunge mai: le visite di un giorno ne"
            f" danno al più {most}.",
            f"The cap of {cap.units} a day is never reached: the visits of a day give at most"
            f" {most}.",
        )
        for cap in document.caps
        if cap.per == "day"
        and (most := reach.units_a_day(document, cap.unit)) is not None
        and most < cap.units
    ]


def _advise_tiers(document: VersionDocument) -> list[Text]:
    rules = document.tiers
    if rules is None:
        return []
    said = []
    if rules.unit is not None and rules.measure != "units":
        said.append(
            Text(
                f"I livelli non contano unità: «{rules.unit}» non serve.",
                f"The levels do not count units: “{rules.unit}” is not needed.",
            )
        )
    percents = [level.multiply_percent or _WHOLE for level in rules.levels]
    if percents != sorted(percents):
        said.append(
            Text(
                "Un livello più alto dà meno di uno più basso: chi sale ci perde.",
                "A higher level gives less than a lower one: who rises loses by it.",
            )
        )
    months = rules.window_months
    if rules.window_kind == "calendar" and _YEAR_MONTHS % months and months % _YEAR_MONTHS:
        said.append(
            Text(
                f"Periodi di {months} mesi non cominciano ogni anno nello stesso mese: meglio 1, 2,"
                " 3, 4, 6 o 12.",
                f"Periods of {months} months do not begin in the same month each year: better 1,"
                " 2, 3, 4, 6 or 12.",
            )
        )
    return said
