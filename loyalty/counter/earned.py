"""Why a visit earned what it did: one reason for each rule that fired, or why none did (pure)."""

from fractions import Fraction

from loyalty.core.money import format_amount
from loyalty.core.text import Text
from loyalty.counter.reasons import carry, reason
from loyalty.ledger.state import Reason
from loyalty.programs import terms_earning, words
from loyalty.programs.document import EarningRule, Unit, VersionDocument
from loyalty.programs.earning import Share

Given = list[tuple[Share, int]]


def earned(
    document: VersionDocument, unit: Unit, given: Given, *, currency: str, millionths_after: int
) -> list[Reason]:
    """A reason for each rule that gave something, and what is put aside; else one why not."""
    fired = [(share, units) for share, units in given if share.millionths]
    said = []
    for share, units in fired or given[:1]:
        text = _share(document, share, units, unit, currency)
        if share.rule is not None and share.rule.per_kind == "amount_minor":
            text = _with_carry(text, document, unit, millionths_after, currency)
        said.append(reason(_name(share), unit.key, units, text))
    return said


def _name(share: Share) -> str:
    """By what a reason is known: the rule, or a cap or level, which no rule can be called."""
    return f"{share.kind}.{share.key}" if share.kind in ("cap", "tier") else share.key


def pledged(document: VersionDocument, share: Share, minor: int, currency: str) -> Reason:
    """What of the sale goes to the cause."""
    cause = document.cause
    assert cause is not None, "only a cause pledges"
    rate = words.share(cause.rate)
    it, en = (format_amount(minor, currency, language) for language in ("it", "en"))
    return reason(
        cause.key,
        share.unit,
        minor,
        Text(
            f"{rate.it} della spesa a {cause.beneficiary}: {it}",
            f"{rate.en} of the purchase to {cause.beneficiary}: {en}",
        ),
    )


def _share(document: VersionDocument, share: Share, units: int, unit: Unit, currency: str) -> Text:
    got = words.count(units, unit.label)
    if share.kind == "cap":
        return _cap(share, got)
    if share.kind == "tier":
        return _tier(document, share, unit, got)
    rule = share.rule
    assert rule is not None, "a base rule or a bonus"
    if share.kind == "bonus":
        what = terms_earning.rule(document, rule, currency)
        return Text(f"{what.it}: {_signed(units)}{got.it}", f"{what.en}: {_signed(units)}{got.en}")
    if share.unmet not in (None, "items"):
        what = terms_earning.rule(document, rule, currency)
        return Text(
            f"niente {unit.label.it} in questa visita; la regola: {what.it}",
            f"no {unit.label.en} in this visit; the rule: {what.en}",
        )
    return _base(share, rule, got, unit, currency)


def _signed(units: int) -> str:
    return "" if units < 0 else "+"


def _cap(share: Share, got: Text) -> Text:
    per = Text("a visita", "per visit") if share.key == "visit" else Text("al giorno", "a day")
    return Text(f"limite {per.it} raggiunto: {got.it}", f"limit {per.en} reached: {got.en}")


def _tier(document: VersionDocument, share: Share, unit: Unit, got: Text) -> Text:
    level = document.tiers.level(share.key) if document.tiers else None
    name = level.name if level else Text(share.key, share.key)
    more = words.multiplied(share.percent or 100, unit.label)
    return Text(
        f"livello {name.it}, {more.it}: +{got.it}", f"{name.en} level, {more.en}: +{got.en}"
    )


def _base(share: Share, rule: EarningRule, got: Text, unit: Unit, currency: str) -> Text:
    if rule.per_kind == "amount_minor":
        return _money(share, rule, got, currency)
    if not share.millionths:
        return Text(
            f"niente che dia {unit.label.it} in questa visita",
            f"nothing in this visit earns {unit.label.en}",
        )
    if rule.per_kind == "visit":
        return Text(f"visita: +{got.it}", f"visit: +{got.en}")
    pieces = _pieces(share.counted)
    what = _what(rule)
    return Text(f"{pieces.it}{what}: +{got.it}", f"{pieces.en}{what}: +{got.en}")


def _money(share: Share, rule: EarningRule, got: Text, currency: str) -> Text:
    paid = int(share.counted)
    it, en = (format_amount(paid, currency, language) for language in ("it", "en"))
    what = _what(rule)
    return Text(f"{it} di spesa{what}: +{got.it}", f"{en} spent{what}: +{got.en}")


def _what(rule: EarningRule) -> str:
    named = sorted(rule.when.categories) + sorted(rule.when.skus)
    return f" ({', '.join(named)})" if named else ""


def _pieces(counted: Fraction) -> Text:
    number = int(counted)
    if number == 1:
        return Text("1 prodotto", "1 item")
    return Text(f"{number} prodotti", f"{number} items")


def _with_carry(
    text: Text, document: VersionDocument, unit: Unit, millionths: int, currency: str
) -> Text:
    rest = carry(document, unit.key, millionths)
    if rest is None or rest[0] == 0:
        return text
    one = words.singular(unit.label)
    aside = [format_amount(rest[0], currency, language) for language in ("it", "en")]
    missing = [format_amount(rest[1], currency, language) for language in ("it", "en")]
    return Text(
        f"{text.it}; {aside[0]} messi da parte, {missing[0]} al prossimo {one.it}",
        f"{text.en}; {aside[1]} put aside, {missing[1]} to the next {one.en}",
    )
