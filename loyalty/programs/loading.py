"""Reading a program version from its canonical JSON; web.version_schema is the door before it."""

from loyalty.core.text import Text
from loyalty.programs.document import (
    RETURN_DAYS,
    Cap,
    Cause,
    EarningRule,
    Expiry,
    Level,
    Limits,
    PerCustomer,
    Raw,
    Reward,
    StampCard,
    Tiers,
    Unit,
    VersionDocument,
    When,
)


def load(raw: Raw) -> VersionDocument:
    """The document behind trusted canonical JSON, with every default filled in."""
    proof = raw.get("proof") or {}
    limits = raw.get("limits") or {}
    base = raw.get("base") or {}
    stamps = raw.get("stamps")
    return VersionDocument(
        units=tuple(_unit(unit) for unit in raw["units"]),
        earn=tuple(_rule(rule) for rule in raw["earn"]),
        caps=tuple(Cap(cap["unit"], cap["per"], cap["units"]) for cap in raw.get("caps") or []),
        stamps=_stamps(stamps) if stamps else None,
        tiers=_tiers(raw["tiers"]) if raw.get("tiers") else None,
        cause=_cause(raw["cause"]) if raw.get("cause") else None,
        rewards=tuple(_reward(reward) for reward in raw.get("rewards") or []),
        limits=Limits(
            visits_per_card_day=limits.get("visits_per_card_day"),
            min_seconds=limits.get("min_seconds"),
            amount_minor_max=limits.get("amount_minor_max"),
        ),
        tax=base.get("tax", "gross"),
        discounts=base.get("discounts", "after"),
        proof_earn=proof.get("earn", "typed"),
        proof_redeem=proof.get("redeem", "static"),
        debt=raw.get("debt") or "carry",
        raw=raw,
    )


def _unit(raw: Raw) -> Unit:
    expiry = raw.get("expiry") or {}
    return Unit(
        key=raw["key"],
        label=_name(raw.get("label"), raw["key"]),
        pending_hours=raw.get("pending_hours") or 0,
        expiry=Expiry(expiry.get("kind", "never"), expiry.get("months") or 0),
    )


def _name(raw: dict[str, str] | None, key: str) -> Text:
    """The name in both languages; what has no name is called by its key."""
    given = raw or {}
    return Text(given.get("it") or key, given.get("en") or key)


def _rule(raw: Raw) -> EarningRule:
    per: dict[str, int] = raw.get("per") or {}
    kind, amount = next(iter(per.items()), (None, 1))
    return EarningRule(
        key=raw["key"],
        unit=raw["unit"],
        units=raw.get("units") or 0,
        per_kind=kind,
        per=amount,
        multiply_percent=raw.get("multiply_percent"),
        combine=raw.get("combine") or "multiply",
        priority=raw.get("priority") or 0,
        when=_when(raw.get("when") or {}),
    )


def _when(raw: Raw) -> When:
    return When(
        skus=frozenset(raw.get("skus") or ()),
        categories=frozenset(raw.get("categories") or ()),
        weekdays=frozenset(raw.get("weekdays") or ()),
        starts=raw.get("from"),
        ends=raw.get("to"),
        birthday=raw.get("birthday"),
        tiers=frozenset(raw.get("tiers") or ()),
        min_amount_minor=raw.get("min_amount_minor"),
    )


def _stamps(raw: Raw) -> StampCard:
    return StampCard(
        unit=raw["unit"],
        size=raw["size"],
        reward=raw["reward"],
        on_full=raw.get("on_full") or "issue",
    )


def _tiers(raw: Raw) -> Tiers:
    levels = [
        Level(
            level["key"],
            _name(level.get("name"), level["key"]),
            level["from"],
            level.get("multiply_percent"),
        )
        for level in raw["levels"]
    ]
    return Tiers(
        measure=raw["measure"],
        unit=raw.get("unit"),
        window_kind=raw["window"]["kind"],
        window_months=raw["window"]["months"],
        grace_days=raw.get("grace_days") or 0,
        drop=raw.get("drop") or "one",
        levels=tuple(sorted(levels, key=lambda level: level.starts)),
    )


def _cause(raw: Raw) -> Cause:
    beneficiary, days = raw["beneficiary"], raw.get("payable_after_days")
    return Cause(
        key=raw["key"],
        beneficiary=beneficiary["name"],
        tax_code=beneficiary.get("tax_code"),
        rate=(raw["rate"][0], raw["rate"][1]),
        payable_after_days=RETURN_DAYS if days is None else days,
        cap_minor=raw.get("cap_minor"),
    )


def _reward(raw: Raw) -> Reward:
    limit = raw.get("per_customer")
    return Reward(
        key=raw["key"],
        kind=raw["kind"],
        name=_name(raw.get("name"), raw["key"]),
        cost=dict(raw.get("cost") or {}),
        value_minor=raw.get("value_minor"),
        cost_minor=raw.get("cost_minor"),
        voucher_days=raw.get("voucher_days"),
        percent=raw.get("percent"),
        stock=raw.get("stock"),
        tiers=frozenset(raw.get("tiers") or ()),
        starts=raw.get("from"),
        ends=raw.get("until"),
        per_customer=PerCustomer(limit["count"], limit["days"]) if limit else None,
    )
