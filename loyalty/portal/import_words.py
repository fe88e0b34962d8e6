"""Words about imports: what a column may be, where an import stands, what its numbers mean."""

from typing import Any

from loyalty.core.text import Text
from loyalty.imports.chosen import meanings
from loyalty.web.locale import pick

MEANINGS = {
    "customer": Text("Codice del cliente", "Code of the customer"),
    "occurred_at": Text("Data (e ora) della vendita", "Date (and time) of the sale"),
    "time": Text("Ora della vendita", "Time of the sale"),
    "amount": Text("Importo pagato", "Amount paid"),
    "external_ref": Text("Numero dello scontrino", "Number of the receipt"),
    "location": Text("Negozio o sede", "Shop or branch"),
    "sku": Text("Codice dell'articolo", "Code of the item"),
    "item": Text("Articolo", "Item"),
    "category": Text("Categoria", "Category"),
    "quantity": Text("Quantità", "Quantity"),
    "email": Text("E-mail", "E-mail"),
    "phone": Text("Telefono", "Phone"),
    "name": Text("Nome", "Name"),
    "surname": Text("Cognome", "Surname"),
    "birthday": Text("Compleanno", "Birthday"),
    "language": Text("Lingua", "Language"),
    "consent_marketing_at": Text("Data del consenso alle novità", "Date of the consent to news"),
    "consent_profiling_at": Text(
        "Data del consenso ad abitudini e gusti", "Date of the consent to habits and tastes"
    ),
    "tags": Text("Etichette", "Tags"),
    "note": Text("Nota per chi lavora qui", "Note for colleagues"),
    "consent_source": Text("Dove è stato dato il consenso", "Where the consent was given"),
}
KINDS = {
    "sales": Text("Vendite passate", "Past sales"),
    "customers": Text("Clienti", "Customers"),
}
STATES = {
    "choosing": Text("da completare", "to complete"),
    "trying": Text("prova in corso", "being checked"),
    "tried": Text("da confermare", "to confirm"),
    "running": Text("in corso", "running"),
    "done": Text("fatta", "done"),
    "undoing": Text("si sta annullando", "being undone"),
    "undone": Text("annullata", "undone"),
}
BADGES = {"done": "badge-good", "undone": "", "choosing": "badge-warn", "tried": "badge-warn"}
REPORT = (Text("Riga", "Line"), Text("Colonna", "Column"), Text("Motivo", "Reason"))
NO_FILE = Text("Scegli un file.", "Choose a file.")
TOO_LARGE = Text(
    "Il file supera 10 MB: dividilo, oppure comprimilo con gzip (.csv.gz).",
    "The file is over 10 MB: split it, or compress it with gzip (.csv.gz).",
)
PROGRAM_NEEDED = Text("Di' in quale programma.", "Say into which program.")
NO_PROGRAM = Text(
    "Prima pubblica un programma: le vendite passate danno punti secondo le sue regole.",
    "Publish a program first: past sales earn by its rules.",
)


def options(kind: str) -> list[tuple[str, str]]:
    """What a column of such a file may be, with its name."""
    return [(meaning, pick(MEANINGS[meaning])) for meaning in meanings(kind)]


def figures(kind: str, counts: dict[str, Any], *, is_dry: bool) -> list[tuple[str, int, str]]:
    """The counts of a try or of an import: label, number, and what it means."""
    new = Text("Nuove", "New") if kind == "sales" else Text("Nuovi o cambiati", "New or changed")
    taken = Text("Entrano", "Go in") if is_dry else Text("Entrate", "Gone in")
    sales = counts.get("sales")
    of = Text(
        f"righe, {sales} vendite" if sales is not None else "righe",
        f"rows, {sales} sales" if sales is not None else "rows",
    )
    known = Text("righe che ci sono già", "rows that are there already")
    nobody = Text("righe senza cliente", "rows without a customer")
    bad = Text("righe da correggere", "rows to correct")
    label = new if is_dry else taken
    return [
        (pick(label), counts.get("accepted", 0), pick(of)),
        (pick(Text("Già note", "Known")), counts.get("replayed", 0), pick(known)),
        (pick(Text("Saltate", "Skipped")), counts.get("no_customer", 0), pick(nobody)),
        (pick(Text("Rifiutate", "Refused")), counts.get("refused", 0), pick(bad)),
    ]
