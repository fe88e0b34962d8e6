"""Every field of a version document that the form writes as it stands, and its kind (pure).

The few whose shape differs from the document's are in `showing` and `reading` themselves.
"""

TEXT, WHOLE, MONEY, NAMES, TICKS, NUMBERS = "text", "whole", "money", "names", "ticks", "numbers"

WHEN = {
    "when.skus": NAMES,
    "when.categories": NAMES,
    "when.weekdays": NUMBERS,
    "when.from": TEXT,
    "when.to": TEXT,
    "when.birthday": TEXT,
    "when.tiers": TICKS,
    "when.min_amount_minor": MONEY,
}
NAME = {"name.it": TEXT, "name.en": TEXT}
ROWS = {
    "units": {
        "key": TEXT,
        "label.it": TEXT,
        "label.en": TEXT,
        "pending_hours": WHOLE,
        "expiry.kind": TEXT,
        "expiry.months": WHOLE,
    },
    "earn": {
        "key": TEXT,
        "unit": TEXT,
        "units": WHOLE,
        "multiply_percent": WHOLE,
        "combine": TEXT,
        "priority": WHOLE,
        **WHEN,
    },
    "caps": {"unit": TEXT, "per": TEXT, "units": WHOLE},
    "tiers.levels": {"key": TEXT, **NAME, "multiply_percent": WHOLE},
    "rewards": {
        "key": TEXT,
        "kind": TEXT,
        **NAME,
        "value_minor": MONEY,
        "cost_minor": MONEY,
        "percent": WHOLE,
        "stock": WHOLE,
        "tiers": TICKS,
        "from": TEXT,
        "until": TEXT,
        "per_customer.count": WHOLE,
        "per_customer.days": WHOLE,
        "voucher_days": WHOLE,
    },
}
SECTIONS = {
    "stamps": {"unit": TEXT, "size": WHOLE, "reward": TEXT, "on_full": TEXT},
    "tiers": {
        "measure": TEXT,
        "unit": TEXT,
        "window.kind": TEXT,
        "window.months": WHOLE,
        "grace_days": WHOLE,
        "drop": TEXT,
    },
    "cause": {
        "key": TEXT,
        "beneficiary.name": TEXT,
        "beneficiary.tax_code": TEXT,
        "payable_after_days": WHOLE,
        "cap_minor": MONEY,
    },
}
HOUSE = {
    "base.tax": TEXT,
    "base.discounts": TEXT,
    "debt": TEXT,
    "proof.earn": TEXT,
    "proof.redeem": TEXT,
    "limits.visits_per_card_day": WHOLE,
    "limits.min_seconds": WHOLE,
    "limits.amount_minor_max": MONEY,
}
