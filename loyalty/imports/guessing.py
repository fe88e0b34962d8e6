"""What the columns of a file may be, guessed from Italian and English headings; pure."""

import re
import unicodedata
from collections.abc import Sequence

from loyalty.imports.chosen import KNOWN_BY, SURNAME, TIME

# Of each meaning the likeliest heading first; the first meaning that fits takes a column.
_SALES: dict[str, str] = {
    "customer": "customer|codice cliente|cod cliente|id cliente|customer id|customer code"
    "|numero tessera|n tessera|tessera|codice tessera|carta|codice fidelity|card|card number"
    "|fidelity|cliente|client|codice",
    "occurred_at": "occurred at|data e ora|data ora|data vendita|data scontrino|data documento"
    "|data acquisto|data|giorno|date and time|datetime|timestamp|sale date|invoice date"
    "|order date|date|day",
    TIME: "ora|ora vendita|orario|time|hour",
    "amount": "amount|importo|importo totale|totale|totale riga|totale scontrino|spesa|incasso"
    "|importo lordo|total|total amount|line total|valore|prezzo|price|sum",
    "external_ref": "external ref|numero scontrino|n scontrino|scontrino|numero documento"
    "|n documento|documento|ricevuta|numero ordine|ordine|receipt|receipt number|invoice"
    "|invoice number|order|order number|transaction|transaction id",
    "location": "location|sede|negozio|punto vendita|filiale|store|shop|branch",
    "sku": "sku|codice articolo|cod articolo|codice prodotto|barcode|ean|codice a barre"
    "|product code|item code",
    "item": "item|articolo|prodotto|descrizione|descrizione articolo|product|description",
    "category": "category|categoria|reparto|department|famiglia",
    "quantity": "quantity|quantita|qta|pezzi|qty|pieces|units",
    "email": "email|e mail|posta elettronica|posta|mail|indirizzo email|indirizzo e mail",
    "phone": "phone|telefono|cellulare|cell|tel|numero di telefono|mobile|phone number",
    "name": "name|nome cliente|nome e cognome|nominativo|ragione sociale|nome|customer name"
    "|full name|cliente|client",
}
_CUSTOMERS: dict[str, str] = {
    "customer": "customer|codice cliente|cod cliente|id cliente|customer id|customer code"
    "|numero tessera|n tessera|tessera|codice tessera|card number|card|codice fidelity|id|codice"
    "|code|external ref",
    "email": _SALES["email"],
    "phone": _SALES["phone"],
    "name": "name|nome e cognome|nominativo|nome cliente|full name|nome|first name|cliente"
    "|ragione sociale",
    SURNAME: "cognome|surname|last name|family name",
    "birthday": "birthday|compleanno|data di nascita|data nascita|nato il|nascita|date of birth"
    "|birth date|dob",
    "language": "language|lingua",
    "consent_marketing_at": "consent marketing at|data consenso marketing|consenso marketing il"
    "|marketing consent date",
    "consent_profiling_at": "consent profiling at|data consenso profilazione"
    "|consenso profilazione il|profiling consent date",
    "tags": "tags|tag|etichette|etichetta|segmento|segmenti|gruppo|gruppi|labels|label|groups|group"
    "|segment|segments|tipo cliente|categoria cliente",
    "note": "note|nota|annotazioni|annotazione|osservazioni|commenti|commento|notes|remarks|remark"
    "|comments|comment|memo",
    "consent_source": "consent source|origine consenso|fonte consenso|consent given at",
}
_OF = {"sales": _SALES, "customers": _CUSTOMERS}
_REPORT = {"riga", "line", "colonna", "column", "motivo", "reason"}  # of our own file of errors
REPORT_COLUMNS = 3
_NEEDED = {"sales": {"occurred_at", "amount"}, "customers": {*KNOWN_BY}}


def guess(headings: Sequence[str], kind: str) -> tuple[str, ...]:
    """What each column is, "" for what nobody would guess."""
    plain = [_plain(heading) for heading in headings]
    found = [""] * len(plain)
    for is_exact in (True, False):
        for meaning, names in _OF[kind].items():
            if meaning not in found:
                place = _place(plain, found, names.split("|"), is_exact=is_exact)
                if place is not None:
                    found[place] = meaning
    return tuple(found)


def guess_kind(headings: Sequence[str]) -> str:
    """Whether a file looks like past sales or like customers."""
    return "sales" if {*guess(headings, "sales")} >= _NEEDED["sales"] else "customers"


def without_report(headings: Sequence[str]) -> Sequence[str]:
    """The headings without what our own file of errors adds at their end."""
    own = len(headings) - REPORT_COLUMNS
    if own > 0 and all(_plain(heading) in _REPORT for heading in headings[own:]):
        return headings[:own]
    return headings


def looks_like_data(headings: Sequence[str]) -> bool:
    """Whether the first row is no heading: a number, a date or an address stands in it."""
    return any(re.fullmatch(r"[-+]?[0-9][0-9./,: -]*|\S+@\S+", cell) for cell in headings)


def _place(plain: list[str], found: list[str], names: list[str], *, is_exact: bool) -> int | None:
    for name in names:
        for place, heading in enumerate(plain):
            if found[place] or heading in _REPORT:
                continue
            if heading == name or (not is_exact and heading.startswith(f"{name} ")):
                return place
    return None


def _plain(heading: str) -> str:
    """Without accents, marks and capitals: "Importo (€)" is "importo"."""
    bare = unicodedata.normalize("NFKD", heading.casefold())
    letters = "".join(one for one in bare if not unicodedata.combining(one))
    return " ".join(re.findall(r"[a-z0-9]+", letters))
