"""Salone Bellini: levels by what was spent in half a year, and a reward only for the highest."""

from loyalty.demo.plan import Product, Raw, Season, ShopPlan, Trade, said, team
from loyalty.merchants.roles import Role

_TIERS: Raw = {
    "measure": "spend",
    "window": {"kind": "rolling", "months": 6},
    "grace_days": 30,
    "drop": "one",
    "levels": [
        {"key": "classic", "name": said("Classico", "Classic"), "from": 0},
        {
            "key": "silver",
            "name": said("Argento", "Silver"),
            "from": 15_000,
            "multiply_percent": 120,
        },
        {"key": "gold", "name": said("Oro", "Gold"), "from": 40_000, "multiply_percent": 150},
    ],
}
_RULES: Raw = {
    "units": [
        {
            "key": "points",
            "label": said("punti", "points"),
            "pending_hours": 24,
            "expiry": {"kind": "rolling", "months": 12},
        }
    ],
    "earn": [
        {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}},
        {
            "key": "birthday",
            "unit": "points",
            "multiply_percent": 200,
            "when": {"birthday": "week"},
        },
    ],
    "tiers": _TIERS,
    "rewards": [
        {
            "key": "mask",
            "kind": "product",
            "name": said("una maschera nutriente", "a nourishing mask"),
            "cost": {"points": 100},
            "value_minor": 1_200,
            "cost_minor": 300,
            "voucher_days": 60,
        },
        {
            "key": "cut-off",
            "kind": "percent_off",
            "name": said("il taglio a metà prezzo", "half off a haircut"),
            "cost": {"points": 200},
            "percent": 50,
            "voucher_days": 60,
        },
        {
            "key": "spa",
            "kind": "perk",
            "name": said("un rituale di benessere per due", "a spa ritual for two"),
            "cost": {"points": 350},
            "value_minor": 9_000,
            "cost_minor": 2_500,
            "tiers": ["gold"],
            "stock": 40,
            "voucher_days": 90,
        },
    ],
    "proof": {"redeem": "typed"},
    "limits": {"visits_per_card_day": 3, "min_seconds": 300, "amount_minor_max": 60_000},
}
_PLATINUM: Raw = {
    "key": "platinum",
    "name": said("Platino", "Platinum"),
    "from": 80_000,
    "multiply_percent": 200,
}
SALON = ShopPlan(
    key="salon",
    name="Salone Bellini",
    workers=team(
        "bellini",
        ("Silvia Bellini", Role.OWNER),
        ("Roberta Marchi", Role.MANAGER),
        ("Luca Ferraris", Role.MARKETER),
        ("Elisa Conti", Role.CASHIER),
        ("Samira Haddad", Role.CASHIER),
    ),
    locations=("Salone di via Roma",),
    program="Bellini Club",
    rules=_RULES,
    draft={**_RULES, "tiers": {**_TIERS, "levels": [*_TIERS["levels"], _PLATINUM]}},
    products=(
        Product("taglio-donna", "Taglio e piega donna", "taglio", 3_800, 6),
        Product("taglio-uomo", "Taglio uomo", "taglio", 2_200, 4),
        Product("piega", "Piega", "piega", 2_000, 6),
        Product("colore", "Colore senza ammoniaca", "colore", 4_500, 4),
        Product("meches", "Mèches", "colore", 7_000, 1),
        Product("barba", "Barba con panno caldo", "barba", 1_500, 2),
        Product("trattamento", "Trattamento ristrutturante", "trattamenti", 2_500, 2),
        Product("shampoo", "Shampoo delicato, 250 ml", "prodotti", 1_450, 1),
        Product("olio", "Olio per capelli, 100 ml", "prodotti", 2_290, 1),
    ),
    look=("prugna", "scissors"),
    trade=Trade(
        customers=470,
        gap_days=36,
        hours=(9, 19),
        basket=(1, 1, 1, 2, 2),
        closed=6,
        holidays=(Season((8, 9), (8, 23), 0), Season((12, 25), (12, 26), 0)),
        seasons=(
            Season((12, 8), (12, 24), 170),
            Season((7, 20), (8, 8), 140),
            Season((1, 7), (2, 10), 80),
        ),
    ),
    apologies=(
        (20, "Scuse per mezz'ora di attesa"),
        (30, "Ha portato un'amica"),
        (15, "Colore ritoccato il giorno dopo"),
        (-20, "Punti accreditati alla persona sbagliata"),
    ),
)
