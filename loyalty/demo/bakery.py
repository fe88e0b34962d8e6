"""Forno Rossi: a point for each euro, at two counters."""

from loyalty.demo.plan import Product, Raw, Season, ShopPlan, Trade, said, team
from loyalty.merchants.roles import Role

_CARNIVAL, _EASTER, _CHRISTMAS = frozenset((1, 2)), frozenset((3, 4)), frozenset((12,))
_MONDAY_BREAD: Raw = {
    "key": "monday-bread",
    "unit": "points",
    "multiply_percent": 200,
    "when": {"weekdays": [1], "categories": ["pane"]},
}
_RULES: Raw = {
    "units": [
        {
            "key": "points",
            "label": said("punti", "points"),
            "expiry": {"kind": "rolling", "months": 9},
        }
    ],
    "earn": [{"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 100}}],
    "rewards": [
        {
            "key": "focaccia",
            "kind": "product",
            "name": said("una focaccia in omaggio", "a free focaccia"),
            "cost": {"points": 50},
            "value_minor": 400,
            "cost_minor": 120,
            "voucher_days": 30,
        },
        {
            "key": "five-euro",
            "kind": "amount_off",
            "name": said("5 euro di sconto", "5 euro off"),
            "cost": {"points": 100},
            "value_minor": 500,
            "voucher_days": 30,
        },
        {
            "key": "workshop",
            "kind": "perk",
            "name": said("un pomeriggio a fare il pane", "an afternoon making bread"),
            "cost": {"points": 250},
            "value_minor": 2_500,
            "cost_minor": 800,
        },
    ],
    "proof": {"redeem": "typed"},
    "limits": {"visits_per_card_day": 6, "min_seconds": 120, "amount_minor_max": 20_000},
}
BAKERY = ShopPlan(
    key="bakery",
    name="Forno Rossi",
    workers=team(
        "rossi",
        ("Marta Rossi", Role.OWNER),
        ("Pietro Rossi", Role.MANAGER),
        ("Alice Fabbri", Role.MARKETER),
        ("Giorgia Neri", Role.CASHIER),
        ("Tommaso Ricci", Role.CASHIER),
    ),
    locations=("Forno di via Garibaldi", "Banco del mercato coperto"),
    program="Punti del forno",
    rules=_RULES,
    later={
        **_RULES,
        "units": [{**_RULES["units"][0], "expiry": {"kind": "rolling", "months": 12}}],
        "earn": [*_RULES["earn"], _MONDAY_BREAD],
    },
    products=(
        Product("casereccio", "Pane casereccio, 500 g", "pane", 260, 8),
        Product("rosette", "Rosette, 4 pezzi", "pane", 210, 5),
        Product("integrale", "Pane integrale ai semi, 500 g", "pane", 320, 4),
        Product("ciabatta", "Ciabatta", "pane", 180, 4),
        Product("focaccia", "Focaccia genovese", "focaccia", 400, 5),
        Product("pizza", "Pizza rossa al taglio", "focaccia", 350, 4),
        Product("crostata", "Crostata di albicocche", "dolci", 1_250, 1),
        Product("biscotti", "Biscotti della nonna, 300 g", "dolci", 640, 2),
        Product("strudel", "Strudel di mele", "dolci", 980, 1),
        Product("chiacchiere", "Chiacchiere, 250 g", "dolci", 550, 3, _CARNIVAL),
        Product("colomba", "Colomba artigianale", "dolci", 2_200, 1, _EASTER),
        Product("panettone", "Panettone artigianale", "dolci", 2_600, 2, _CHRISTMAS),
    ),
    look=("crema", "croissant"),
    trade=Trade(
        customers=520,
        gap_days=15,
        hours=(7, 19),
        basket=(1, 2, 2, 2, 3, 4),
        holidays=(Season((8, 12), (8, 24), 0), Season((12, 26), (12, 26), 0)),
        seasons=(
            Season((12, 5), (12, 24), 160),
            Season((7, 10), (8, 31), 75),
            Season((3, 20), (4, 10), 115),
        ),
    ),
    apologies=(
        (10, "Pane finito prima dell'ora promessa"),
        (20, "Scuse per la torta consegnata in ritardo"),
        (35, "Punti della vecchia tessera"),
        (-5, "Punti dati due volte sulla stessa spesa"),
    ),
)
