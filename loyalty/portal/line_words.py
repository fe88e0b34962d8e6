"""What the things in a member's line of time are called, each with its sign."""

from loyalty.core.text import Text

KINDS = {
    "visits": Text("Visite", "Visits"),
    "rewards": Text("Premi", "Rewards"),
    "units": Text("Punti e correzioni", "Points and corrections"),
    "mails": Text("E-mail", "Mails"),
    "remarks": Text("Osservazioni", "Remarks"),
    "consents": Text("Consensi", "Consents"),
    "notes": Text("Note", "Notes"),
    "staff": Text("Personale", "Staff"),
}
OPERATIONS = {
    "visit": (Text("Visita", "Visit"), "receipt-text"),
    "refund": (Text("Rimborso", "Refund"), "rotate-ccw"),
    "void": (Text("Visita annullata", "Visit cancelled"), "undo-2"),
    "return": (Text("Reso", "Return"), "rotate-ccw"),
    "restore": (Text("Rimborso annullato", "Refund taken back"), "undo-2"),
    "addition": (Text("Righe aggiunte", "Lines added"), "plus"),
    "move": (Text("Visita spostata", "Visit moved"), "arrow-right-left"),
    "redemption": (Text("Premio prenotato", "Reward reserved"), "gift"),
    "fulfilment": (Text("Premio consegnato", "Reward handed over"), "gift"),
    "cancel": (Text("Premio restituito", "Reward taken back"), "undo-2"),
    "adjustment": (Text("Correzione", "Correction"), "scale"),
    "expiry": (Text("Scadenza", "Expiry"), "hourglass"),
    "activation": (Text("Diventati utilizzabili", "Ready to use"), "circle-check"),
    "review": (Text("Livello rivisto", "Level reviewed"), "award"),
    "extension": (Text("Durata più lunga", "Good for longer"), "hourglass"),
    "enrolment": (Text("Carta consegnata", "Card given out"), "wallet-cards"),
    "merge": (Text("Carte unite", "Cards joined"), "wallet-cards"),
    "unmerge": (Text("Carte separate", "Cards parted"), "wallet-cards"),
}
ACTS = {
    "card.block": (Text("Carta bloccata", "Card blocked"), "lock"),
    "card.unblock": (Text("Carta sbloccata", "Card unblocked"), "lock-open"),
    "card.replace": (Text("Carta sostituita", "Card replaced"), "wallet-cards"),
    "card.restore": (Text("Carta vecchia ripristinata", "Old card put back"), "wallet-cards"),
    "card.link": (Text("Link per il telefono creato", "Link for the phone made"), "link"),
    "card.send": (Text("Link inviato per e-mail", "Link sent by mail"), "mail"),
    "customer.change": (Text("Dati corretti", "Details corrected"), "pencil"),
    "customer.note": (Text("Nota per la cassa cambiata", "Note for the till changed"), "pencil"),
    "customer.export": (Text("Dati esportati", "Data exported"), "download"),
    "customer.withdraw": (Text("Consenso ritirato per loro", "Consent taken back for them"), "ban"),
    "member.tag": (Text("Etichetta messa", "Tag put on"), "tag"),
    "member.untag": (Text("Etichetta tolta", "Tag taken off"), "tag"),
    "note.rewrite": (Text("Nota riscritta", "Note rewritten"), "pencil"),
    "note.strike": (Text("Nota barrata", "Note struck"), "ban"),
    "note.restore": (Text("Nota ripristinata", "Note restored"), "undo-2"),
    "limit.lift": (Text("Limite superato con permesso", "Limit lifted by permission"), "key-round"),
    "pin.unlock": (Text("PIN sbloccato", "PIN unlocked"), "lock-open"),
}
ACTORS = {
    "system": Text("da sé", "by itself"),
    "key": Text("da un altro programma", "by another program"),
    "imp": Text("da un file importato", "by an imported file"),
    "crd": Text("dal cliente", "by the customer"),
    "cus": Text("dal cliente", "by the customer"),
}
CONSENT_SOURCES = {
    "card": Text("Dalla sua carta", "On their card"),
    "join": Text("All'iscrizione", "When joining"),
    "counter": Text("Al banco", "At the counter"),
    "import": Text("Da un archivio importato", "From an imported file"),
    "merge": Text("Per l'unione di due schede: vale il più prudente",
                  "By merging two records: the stricter one holds"),
    "unmerge": Text("Per la separazione delle schede", "By parting the records"),
}  # fmt: skip
MAIL_STATES = {
    "waiting": Text("in partenza", "on its way"),
    "kept": Text("non inviata: manca il server", "not sent: no mail server"),
    "failed": Text("non recapitata", "not delivered"),
    "dropped": Text("non inviata", "not sent"),
}
