"""What a version may not use yet, and what does not fit together: refused at publish, by name."""

from typing import Any

from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.programs.document import VersionDocument

Faults = dict[str, list[Text]]
_BUILT_EXPIRY = ("never", "rolling")
_BUILT_REWARDS = ("product", "perk")
_WHEN_BUILT = frozenset({"skus", "categories"})
_REWARD_EXTRAS = ("percent", "stock", "tiers", "from", "until", "per_customer")


def check(document: VersionDocument) -> None:
    """Raise Invalid naming each rule that cannot be published yet and each loose end."""
    faults: Faults = {}
    _check_whole(document.raw, faults)
    _check_units(document, faults)
    _check_earn(document, faults)
    _check_rewards(document, faults)
    _check_stamps(document, faults)
    if faults:
        raise Invalid(faults)


def _say(faults: Faults, field: str, sentence: Text) -> None:
    faults.setdefault(field, []).append(sentence)


def _not_yet(name: str) -> Text:
    return Text(f"{name}: non ancora disponibile", f"{name}: not built yet")


def _check_whole(raw: dict[str, Any], faults: Faults) -> None:
    for key in ("caps", "tiers", "cause"):
        if raw.get(key):
            _say(faults, key, _not_yet(key))
    base = raw.get("base") or {}
    if base.get("tax", "gross") != "gross":
        _say(faults, "base.tax", _not_yet("net"))
    if base.get("discounts", "after") != "after":
        _say(faults, "base.discounts", _not_yet("before"))
    if (raw.get("debt") or "carry") != "carry":
        _say(faults, "debt", _not_yet(raw["debt"]))
    if (raw.get("proof") or {}).get("redeem") == "live":
        _say(faults, "proof.redeem", _not_yet("live"))


def _check_units(document: VersionDocument, faults: Faults) -> None:
    keys = [unit.key for unit in document.units]
    for index, unit in enumerate(document.units):
        if keys.count(unit.key) > 1:
            _say(
                faults,
                f"units.{index}.key",
                Text(f"{unit.key}: dichiarata due volte", f"{unit.key}: declared twice"),
            )
        if unit.pending_hours:
            _say(faults, f"units.{index}.pending_hours", _not_yet("pending_hours"))
        if unit.expiry.kind not in _BUILT_EXPIRY:
            _say(faults, f"units.{index}.expiry.kind", _not_yet(unit.expiry.kind))
        elif unit.expiry.kind == "rolling" and unit.expiry.months < 1:
            _say(
                faults,
                f"units.{index}.expiry.months",
                Text("di' quanti mesi", "say how many months"),
            )


def _check_earn(document: VersionDocument, faults: Faults) -> None:
    keys = [rule.key for rule in document.earn]
    for index, rule in enumerate(document.earn):
        field = f"earn.{index}"
        if keys.count(rule.key) > 1:
            _say(
                faults,
                f"{field}.key",
                Text(f"{rule.key}: usata due volte", f"{rule.key}: used twice"),
            )
        if document.unit(rule.unit) is None:
            _say(
                faults,
                f"{field}.unit",
                Text(f"{rule.unit}: non è tra le unità", f"{rule.unit}: not among the units"),
            )
        if rule.multiply_percent is not None:
            _say(faults, f"{field}.multiply_percent", _not_yet("multiply_percent"))
        elif rule.per_kind is None or rule.units < 1:
            _say(
                faults,
                field,
                Text("di' quante unità, e ogni quanto", "say how many units, and per what"),
            )
        when = document.raw["earn"][index].get("when") or {}
        for name in sorted(set(when) - _WHEN_BUILT):
            if when[name]:
                _say(faults, f"{field}.when.{name}", _not_yet(name))


def _check_rewards(document: VersionDocument, faults: Faults) -> None:
    keys = [reward.key for reward in document.rewards]
    for index, reward in enumerate(document.rewards):
        field = f"rewards.{index}"
        if keys.count(reward.key) > 1:
            _say(
                faults,
                f"{field}.key",
                Text(f"{reward.key}: usata due volte", f"{reward.key}: used twice"),
            )
        if reward.kind not in _BUILT_REWARDS:
            _say(faults, f"{field}.kind", _not_yet(reward.kind))
        if not reward.cost:
            _say(faults, f"{field}.cost", Text("di' quanto costa", "say what it costs"))
        for unit in reward.cost:
            if document.unit(unit) is None:
                _say(
                    faults,
                    f"{field}.cost.{unit}",
                    Text(f"{unit}: non è tra le unità", f"{unit}: not among the units"),
                )
        raw = document.raw["rewards"][index]
        for name in _REWARD_EXTRAS:
            if raw.get(name):
                _say(faults, f"{field}.{name}", _not_yet(name))


def _check_stamps(document: VersionDocument, faults: Faults) -> None:
    stamps = document.stamps
    if stamps is None:
        return
    if document.unit(stamps.unit) is None:
        _say(
            faults,
            "stamps.unit",
            Text(f"{stamps.unit}: non è tra le unità", f"{stamps.unit}: not among the units"),
        )
    reward = document.reward(stamps.reward)
    if reward is None:
        _say(
            faults,
            "stamps.reward",
            Text(f"{stamps.reward}: non è tra i premi", f"{stamps.reward}: not among the rewards"),
        )
    elif reward.cost != {stamps.unit: stamps.size}:
        _say(
            faults,
            "stamps.size",
            Text(
                f"il premio {reward.key} deve costare esattamente {stamps.size}",
                f"the reward {reward.key} must cost exactly {stamps.size}",
            ),
        )
