"""What records, tests and receivers' demands are called, and what to do about each."""

from dataclasses import dataclass

from loyalty.core.text import Text
from loyalty.web.locale import pick

RECORDS: dict[str, tuple[Text, Text]] = {
    "spf": (
        Text("SPF: chi può spedire", "SPF: who may send"),
        Text(
            "Dice da quali server parte la posta del dominio. Se ce n'è già uno, aggiungi la parte"
            " in mezzo a quello: due record SPF valgono come nessuno.",
            "Says from which servers the domain's mail leaves. If there is one already, add the"
            " middle part to it: two SPF records count as none.",
        ),
    ),
    "dkim": (
        Text("DKIM: la firma", "DKIM: the signature"),
        Text(
            "La chiave pubblica con cui chi riceve controlla la nostra firma. Alcuni pannelli"
            " vogliono il valore diviso in pezzi da 255 caratteri.",
            "The public key with which receivers check our signature. Some panels want the value"
            " cut into pieces of 255 characters.",
        ),
    ),
    "dmarc": (
        Text("DMARC: che cosa fare dei falsi", "DMARC: what to do with forgeries"),
        Text(
            "Si comincia con p=none e si guardano i rapporti; quando tutto passa, quarantine.",
            "Begin with p=none and read the reports; once everything passes, quarantine.",
        ),
    ),
    "mx": (
        Text("MX: dove torna la posta", "MX: where mail comes back"),
        Text(
            "Le lettere non consegnate tornano a b+…@ questo dominio: serve una casella che le"
            " prenda.",
            "Letters that cannot be delivered come back to b+…@ this domain: a mailbox has to take"
            " them.",
        ),
    ),
}
# What a look has found: in words, and the kind of its badge.
FOUND: dict[str, tuple[Text, str]] = {
    "good": (Text("a posto", "in order"), "badge-good"),
    "weak": (Text("c'è, ma non protegge", "there, but protects nothing"), "badge-warn"),
    "missing": (Text("manca", "missing"), "badge-bad"),
    "other": (Text("c'è un'altra chiave", "another key is there"), "badge-bad"),
    "twice": (Text("ce ne sono due: tienine uno", "there are two: keep one"), "badge-bad"),
    "silent": (Text("nessuna risposta: riprova", "no answer: try again"), "badge-warn"),
}
TRIAL: dict[str, Text] = {
    "sent": Text(
        "Il server di posta l'ha presa. Guarda dove è arrivata: posta in arrivo o spam.",
        "The mail server has taken it. See where it arrived: inbox or spam.",
    ),
    "kept": Text(
        "Non c'è un server di posta, quindi non è partita: imposta LOYALTY_SMTP_URL.",
        "There is no mail server, so it went nowhere: set LOYALTY_SMTP_URL.",
    ),
    "later": Text(
        "Il server non l'ha presa adesso: riprova tra un po'.",
        "The server did not take it now: try again in a while.",
    ),
    "failed": Text(
        "Il server non la vuole per questo indirizzo.",
        "The server will not take it for this address.",
    ),
    "refused": Text(
        "Il server non prende posta da noi: controlla i record e LOYALTY_SMTP_URL.",
        "The server takes no mail from us: check the records and LOYALTY_SMTP_URL.",
    ),
    "unknown": Text(
        "La linea è caduta alla fine: può essere arrivata.",
        "The line broke at the end: it may have arrived.",
    ),
    "invalid": Text(
        "La lettera non si può stampare: apri i passi e correggi.",
        "The letter cannot be printed: open the steps and correct it.",
    ),
    "gone": Text("Chi l'ha chiesta non lavora più qui.", "Who asked for it works here no more."),
}


@dataclass(frozen=True, slots=True)
class Demand:
    """Something that large receivers ask of bulk mail; who sees to it: the product, or you."""

    what: str
    how: str
    is_done: bool


def receivers(*, is_https: bool) -> list[Demand]:
    """What Gmail, Yahoo and Microsoft ask since 2024 and 2025, each with who sees to it."""
    return [
        Demand(pick(what), pick(how), is_done)
        for what, how, is_done in (
            *_OURS,
            (_LINK, _LINK_HOW if is_https else _LINK_HTTPS, is_https),
            *_YOURS,
        )
    ]


_OURS = (
    (
        Text("Firma DKIM su ogni lettera, allineata al mittente",
             "A DKIM signature on each letter, aligned with the sender"),
        Text("Firmiamo con RSA a 2048 bit; tocca a te il record DKIM.",
             "We sign with RSA of 2048 bits; the DKIM record is yours to set."),
        True,
    ),
    (
        Text("Un sì prima di scrivere, e mai a chi ha detto no",
             "A yes before writing, and never to who said no"),
        Text("Ogni invio ricontrolla consensi, disiscrizioni e indirizzi tornati indietro.",
             "Each sending checks consents, unsubscribes and returned addresses again."),
        True,
    ),
    (
        Text("Chi sei e perché scrivi, in fondo a ogni lettera",
             "Who you are and why you write, below each letter"),
        Text("Aggiungiamo nome, indirizzo del negozio e il giorno del consenso.",
             "We add the shop's name, its address and the day of the consent."),
        True,
    ),
)  # fmt: skip
_LINK = Text("Disiscrizione con un tocco (RFC 8058)", "Unsubscribing with one click (RFC 8058)")
_LINK_HOW = Text("È in ogni lettera, e vale subito.", "It is in each letter, and holds at once.")
_LINK_HTTPS = Text(
    "C'è, ma i programmi di posta la usano solo con HTTPS: imposta un LOYALTY_PUBLIC_URL che"
    " comincia con https://.",
    "It is there, but mail programs use it with HTTPS only: set a LOYALTY_PUBLIC_URL that begins"
    " with https://.",
)
_YOURS = (
    (
        Text("SPF e DMARC sul dominio", "SPF and DMARC on the domain"),
        Text("Sono i record qui sopra: impostali, poi controlla.",
             "They are the records above: set them, then check."),
        False,
    ),
    (
        Text("DNS inverso (PTR) e TLS del server che spedisce",
             "Reverse DNS (PTR) and TLS of the sending server"),
        Text("Li ha già chi ti dà il server di posta; se è tuo, il nome dell'indirizzo IP deve"
             " tornare allo stesso server.",
             "Whoever gives you the mail server has them; if it is your own, the name of its IP"
             " address has to lead back to it."),
        False,
    ),
    (
        Text("Meno dello 0,1 % di segnalazioni come spam, mai lo 0,3 %",
             "Fewer than 0.1 % marked as spam, never 0.3 %"),
        Text("Scrivi a chi ti conosce, poco e volentieri. Gmail Postmaster Tools lo mostra.",
             "Write to those who know you, seldom and well. Gmail Postmaster Tools shows it."),
        False,
    ),
    (
        Text("Oltre 5.000 lettere al giorno sullo stesso dominio",
             "More than 5,000 letters a day on one domain"),
        Text("Da lì in poi queste regole valgono per sempre, anche se poi ne mandi meno.",
             "From there on these rules hold for good, even if you send fewer later."),
        False,
    ),
)  # fmt: skip
