"""Caffè Aurora: ten coffees and one on the house."""

from loyalty.demo.plan import Product, Raw, Season, ShopPlan, Trade, Worker, said, team
from loyalty.merchants.roles import Role

_SUMMER, _WINTER = frozenset(range(5, 10)), frozenset((10, 11, 12, 1, 2, 3))
_RULES: Raw = {
    "units": [{"key": "stamps", "label": said("timbri", "stamps")}],
    "earn": [
        {
            "key": "coffee",
            "unit": "stamps",
            "units": 1,
            "per": {"item": 1},
            "when": {"categories": ["caffè"]},
        }
    ],
    "stamps": {"unit": "stamps", "size": 10, "reward": "free-coffee", "on_full": "issue"},
    "rewards": [
        {
            "key": "free-coffee",
            "kind": "product",
            "name": said("un caffè in omaggio", "a coffee on the house"),
            "cost": {"stamps": 10},
            "value_minor": 140,
            "cost_minor": 35,
            "voucher_days": 60,
        }
    ],
    "proof": {"redeem": "typed"},
    "limits": {"visits_per_card_day": 10, "min_seconds": 120, "amount_minor_max": 30_000},
}
_HAPPY_HOUR: Raw = {
    "key": "afternoon",
    "unit": "stamps",
    "multiply_percent": 200,
    "when": {"categories": ["caffè"], "weekdays": [1, 2, 3, 4, 5], "from": "15:00", "to": "17:00"},
}
CAFE = ShopPlan(
    key="cafe",
    name="Caffè Aurora",
    workers=team(
        "aurora",
        ("Chiara Aurora", Role.OWNER),
        ("Davide Lodi", Role.MANAGER),
        ("Nadia Bassani", Role.MARKETER),
        ("Bruno Sala", Role.CASHIER),
        ("Ioana Munteanu", Role.CASHIER),
    ),
    gone=Worker("Kevin Tosi", "kevin@aurora.example", Role.CASHIER),
    locations=("Bancone di via Roma",),
    program="Dieci caffè",
    unit="stamps",
    rules=_RULES,
    draft={**_RULES, "earn": [*_RULES["earn"], _HAPPY_HOUR]},
    products=(
        Product("espresso", "Espresso", "caffè", 130, 10),
        Product("macchiato", "Caffè macchiato", "caffè", 140, 5),
        Product("cappuccino", "Cappuccino", "caffè", 170, 7),
        Product("orzo", "Caffè d'orzo", "caffè", 160, 1),
        Product("marocchino", "Marocchino", "caffè", 190, 2),
        Product("shakerato", "Caffè shakerato", "caffè", 350, 2, _SUMMER),
        Product("cioccolata", "Cioccolata calda", "bevande", 380, 1, _WINTER),
        Product("spremuta", "Spremuta d'arancia", "bevande", 400, 1, _WINTER),
        Product("te-freddo", "Tè freddo alla pesca", "bevande", 300, 1, _SUMMER),
        Product("cornetto", "Cornetto alla crema", "pasticceria", 150, 5),
        Product("integrale", "Cornetto integrale al miele", "pasticceria", 160, 2),
        Product("tramezzino", "Tramezzino tonno e carciofi", "salato", 350, 1),
        Product("spritz", "Spritz con patatine", "aperitivo", 600, 1),
    ),
    look=("espresso", "coffee"),
    trade=Trade(
        customers=470,
        gap_days=13,
        hours=(7, 20),
        basket=(1, 1, 2, 2, 2, 3),
        holidays=(Season((8, 11), (8, 19), 0), Season((12, 25), (12, 25), 0)),
        seasons=(Season((7, 15), (8, 31), 75), Season((12, 6), (12, 23), 115)),
    ),
    apologies=(
        (1, "Timbro dimenticato ieri"),
        (3, "Scuse per l'attesa di sabato mattina"),
        (5, "Timbri della vecchia tessera di carta"),
        (-1, "Timbro dato due volte"),
    ),
)
