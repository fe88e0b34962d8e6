"""The terms sentence: what a version promises, in Italian and in English (pure)."""

from loyalty.core.money import format_amount
from loyalty.core.text import Text
from loyalty.programs import words
from loyalty.programs.document import EarningRule, Reward, Unit, VersionDocument


def sentence(document: VersionDocument, currency: str) -> Text:
    """How units are earned, what they buy and how long they last, generated from the rules."""
    parts = [_earning(document, rule, currency) for rule in document.earn]
    parts += [_reward(document, reward) for reward in document.rewards]
    parts += [_lasting(unit) for unit in document.units]
    parts += _stamps(document)
    return Text(
        _capital("; ".join(part.it for part in parts)) + ".",
        _capital("; ".join(part.en for part in parts)) + ".",
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _earning(document: VersionDocument, rule: EarningRule, currency: str) -> Text:
    unit = document.unit(rule.unit)
    given = words.count(rule.units, unit.label if unit else Text(rule.unit, rule.unit))
    per, only = _per(rule, currency), _only(rule)
    return Text(f"{given.it} {per.it}{only.it}", f"{given.en} {per.en}{only.en}")


def _per(rule: EarningRule, currency: str) -> Text:
    if rule.per_kind == "amount_minor":
        return Text(
            f"ogni {format_amount(rule.per, currency, 'it')} di spesa",
            f"for every {format_amount(rule.per, currency, 'en')} spent",
        )
    if rule.per_kind == "visit":
        return Text("a visita", "per visit")
    if rule.per == 1:
        return Text("per ogni prodotto", "for each item")
    return Text(f"ogni {rule.per} prodotti", f"for every {rule.per} items")


def _only(rule: EarningRule) -> Text:
    named = sorted(rule.when.categories) + sorted(rule.when.skus)
    if not named:
        return Text("", "")
    listed = ", ".join(named)
    return Text(f" ({listed})", f" ({listed})")


def _reward(document: VersionDocument, reward: Reward) -> Text:
    cost = [
        words.count(units, unit.label)
        for key, units in reward.cost.items()
        if (unit := document.unit(key))
    ]
    return Text(
        f"{' e '.join(c.it for c in cost)} = {reward.name.it}",
        f"{' and '.join(c.en for c in cost)} = {reward.name.en}",
    )


def _lasting(unit: Unit) -> Text:
    if unit.expiry.kind == "rolling":
        months = unit.expiry.months
        it = "1 mese" if months == 1 else f"{months} mesi"
        en = "1 month" if months == 1 else f"{months} months"
        return Text(f"{unit.label.it} validi {it}", f"{unit.label.en} last {en}")
    return Text(f"{unit.label.it} senza scadenza", f"{unit.label.en} never expire")


def _stamps(document: VersionDocument) -> list[Text]:
    stamps = document.stamps
    reward = document.reward(stamps.reward) if stamps else None
    if stamps is None or reward is None or stamps.on_full != "issue":
        return []
    days = reward.voucher_days
    if days is None:
        return [
            Text("il buono arriva da solo a carta piena", "the voucher comes by itself when full")
        ]
    return [
        Text(
            f"il buono arriva da solo a carta piena e vale {days} giorni",
            f"the voucher comes by itself when full and is good for {days} days",
        )
    ]
