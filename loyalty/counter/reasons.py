"""Why a number is what it is, in words that a customer can read, Italian and English (pure)."""

from datetime import date
from fractions import Fraction

from loyalty.core.money import format_amount
from loyalty.core.text import Text
from loyalty.ledger.state import Reason
from loyalty.programs import words
from loyalty.programs.document import EarningRule, Reward, Unit, VersionDocument
from loyalty.programs.earning import MILLION, Share


def reason(rule: str, unit: str, units: int, said: Text) -> Reason:
    """One reason as it stands in receipts and statements."""
    return {"rule": rule, "unit": unit, "units": units, "it": said.it, "en": said.en}


def carry(document: VersionDocument, unit: str, millionths: int) -> tuple[int, int] | None:
    """Minor units put aside, and missing to the next unit, at the base rate.

    None unless the unit has exactly one money rule (contract, "A line").
    """
    rules = document.money_rules(unit)
    if len(rules) != 1:
        return None
    rule, rest = rules[0], millionths % MILLION
    aside = rest * rule.per // (rule.units * MILLION)
    missing = -(-(MILLION - rest) * rule.per // (rule.units * MILLION))
    return aside, missing


def earned(
    document: VersionDocument,
    unit: Unit,
    given: list[tuple[Share, int]],
    *,
    currency: str,
    millionths_after: int,
) -> list[Reason]:
    """A reason for each rule that looked at the sale, and what is put aside."""
    said = []
    for share, units in given:
        text = _share(share, units, unit, currency)
        if share.rule.per_kind == "amount_minor":
            text = _with_carry(text, document, unit, millionths_after, currency)
        said.append(reason(share.rule.key, unit.key, units, text))
    return said


def _share(share: Share, units: int, unit: Unit, currency: str) -> Text:
    got = words.count(units, unit.label)
    rule = share.rule
    if rule.per_kind == "amount_minor":
        return _money(share, got, currency)
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


def _money(share: Share, got: Text, currency: str) -> Text:
    paid = int(share.counted)
    it, en = (format_amount(paid, currency, language) for language in ("it", "en"))
    what = _what(share.rule)
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


def taken(rule: str, unit: Unit, units: int, *, expired: int, voided: bool) -> Reason:
    """Units taken back from a refunded or voided sale; what had expired is gone already."""
    head = Text("visita annullata", "visit voided") if voided else Text("rimborso", "refund")
    moved = []
    if units:
        lost = words.count(units, unit.label)
        moved.append(Text(f"-{lost.it}", f"-{lost.en}"))
    if expired:
        gone = words.count(expired, unit.label)
        moved.append(Text(f"{gone.it} già scaduti", f"{gone.en} had expired already"))
    if not moved:
        moved.append(Text(f"{unit.label.it} invariati", f"{unit.label.en} unchanged"))
    it, en = ", ".join(part.it for part in moved), ", ".join(part.en for part in moved)
    return reason(rule, unit.key, -units, Text(f"{head.it}: {it}", f"{head.en}: {en}"))


def filled(unit: Unit, units: int, reward: Reward) -> Reason:
    """A stamp card was full and its voucher came out."""
    spent = words.count(units, unit.label)
    return reason(
        reward.key,
        unit.key,
        -units,
        Text(
            f"carta piena: {spent.it} diventano un buono per {reward.name.it}",
            f"card full: {spent.en} become a voucher for {reward.name.en}",
        ),
    )


def redeemed(unit: Unit, units: int, reward: Reward) -> Reason:
    """Units exchanged for a reward."""
    spent = words.count(units, unit.label)
    return reason(
        reward.key,
        unit.key,
        -units,
        Text(f"{reward.name.it}: -{spent.it}", f"{reward.name.en}: -{spent.en}"),
    )


def given_back(unit: Unit, units: int, reward: Reward, grace: date | None) -> Reason:
    """A cancelled reward: the units are back, or back for a few days when they had expired."""
    back = words.count(units, unit.label)
    it, en = (
        f"{reward.name.it} annullato: +{back.it}",
        f"{reward.name.en} cancelled: +{back.en}",
    )
    if grace is not None:
        until = words.day(grace)
        it += f"; quanto era già scaduto vale fino al {until.it}"
        en += f"; what had expired already is good until {until.en}"
    return reason(reward.key, unit.key, units, Text(it, en))


def expired(unit: Unit, units: int, last_day: date) -> Reason:
    """Units whose last day has passed."""
    gone, on = words.count(units, unit.label), words.day(last_day)
    return reason(
        "expiry",
        unit.key,
        -units,
        Text(
            f"validi fino al {on.it}: scadono {gone.it}",
            f"valid until {on.en}: {gone.en} expired",
        ),
    )


def adjusted(unit: Unit, units: int, why: str) -> Reason:
    """A correction by hand; `why` is what the person wrote."""
    moved = words.count(abs(units), unit.label)
    sign = "+" if units > 0 else "-"
    return reason(
        "adjustment",
        unit.key,
        units,
        Text(f"correzione ({why}): {sign}{moved.it}", f"correction ({why}): {sign}{moved.en}"),
    )
