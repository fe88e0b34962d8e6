"""Zampe Felici: points, and two cents of each euro for the shelter of the town."""

from loyalty.demo.plan import Product, Raw, Season, ShopPlan, Trade, said, team
from loyalty.merchants.roles import Role

CAUSE = "rifugio"
_SPRING = frozenset((3, 4, 5, 6))
_RULES: Raw = {
    "units": [
        {
            "key": "points",
            "label": said("punti", "points"),
            "expiry": {"kind": "inactivity", "months": 9},
        }
    ],
    "earn": [
        {"key": "base", "unit": "points", "units": 1, "per": {"amount_minor": 200}},
        {
            "key": "kibble",
            "unit": "points",
            "units": 5,
            "per": {"item": 1},
            "when": {"skus": ["crocchette-12"]},
        },
    ],
    "cause": {
        "key": CAUSE,
        "beneficiary": {"name": "Rifugio Coda Allegra", "tax_code": "91000000001"},
        "rate": [2, 100],
        "payable_after_days": 14,
    },
    "rewards": [
        {
            "key": "treats",
            "kind": "product",
            "name": said("un sacchetto di biscotti per cani", "a bag of dog biscuits"),
            "cost": {"points": 40},
            "value_minor": 450,
            "cost_minor": 180,
            "voucher_days": 45,
        },
        {
            "key": "shelter-meal",
            "kind": "donation",
            "name": said("dieci pasti al rifugio", "ten meals for the shelter"),
            "cost": {"points": 60},
            "value_minor": 600,
        },
        {
            "key": "ten-euro",
            "kind": "amount_off",
            "name": said("10 euro di sconto", "10 euro off"),
            "cost": {"points": 150},
            "value_minor": 1_000,
            "voucher_days": 45,
        },
    ],
    "proof": {"redeem": "typed"},
    "limits": {"visits_per_card_day": 4, "min_seconds": 120, "amount_minor_max": 40_000},
}
PET_SHOP = ShopPlan(
    key="petshop",
    name="Zampe Felici",
    workers=team(
        "zampefelici",
        ("Paolo Gatti", Role.OWNER),
        ("Francesca Villa", Role.MANAGER),
        ("Irene Costa", Role.MARKETER),
        ("Matteo Orsi", Role.CASHIER),
        ("Oksana Kovalenko", Role.CASHIER),
    ),
    locations=("Negozio di via Roma", "Toelettatura di piazza Dante"),
    program="Zampe solidali",
    rules=_RULES,
    products=(
        Product("crocchette-3", "Crocchette cane adulto, 3 kg", "cane", 1_890, 5),
        Product("crocchette-12", "Crocchette cane adulto, 12 kg", "cane", 5_490, 2),
        Product("umido-cane", "Umido cane al manzo, 6 scatolette", "cane", 1_140, 3),
        Product("snack", "Bastoncini per i denti", "cane", 420, 4),
        Product("umido-gatto", "Bustine gatto al tonno, 12 pezzi", "gatto", 990, 5),
        Product("crocchette-gatto", "Crocchette gatto sterilizzato, 2 kg", "gatto", 1_690, 4),
        Product("lettiera", "Lettiera agglomerante, 10 l", "gatto", 890, 4),
        Product("gioco", "Topolino di corda", "gioco", 390, 2),
        Product("fieno", "Fieno per conigli, 1 kg", "piccoli animali", 590, 1),
        Product("antiparassitario", "Antiparassitario, 3 pipette", "cura", 2_450, 3, _SPRING),
        Product("toelettatura", "Bagno e toelettatura", "cura", 3_500, 1),
    ),
    look=("ardesia", "paw-print"),
    trade=Trade(
        customers=540,
        gap_days=29,
        hours=(9, 19),
        basket=(1, 1, 2, 2, 3),
        closed=6,
        holidays=(Season((8, 14), (8, 17), 0), Season((12, 25), (12, 26), 0)),
        seasons=(Season((12, 10), (12, 24), 125), Season((3, 15), (5, 31), 115)),
    ),
    apologies=(
        (10, "Scuse per l'ordine arrivato in ritardo"),
        (20, "Ha adottato un cane del rifugio: benvenuto!"),
        (15, "Punti della vecchia tessera"),
        (-5, "Punti dati due volte sulla stessa spesa"),
    ),
)
