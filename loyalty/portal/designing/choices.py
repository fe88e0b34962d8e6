"""What may be chosen in the form of the rules, in words for whoever runs a shop (pure)."""

from loyalty.core.text import Text

Choices = tuple[tuple[str, Text], ...]

PER: Choices = (
    ("amount_minor", Text("di spesa", "spent")),
    ("item", Text("prodotti", "items")),
    ("visit", Text("visita", "visit")),
)
EXPIRY: Choices = (
    ("never", Text("mai", "never")),
    ("rolling", Text("mesi dopo che si ricevono", "months after they are earned")),
    ("inactivity", Text("mesi senza visite", "months without a visit")),
    ("month_end", Text("fine mese, dopo alcuni mesi", "end of a month, some months on")),
    ("year_end", Text("fine anno, dopo alcuni mesi", "end of a year, some months on")),
)
BIRTHDAY: Choices = (
    ("", Text("non importa", "does not matter")),
    ("day", Text("nel giorno del compleanno", "on the birthday")),
    ("week", Text("nei 7 giorni dal compleanno", "in the 7 days from the birthday")),
    ("month", Text("nel mese del compleanno", "in the month of the birthday")),
)
COMBINE: Choices = (
    ("multiply", Text("si moltiplica con gli altri bonus", "multiplies with other bonuses")),
    ("best", Text("vale solo il bonus più alto", "only the highest bonus counts")),
)
CAP_PER: Choices = (("visit", Text("a visita", "per visit")), ("day", Text("al giorno", "per day")))
ON_FULL: Choices = (
    ("issue", Text("il buono arriva subito da solo", "the voucher comes at once, by itself")),
    (
        "keep",
        Text(
            "i timbri restano finché si chiede il premio",
            "the stamps stay until the reward is asked for",
        ),
    ),
)
MEASURE: Choices = (
    ("spend", Text("quanto si spende", "what is spent")),
    ("visits", Text("quante visite si fanno", "how many visits are made")),
    ("units", Text("quante unità si raccolgono", "how many units are earned")),
)
WINDOW: Choices = (
    ("rolling", Text("gli ultimi mesi", "the last months")),
    ("calendar", Text("periodi del calendario", "periods of the calendar")),
)
DROP: Choices = (
    ("one", Text("un livello alla volta", "one level at a time")),
    ("straight", Text("subito al livello che spetta", "straight to the level that is due")),
)
REWARD: Choices = (
    ("product", Text("un prodotto in omaggio", "a free product")),
    ("amount_off", Text("uno sconto in denaro", "an amount off")),
    ("percent_off", Text("uno sconto in percentuale", "a percentage off")),
    ("perk", Text("un servizio o un'esperienza", "a service or an experience")),
    ("donation", Text("una donazione alla causa", "a donation to the cause")),
)
TAX: Choices = (
    ("gross", Text("con l'IVA", "with VAT")),
    ("net", Text("senza l'IVA", "without VAT")),
)
DISCOUNTS: Choices = (
    ("after", Text("quanto si paga, tolti gli sconti", "what is paid, after discounts")),
    ("before", Text("il prezzo prima degli sconti", "the price before discounts")),
)
DEBT: Choices = (
    (
        "carry",
        Text(
            "la carta va sotto zero e recupera con le prossime visite",
            "the card goes below zero and catches up with the next visits",
        ),
    ),
    (
        "clamp",
        Text(
            "ci rimette il negozio: la carta si ferma a zero",
            "the shop bears it: the card stops at zero",
        ),
    ),
    ("block", Text("il rimborso non si può fare", "the refund is refused")),
)
PROOF: Choices = (
    ("typed", Text("basta scrivere il codice", "typing the code is enough")),
    ("static", Text("serve il QR, anche stampato", "the QR is needed, a printed one too")),
    (
        "live",
        Text("serve il QR che cambia, dal telefono", "the QR that changes is needed, on a phone"),
    ),
)
WEEKDAYS: Choices = (
    ("1", Text("lunedì", "Monday")),
    ("2", Text("martedì", "Tuesday")),
    ("3", Text("mercoledì", "Wednesday")),
    ("4", Text("giovedì", "Thursday")),
    ("5", Text("venerdì", "Friday")),
    ("6", Text("sabato", "Saturday")),
    ("7", Text("domenica", "Sunday")),
)
EVERY = {
    "per": PER,
    "expiry": EXPIRY,
    "birthday": BIRTHDAY,
    "combine": COMBINE,
    "cap_per": CAP_PER,
    "on_full": ON_FULL,
    "measure": MEASURE,
    "window": WINDOW,
    "drop": DROP,
    "reward": REWARD,
    "tax": TAX,
    "discounts": DISCOUNTS,
    "debt": DEBT,
    "proof": PROOF,
    "weekdays": WEEKDAYS,
}
