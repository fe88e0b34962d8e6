"""What does not fit among the rules that earn and the caps on them (pure)."""

from fractions import Fraction

from loyalty.programs import reach
from loyalty.programs.document import EarningRule, VersionDocument
from loyalty.programs.factors import largest
from loyalty.programs.faults import Faults, levels, say, twice, unit

FACTOR_MAX = 100
UNITS_MAX = 1_000_000_000
CARDS_MAX = 100
_NO_CHANGE = 100
# What an ordinary sale may come to: a thousand of most currencies, or a hundred pieces.
_SALE_MINOR, _SALE_ITEMS = 100_000, 100


def check_earning(document: VersionDocument, faults: Faults) -> None:
    """Note every fault of `earn`."""
    twice(faults, "earn.{}.key", [rule.key for rule in document.earn])
    reachable = reach.levels(document)
    times = {one.key: largest(document, one.key) for one in document.units}
    for index, rule in enumerate(document.earn):
        field = f"earn.{index}"
        if unit(faults, f"{field}.unit", document, rule.unit):
            if rule.multiply_percent is None:
                _check_base(document, rule, times[rule.unit], field, faults)
            else:
                _check_bonus(document, rule, field, faults)
                _check_factor(rule, times[rule.unit], field, faults)
        _check_hours(rule, field, faults)
        levels(faults, f"{field}.when.tiers", document, rule.when.tiers, reachable)
        _check_minimum(document, rule, field, faults)


def _check_base(
    document: VersionDocument, rule: EarningRule, times: Fraction, field: str, faults: Faults
) -> None:
    if rule.per_kind is None or rule.units < 1:
        say(
            faults,
            field,
            "di' quante unità dà, e ogni quanto",
            "say how many units it gives, and per what",
        )
        return
    limit = document.limits.amount_minor_max or _SALE_MINOR
    sale = {"amount_minor": min(limit, _SALE_MINOR), "item": _SALE_ITEMS}.get(rule.per_kind, 1)
    if rule.units * sale * times > UNITS_MAX * rule.per:
        say(
            faults,
            f"{field}.units",
            "una sola visita può dare più di un miliardo di unità; dai meno unità, più di rado",
            "one visit can give more than a billion units; give fewer of them, for more",
        )
    _check_cards(document, rule, field, faults)


def _check_cards(document: VersionDocument, rule: EarningRule, field: str, faults: Faults) -> None:
    """One step of a rule that fills a hundred stamp cards is a slip, and a hundred vouchers."""
    card = document.stamps
    pieces = rule.per if rule.per_kind == "item" else 1
    if card and card.unit == rule.unit and rule.units >= CARDS_MAX * card.size * pieces:
        say(
            faults,
            f"{field}.units",
            f"basta una volta per riempire {CARDS_MAX} carte; dai meno unità",
            f"one time fills {CARDS_MAX} cards; give fewer units",
        )


def _check_bonus(document: VersionDocument, rule: EarningRule, field: str, faults: Faults) -> None:
    bases = [one for one in document.earn if one.unit == rule.unit and one.per_kind]
    if not bases:
        say(
            faults,
            f"{field}.unit",
            f"{rule.unit}: nessuna regola ne dà, quindi non c'è niente da moltiplicare",
            f"{rule.unit}: no rule gives any, so there is nothing to multiply",
        )
    elif not any(reach.meets(rule, one) for one in bases):
        say(
            faults,
            f"{field}.when",
            "questo bonus non incontra mai una regola che dà unità: altri prodotti o altri livelli",
            "this bonus never meets a rule that gives units: other products or other levels",
        )
    if rule.multiply_percent == _NO_CHANGE:
        say(
            faults,
            f"{field}.multiply_percent",
            "100 lascia tutto com'è; il doppio è 200",
            "100 leaves everything as it is; double is 200",
        )


def _check_factor(rule: EarningRule, times: Fraction, field: str, faults: Faults) -> None:
    if times > FACTOR_MAX and (rule.multiply_percent or 0) > _NO_CHANGE:
        say(
            faults,
            f"{field}.multiply_percent",
            f"insieme, bonus e livelli possono moltiplicare per più di {FACTOR_MAX}; abbassali,"
            " o fai valere solo il più alto",
            f"together, bonuses and levels can multiply by more than {FACTOR_MAX}; lower them, or"
            " let only the highest count",
        )


def _check_hours(rule: EarningRule, field: str, faults: Faults) -> None:
    starts, ends = rule.when.starts, rule.when.ends
    if (starts is None) != (ends is None):
        missing = "from" if starts is None else "to"
        say(
            faults,
            f"{field}.when.{missing}",
            "servono tutte e due le ore, dalle e alle",
            "both hours are needed, from and to",
        )
    elif starts is not None and starts == ends:
        say(
            faults,
            f"{field}.when.to",
            "comincia e finisce alla stessa ora; per tutto il giorno togli le ore",
            "it begins and ends at the same hour; for the whole day leave the hours out",
        )


def _check_minimum(
    document: VersionDocument, rule: EarningRule, field: str, faults: Faults
) -> None:
    least, most = rule.when.min_amount_minor, document.limits.amount_minor_max
    # Before discounts more can count than was paid.
    if least and most and least > most and document.discounts == "after":
        say(
            faults,
            f"{field}.when.min_amount_minor",
            "è più della spesa più alta che la cassa accetta: non succede mai",
            "it is more than the highest amount that the till takes: it never happens",
        )


def check_caps(document: VersionDocument, faults: Faults) -> None:
    """Note every fault of `caps`."""
    for index, cap in enumerate(document.caps):
        field = f"caps.{index}"
        unit(faults, f"{field}.unit", document, cap.unit)
        if any((one.unit, one.per) == (cap.unit, cap.per) for one in document.caps[:index]):
            say(
                faults,
                f"{field}.per",
                "c'è già un massimo uguale; tieni uno solo dei due",
                "there is such a cap already; keep one of the two",
            )
        per_visit = document.cap(cap.unit, "visit")
        if cap.per == "day" and per_visit and cap.units < per_visit:
            say(
                faults,
                f"{field}.units",
                f"al giorno è meno che a visita ({per_visit}); alza questo o abbassa l'altro",
                f"a day has less than a visit ({per_visit}); raise this one or lower the other",
            )
