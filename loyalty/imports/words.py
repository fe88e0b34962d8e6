"""Why a row or a file was not taken, in sentences that say what to correct."""

from loyalty.core.text import Text

_SHOWN = 40  # of a value from the file: enough to find it, too little to flood a report


def shown(value: str) -> str:
    """A value of the file as it appears in a sentence."""
    plain = " ".join(value.split())
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"


def missing(column: str) -> Text:
    """The cell is empty."""
    return Text(
        f"Manca il valore di {column}: scrivilo e importa di nuovo la riga.",
        f"There is no {column}: fill it in and import the row again.",
    )


def too_long(column: str, longest: int) -> Text:
    """The text has more letters than can be kept."""
    return Text(
        f"Il testo di {column} supera {longest} caratteri.",
        f"The text of {column} is longer than {longest} characters.",
    )


def not_a_number(value: str) -> Text:
    """The cell should hold a number and does not."""
    return Text(
        f"«{shown(value)}» non è un numero: scrivi solo cifre, per esempio 12.40.",
        f"“{shown(value)}” is not a number: write digits only, like 12.40.",
    )


def too_fine(value: str, places: int) -> Text:
    """More decimals than the currency (or a quantity) has."""
    return Text(
        f"«{shown(value)}» ha più di {places} decimali.",
        f"“{shown(value)}” has more than {places} decimals.",
    )


def too_large(value: str) -> Text:
    """More than a sale can be."""
    return Text(
        f"«{shown(value)}» è troppo: il massimo è 10.000.000,00. Controlla le cifre.",
        f"“{shown(value)}” is too much: 10,000,000.00 at most. Check the digits.",
    )


def quantity_out_of_range(value: str) -> Text:
    """Not a number of pieces that one sale can have."""
    return Text(
        f"«{shown(value)}» non è una quantità tra 0,001 e 1.000.000.",
        f"“{shown(value)}” is not a quantity between 0.001 and 1,000,000.",
    )


def not_a_time(value: str) -> Text:
    """The cell should hold a date or a time and does not."""
    return Text(
        f"«{shown(value)}» non è una data: scrivila come 2026-03-31 o 2026-03-31T18:05:00.",
        f"“{shown(value)}” is not a date: write it like 2026-03-31 or 2026-03-31T18:05:00.",
    )


def time_out_of_range(value: str) -> Text:
    """A real time, but no sale can have been then."""
    return Text(
        f"«{shown(value)}» è nel futuro o prima del 1970: correggi la data.",
        f"“{shown(value)}” is in the future or before 1970: correct the date.",
    )


def not_an_email(value: str) -> Text:
    """The cell should hold an e-mail address and does not."""
    return Text(
        f"«{shown(value)}» non è un indirizzo e-mail: correggilo o lascialo vuoto.",
        f"“{shown(value)}” is not an e-mail address: correct it or leave it empty.",
    )


def not_a_birthday(value: str) -> Text:
    """Not a day of a year."""
    return Text(
        f"«{shown(value)}» non è un compleanno: scrivi mese e giorno, per esempio 03-21.",
        f"“{shown(value)}” is not a birthday: write month and day, like 03-21.",
    )


def too_many_tags(most: int) -> Text:
    """More tags than one row may bring."""
    return Text(
        f"Ci sono più di {most} etichette: tieni le più utili.",
        f"There are more than {most} tags: keep the most useful ones.",
    )


def no_room_for_tags(most: int) -> Text:
    """The shop has as many tags as it may."""
    return Text(
        f"Il negozio avrebbe più di {most} etichette: usane alcune che ci sono già.",
        f"The shop would have more than {most} tags: use some that are there already.",
    )


def not_a_language(value: str) -> Text:
    """Not a language that customers can be written to in."""
    return Text(
        f"«{shown(value)}» non è una lingua che conosciamo: scrivi it o en, o lascia vuoto.",
        f"“{shown(value)}” is not a language that we know: write it or en, or leave it empty.",
    )


SOURCE_NEEDED = Text(
    "Manca dove è stato dato il consenso: scrivilo in consent_source, per esempio modulo-2025.",
    "It is not said where the consent was given: write it in consent_source, like form-2025.",
)
MERGED = Text(
    "Questo cliente è stato unito a un altro: usa il riferimento di quello che è rimasto.",
    "This customer was merged into another: use the reference of the one who stayed.",
)
HALF_A_RETURN = Text(
    "La quantità è negativa e l'importo positivo: per un reso scrivili negativi tutti e due.",
    "The quantity is negative and the amount positive: for a return make both negative.",
)
DEBT_REFUSED = Text(
    "Il cliente non ha più i punti da togliere per questo reso, e il programma non ammette debiti: "
    "correggi il saldo dalla scheda cliente, poi importa di nuovo la riga.",
    "The customer no longer has the points that this return takes, and the program allows no debt: "
    "correct the balance on the customer's page, then import the row again.",
)
TOO_MUCH_TOGETHER = Text(
    "Le righe con questo external_ref superano insieme 10.000.000,00: controlla gli importi.",
    "The rows with this external_ref come to more than 10,000,000.00 together: check the amounts.",
)
REF_OF_ANOTHER = Text(
    "Questo external_ref è la vendita di un altro cliente: controlla il cliente della riga.",
    "This external_ref is the sale of another customer: check the customer of the row.",
)
REF_VOIDED = Text(
    "La vendita con questo external_ref è stata annullata: dai alla riga un riferimento nuovo.",
    "The sale with this external_ref was voided: give the row a new reference.",
)
CARD_BLOCKED = Text(
    "La carta del cliente è bloccata: sbloccala o sostituiscila, poi importa di nuovo.",
    "The customer's card is blocked: unblock or replace it, then import again.",
)
OPEN_QUOTE = Text(
    "Le virgolette aperte in questa riga non si chiudono: chiudile o toglile.",
    "A quotation mark opened in this row is never closed: close it or take it out.",
)
BROKEN_QUOTE = Text(
    "Dopo le virgolette chiuse c'è altro testo: raddoppia le virgolette interne al testo.",
    "Text follows a closing quotation mark: double the quotation marks inside a text.",
)
NUL = Text(
    "La riga contiene un carattere nullo: esporta di nuovo il file.",
    "The row contains a null character: export the file again.",
)
LONG_LINE = Text(
    "La riga è più lunga di 64 KB: non sembra una vendita.",
    "The row is longer than 64 KB: it does not look like a sale.",
)


def wrong_width(found: int, expected: int) -> Text:
    """The row has more or fewer cells than the heading."""
    return Text(
        f"La riga ha {found} colonne, l'intestazione {expected}.",
        f"The row has {found} columns, the heading has {expected}.",
    )


NOT_THERE = Text("Il file non c'è o non si può leggere.", "The file is not there or not readable.")
NO_FOLDER = Text(
    "La cartella per il file degli errori non c'è.",
    "The folder for the file of errors is not there.",
)
EMPTY = Text("Il file è vuoto.", "The file is empty.")
DAMAGED_GZIP = Text(
    "Il file compresso è rovinato o incompleto: crealo di nuovo.",
    "The compressed file is damaged or cut short: make it again.",
)
WIDE_TEXT = Text(
    "Il file è in UTF-16: salvalo come CSV UTF-8.", "The file is UTF-16: save it as CSV UTF-8."
)


def column_missing(column: str) -> Text:
    """The heading lacks a column that every sale needs."""
    return Text(
        f"Nell'intestazione manca la colonna {column}.", f"The heading has no column {column}."
    )


def column_twice(column: str) -> Text:
    """The heading names a column twice, so that nobody knows which one counts."""
    return Text(
        f"L'intestazione ha due colonne {column}.", f"The heading has two columns {column}."
    )


NOT_A_MEANING = Text("Una colonna non può essere questo.", "A column cannot be this.")
CHOSEN_TWICE = Text(
    "Due colonne sono la stessa cosa: lascia quella giusta e togli l'altra.",
    "Two columns are the same thing: keep the right one and free the other.",
)
NOT_CHOSEN = {
    "occurred_at": Text(
        "Di' quale colonna è la data della vendita.", "Say which column is the date of the sale."
    ),
    "amount": Text("Di' quale colonna è l'importo.", "Say which column is the amount."),
    "customer": Text(
        "Di' da quale colonna si riconosce un cliente: il suo codice, l'e-mail o il telefono.",
        "Say by which column a customer is known: their code, e-mail or phone.",
    ),
}
OTHER_HEADING = Text(
    "L'intestazione non è più quella mostrata: carica di nuovo il file.",
    "The heading is not the one that was shown any more: upload the file again.",
)
UNREADABLE_HEADING = Text(
    "La prima riga non si legge come intestazione: controlla le virgolette.",
    "The first line cannot be read as a heading: check its quotation marks.",
)
SPREADSHEET = Text(
    "È un foglio di calcolo. Aprilo e scegli Salva con nome, tipo «CSV UTF-8», poi carica quello.",
    "This is a spreadsheet. Open it, choose Save as, type “CSV UTF-8”, and upload that.",
)
NOT_TEXT = Text(
    "Non è un file di testo. Serve un CSV, come lo salva Excel o il programma di cassa.",
    "This is not a text file. A CSV is needed, as Excel or the till's program saves it.",
)
ONE_COLUMN = Text(
    "Nella prima riga c'è una sola colonna. Serve un CSV con le colonne divise da ; o da virgole.",
    "The first line has only one column. A CSV is needed, its columns parted by ; or commas.",
)
LONG_HEADING = Text(
    "La prima riga è troppo lunga per un'intestazione: controlla di aver scelto il file giusto.",
    "The first line is too long for a heading: check that this is the right file.",
)
TOO_MANY_ROWS = Text(
    "Il file ha più di un milione di righe: dividilo in file più piccoli.",
    "The file has more than a million rows: split it into smaller files.",
)
HEADING_ONLY = Text(
    "C'è solo l'intestazione: sotto non c'è nessuna riga.",
    "There is only the heading: no row stands under it.",
)


def too_wide(found: int, most: int) -> Text:
    """More columns than anybody can look through."""
    return Text(
        f"Il file ha {found} colonne: al massimo {most}. Togli quelle che non servono.",
        f"The file has {found} columns: {most} at most. Take out those that are not needed.",
    )
