"""What each field of the form of the rules is called, at the field and in the list of faults."""

import re

from loyalty.core.text import Text
from loyalty.web.locale import pick

_ROW = re.compile(r"(units|earn|caps|tiers\.levels|rewards)\.([0-9]+)(?:\.(.+))?")
_IT, _EN = Text("in italiano", "in Italian"), Text("in inglese", "in English")
_ROWS = {
    "units": Text("Che cosa si raccoglie", "What is collected"),
    "earn": Text("Regola", "Rule"),
    "caps": Text("Massimo", "Limit"),
    "tiers.levels": Text("Livello", "Level"),
    "rewards": Text("Premio", "Reward"),
}
_IN_ROWS = {
    "units.label.it": _IT,
    "units.label.en": _EN,
    "units.expiry.kind": Text("Scadenza", "Expiry"),
    "units.expiry.months": Text("Quanti mesi", "How many months"),
    "units.pending_hours": Text("Si possono usare dopo (ore)", "Can be used after (hours)"),
    "earn.unit": Text("Di che cosa", "Of what"),
    "earn.units": Text("Quante", "How many"),
    "earn.per_size": Text("Ogni", "For every"),
    "earn.per": Text("Che cosa conta", "What counts"),
    "earn.multiply_percent": Text(
        "Quanto danno le regole, in percentuale", "What the rules give, as a percentage"
    ),
    "earn.combine": Text("Insieme ad altri bonus", "Together with other bonuses"),
    "earn.priority": Text("Precedenza a parità", "Precedence where equal"),
    "earn.when": Text("Quando vale", "When it holds"),
    "earn.when.categories": Text(
        "Solo per queste categorie, una per riga", "Only for these categories, one a line"
    ),
    "earn.when.skus": Text(
        "Solo per questi prodotti, un codice per riga", "Only for these products, one code a line"
    ),
    "earn.when.weekdays": Text("Solo in questi giorni", "Only on these days"),
    "earn.when.from": Text("Dalle", "From"),
    "earn.when.to": Text("Alle", "To"),
    "earn.when.birthday": Text("Compleanno", "Birthday"),
    "earn.when.tiers": Text("Solo per questi livelli", "Only for these levels"),
    "earn.when.min_amount_minor": Text(
        "Solo se la spesa è almeno", "Only if at least this is spent"
    ),
    "caps.unit": Text("Di che cosa", "Of what"),
    "caps.per": Text("Ogni", "For every"),
    "caps.units": Text("Al massimo", "At most"),
    "tiers.levels.name.it": Text("Nome in italiano", "Name in Italian"),
    "tiers.levels.name.en": Text("Nome in inglese", "Name in English"),
    "tiers.levels.from": Text("Da", "From"),
    "tiers.levels.multiply_percent": Text(
        "Quanto danno le regole, in percentuale", "What the rules give, as a percentage"
    ),
    "rewards.kind": Text("Che cos'è", "What it is"),
    "rewards.name.it": Text("Nome in italiano", "Name in Italian"),
    "rewards.name.en": Text("Nome in inglese", "Name in English"),
    "rewards.cost": Text("Quanto costa", "What it costs"),
    "rewards.value_minor": Text("Quanto vale per il cliente", "What it is worth to the customer"),
    "rewards.cost_minor": Text("Quanto costa a te", "What it costs you"),
    "rewards.percent": Text("Di quanto è lo sconto, in percentuale", "How much off, in percent"),
    "rewards.stock": Text("Quanti ce ne sono", "How many there are"),
    "rewards.tiers": Text("Solo per questi livelli", "Only for these levels"),
    "rewards.from": Text("Dal", "From"),
    "rewards.until": Text("Fino al, compreso", "Until, that day included"),
    "rewards.per_customer.count": Text("Quante volte a persona", "How often per person"),
    "rewards.per_customer.days": Text("In quanti giorni", "In how many days"),
    "rewards.voucher_days": Text("Giorni di validità del buono", "Days the voucher is good"),
}
_OTHERS = {
    "name": Text("Nome del programma", "Name of the program"),
    "units": Text("Che cosa si raccoglie", "What is collected"),
    "earn": Text("Come si raccoglie", "How it is earned"),
    "stamps": Text("Carta a timbri", "Stamp card"),
    "stamps.unit": Text("Quali timbri", "Which stamps"),
    "stamps.size": Text("Quanti per riempirla", "How many fill it"),
    "stamps.reward": Text("Il premio a carta piena", "The reward of a full card"),
    "stamps.on_full": Text("Quando è piena", "When it is full"),
    "tiers": Text("Livelli", "Levels"),
    "tiers.measure": Text("Che cosa fa salire", "What makes one rise"),
    "tiers.unit": Text("Quali unità contano", "Which units count"),
    "tiers.window.kind": Text("In che periodo", "Over which time"),
    "tiers.window.months": Text("Lungo quanti mesi", "Of how many months"),
    "tiers.grace_days": Text("Giorni in più per confermarlo", "Days more to confirm it"),
    "tiers.drop": Text("Se non si conferma si scende", "Who does not confirm it goes down"),
    "cause": Text("Causa", "Cause"),
    "cause.key": Text("Causa", "Cause"),
    "cause.beneficiary.name": Text("Chi riceve il denaro", "Who receives the money"),
    "cause.beneficiary.tax_code": Text("Il suo codice fiscale", "Their tax code"),
    "cause.rate": Text("Quota di ogni vendita, in percentuale", "Share of each sale, in percent"),
    "cause.payable_after_days": Text("Si può versare dopo (giorni)", "Can be paid after (days)"),
    "cause.cap_minor": Text("Al massimo per vendita", "At most for one sale"),
    "base.tax": Text("La spesa si conta", "What is spent counts"),
    "base.discounts": Text("Degli sconti", "As for discounts"),
    "debt": Text("Se un rimborso toglie più di quanto c'è", "If a refund takes more than there is"),
    "proof.earn": Text("Per raccogliere", "To earn"),
    "proof.redeem": Text("Per ritirare un premio", "To take a reward"),
    "limits.visits_per_card_day": Text("Visite al giorno per carta", "Visits a day for one card"),
    "limits.min_seconds": Text(
        "Avvisa se la carta torna entro (secondi)", "Warn if a card is back within (seconds)"
    ),
    "limits.amount_minor_max": Text(
        "La spesa più alta che la cassa accetta", "The highest amount that the till takes"
    ),
}


def label(field: str) -> str:
    """What stands above the field."""
    row = _ROW.fullmatch(field)
    if row is None:
        return pick(_OTHERS.get(field, Text("", "")))
    of, place, rest = row.groups()
    if not rest:
        return f"{pick(_ROWS[of])} {int(place) + 1}"
    named = "cost" if rest.startswith("cost.") else rest
    return pick(_IN_ROWS.get(f"{of}.{named}", _ROWS[of]))


def where(field: str) -> str:
    """The same in a list of faults, with the row that it belongs to: "Premio 2, Quanto costa"."""
    row = _ROW.fullmatch(field)
    if row is None or not row[3]:
        return label(field)
    return f"{label(f'{row[1]}.{row[2]}')}, {label(field)}"
