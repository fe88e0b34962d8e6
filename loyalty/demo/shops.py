"""Who is on the street: shops, programs, people and what they buy; all of it made up."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Product:
    """Something on the counter; prices in cents."""

    sku: str
    item: str
    category: str
    price_minor: int


@dataclass(frozen=True, slots=True)
class ShopPlan:
    """One shop of the demo."""

    name: str
    owner: tuple[str, str]  # name, e-mail
    cashier: tuple[str, str]
    program: str
    version: dict[str, Any]
    products: tuple[Product, ...]
    hours: tuple[int, int]


CAFE = ShopPlan(
    name="Caffè Aurora",
    owner=("Chiara Aurora", "chiara@aurora.example"),
    cashier=("Bruno Sala", "bruno@aurora.example"),
    program="Dieci caffè",
    version={
        "units": [{"key": "stamps", "label": {"it": "timbri", "en": "stamps"}}],
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
                "name": {"it": "un caffè in omaggio", "en": "a coffee on the house"},
                "cost": {"stamps": 10},
                "value_minor": 140,
                "cost_minor": 35,
                "voucher_days": 60,
            }
        ],
        "proof": {"redeem": "typed"},
        "limits": {"visits_per_card_day": 10, "min_seconds": 120, "amount_minor_max": 30_000},
    },
    products=(
        Product("espresso", "Espresso", "caffè", 130),
        Product("cappuccino", "Cappuccino", "caffè", 180),
        Product("macchiato", "Caffè macchiato", "caffè", 140),
        Product("cornetto", "Cornetto", "pasticceria", 150),
        Product("spremuta", "Spremuta d'arancia", "bevande", 350),
    ),
    hours=(7, 18),
)
BAKERY = ShopPlan(
    name="Forno Rossi",
    owner=("Marta Rossi", "marta@rossi.example"),
    cashier=("Giorgia Neri", "giorgia@rossi.example"),
    program="Punti del forno",
    version={
        "units": [
            {
                "key": "points",
                "label": {"it": "punti", "en": "points"},
                "expiry": {"kind": "rolling", "months": 6},
            }
        ],
        "earn": [
            {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}},
            {
                "key": "monday-bread",
                "unit": "points",
                "multiply_percent": 200,
                "when": {"weekdays": [1], "categories": ["pane"]},
            },
        ],
        "tiers": {
            "measure": "spend",
            "window": {"kind": "rolling", "months": 6},
            "grace_days": 30,
            "levels": [
                {"key": "friend", "name": {"it": "Amico", "en": "Friend"}, "from": 0},
                {
                    "key": "gold",
                    "name": {"it": "Spiga d'oro", "en": "Golden ear"},
                    "from": 20_000,
                    "multiply_percent": 120,
                },
            ],
        },
        "cause": {
            "key": "mensa",
            "beneficiary": {"name": "La mensa del quartiere", "tax_code": "91000000001"},
            "rate": [1, 100],
        },
        "rewards": [
            {
                "key": "focaccia",
                "kind": "product",
                "name": {"it": "una focaccia in omaggio", "en": "a free focaccia"},
                "cost": {"points": 40},
                "value_minor": 400,
                "cost_minor": 120,
                "voucher_days": 30,
            },
            {
                "key": "workshop",
                "kind": "perk",
                "name": {"it": "un pomeriggio a fare il pane", "en": "an afternoon making bread"},
                "cost": {"points": 150},
                "value_minor": 2_500,
                "cost_minor": 800,
                "tiers": ["gold"],
                "stock": 40,
            },
            {
                "key": "bread-for-the-table",
                "kind": "donation",
                "name": {"it": "pane per la mensa", "en": "bread for the neighbours' table"},
                "cost": {"points": 60},
                "value_minor": 500,
            },
        ],
        "proof": {"redeem": "typed"},
        "limits": {"visits_per_card_day": 6, "min_seconds": 120, "amount_minor_max": 20_000},
    },
    products=(
        Product("pane", "Pane casereccio", "pane", 320),
        Product("rosette", "Rosette", "pane", 210),
        Product("focaccia", "Focaccia genovese", "focaccia", 400),
        Product("crostata", "Crostata di albicocche", "dolci", 1_250),
        Product("biscotti", "Biscotti della nonna", "dolci", 640),
    ),
    hours=(7, 19),
)
STREET = (CAFE, BAKERY)
FIRST_NAMES = (
    "Anna",
    "Marco",
    "Giulia",
    "Luca",
    "Sara",
    "Paolo",
    "Elena",
    "Andrea",
    "Chiara",
    "Matteo",
    "Francesca",
    "Davide",
    "Martina",
    "Simone",
    "Laura",
    "Stefano",
    "Valentina",
    "Roberto",
    "Silvia",
    "Alessandro",
    "Paola",
    "Giorgio",
    "Federica",
    "Antonio",
    "Ilaria",
    "Fabio",
    "Claudia",
    "Nicola",
    "Irene",
    "Tommaso",
)
LAST_NAMES = (
    "Ferri",
    "Colombo",
    "Rinaldi",
    "Lombardi",
    "Greco",
    "Marini",
    "Costa",
    "Fontana",
    "Caruso",
    "Moretti",
    "Villa",
    "Conti",
    "Serra",
    "Bianco",
    "Gatti",
    "Longo",
    "Martini",
    "Leone",
    "Testa",
    "Riva",
    "Ferrara",
    "Galli",
    "Basile",
    "Piras",
    "Sanna",
    "Vitale",
    "Orlando",
    "Parisi",
    "Bellini",
    "Monti",
)
