"""What each scope of a key lets another program do, in words."""

from loyalty.core.text import Text

WORDS: dict[str, Text] = {
    "customers:read": Text("leggere i clienti", "read customers"),
    "customers:write": Text("aggiungere e cambiare clienti", "add and change customers"),
    "cards:read": Text("leggere le carte", "read cards"),
    "cards:write": Text("fare e bloccare carte", "make and block cards"),
    "visits:read": Text("leggere le visite", "read visits"),
    "visits:write": Text("registrare visite e resi", "record visits and refunds"),
    "visits:backdate": Text("registrare visite dei giorni passati", "record visits of past days"),
    "redemptions:read": Text("leggere i premi consegnati", "read rewards handed over"),
    "redemptions:write": Text("consegnare premi", "hand over rewards"),
    "programs:read": Text("leggere i programmi", "read programs"),
    "programs:write": Text("cambiare i programmi", "change programs"),
    "campaigns:read": Text("leggere le campagne", "read campaigns"),
    "campaigns:write": Text("fare campagne", "make campaigns"),
    "webhooks:read": Text("leggere gli avvisi ad altri programmi", "read webhooks"),
    "webhooks:write": Text("cambiare gli avvisi ad altri programmi", "change webhooks"),
    "adjust:write": Text("correggere saldi a mano", "correct balances by hand"),
    "metrics:read": Text("leggere i numeri del negozio", "read the shop's figures"),
}
