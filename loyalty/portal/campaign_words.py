"""What campaigns and letters are called and why things are so, in both languages."""

from loyalty.core.text import Text

STATES: dict[str, tuple[Text, str]] = {
    "draft": (Text("bozza", "draft"), ""),
    "waiting": (Text("in programma", "scheduled"), "badge-warn"),
    "running": (Text("in corso", "sending"), "badge-good"),
    "paused": (Text("in pausa", "paused"), "badge-warn"),
    "halted": (Text("ferma: serve la tua parola", "stopped: it needs your word"), "badge-bad"),
    "finished": (Text("inviata", "sent"), "badge-good"),
    "stopped": (Text("interrotta", "ended early"), ""),
}
HALTED: dict[str, Text] = {
    "late": Text(
        "È passato il momento in cui doveva partire, o quello entro cui doveva finire. Prima di"
        " scrivere fuori tempo ci fermiamo: se va ancora bene, riprendi.",
        "The time at which it was to begin, or by which it was to end, has passed. Rather than"
        " write at the wrong time it waits for you: if it is still right, resume.",
    ),
    "restored": Text(
        "Questo archivio sembra una copia più vecchia: chi qui risulta in attesa potrebbe aver già"
        " ricevuto la lettera. Riprendi solo se sei sicuro che questo archivio è quello giusto.",
        "This database seems to be an older copy: who is still waiting here may have the letter"
        " already. Resume only if you are sure that this is the right database.",
    ),
    "refused": Text(
        "Il server di posta ha rifiutato le nostre lettere più volte di fila: di solito manca un"
        " record del dominio, o non siamo ammessi. Guarda la pagina Consegna, poi riprendi.",
        "The mail server refused our letters several times in a row: usually a record of the"
        " domain is missing, or we are not let in. See the Deliverability page, then resume.",
    ),
}
# Why somebody gets no letter: in short, and what it means.
LEFT_OUT: dict[str, tuple[Text, Text]] = {
    "no_consent": (
        Text("Nessun sì alle novità", "No yes to news"),
        Text(
            "Non hanno detto sì alle novità, non hanno confermato l'indirizzo, o non ne hanno uno.",
            "They have not said yes to news, have not confirmed their address, or have none.",
        ),
    ),
    "no_profiling": (
        Text("Nessun sì alle abitudini", "No yes to habits"),
        Text(
            "Sono scelti per quello che fanno qui: serve un sì a parte, sulle abitudini.",
            "They are picked by what they do here: that needs a yes of its own, to habits.",
        ),
    ),
    "suppressed": (
        Text("Hanno chiesto di non ricevere", "Asked for no letters"),
        Text(
            "Si sono tolti, hanno segnalato una lettera come indesiderata, o il loro indirizzo non"
            " esiste più.",
            "They unsubscribed, marked a letter as unwanted, or their address is gone.",
        ),
    ),
    "open_remark": (
        Text("Aspettano una risposta", "Wait for an answer"),
        Text(
            "Hanno detto qualcosa al banco che nessuno ha ancora chiuso: prima la risposta, poi le"
            " offerte.",
            "They said something at the counter that nobody has answered: first the answer, then"
            " offers.",
        ),
    ),
    "cap": (
        Text("Hanno già ricevuto abbastanza", "Had enough lately"),
        Text(
            "Negli ultimi giorni hanno avuto tante lettere quante ne mandi a una persona.",
            "In the last days they had as many letters as the shop sends to one person.",
        ),
    ),
    "no_card": (
        Text("Nessuna carta per il regalo", "No card for the gift"),
        Text(
            "Il regalo è un premio di un programma in cui non hanno una carta che funziona.",
            "The gift is a reward of a program in which they have no working card.",
        ),
    ),
    "sunset": (
        Text("Li lasciamo in pace", "Left in peace"),
        Text(
            "Non hanno risposto a nessuna lettera di riconquista: niente pubblicità finché non"
            " tornano da sé.",
            "They answered none of the win-back letters: no advertising until they come by"
            " themselves.",
        ),
    ),
    "compared": (
        Text("Gruppo di confronto della riconquista", "Comparison group of win-back"),
        Text(
            "Per 28 giorni non ricevono niente, così si vede che cosa portano le lettere.",
            "For 28 days they get nothing, so that one sees what letters bring.",
        ),
    ),
    "stopped": (
        Text("Campagna interrotta", "Campaign ended"),
        Text(
            "La campagna è stata interrotta prima che toccasse a loro.",
            "The campaign was ended before it was their turn.",
        ),
    ),
}
MESSAGES: dict[str, tuple[Text, str]] = {
    "ready": (Text("in attesa", "waiting"), ""),
    "claimed": (Text("in attesa", "waiting"), ""),
    "sending": (Text("in partenza", "leaving now"), "badge-warn"),
    "sent": (Text("inviata", "sent"), "badge-good"),
    "failed": (Text("non consegnata", "not delivered"), "badge-bad"),
    "unknown": (Text("incerta", "uncertain"), "badge-warn"),
    "skipped": (Text("non inviata", "not sent"), ""),
    "held": (Text("per confronto", "held back"), ""),
}
ABOUT: dict[str, Text] = {
    "ready": Text("Tocca ancora a loro.", "Their turn is still to come."),
    "sent": Text(
        "Il server di posta ha preso la lettera.", "The mail server has taken the letter."
    ),
    "failed": Text(
        "Il server di posta non l'ha voluta, o è tornata indietro.",
        "The mail server would not have it, or it came back.",
    ),
    "unknown": Text(
        "La linea è caduta dopo l'ultima parola: può essere arrivata. Da sola non riparte, perché"
        " nessuno la riceva due volte.",
        "The line broke after the last word: it may have arrived. It is not sent again by itself,"
        " so that nobody gets it twice.",
    ),
    "skipped": Text(
        "Non potevamo scrivere loro: ogni riga dice perché.",
        "We could not write to them: each line says why.",
    ),
    "held": Text(
        "Scelti a caso per non ricevere nulla: solo così si vede che cosa ha portato la lettera.",
        "Drawn by chance to get nothing: only so can be seen what the letter brought.",
    ),
}
TROUBLE: dict[str, Text] = {
    "no_answer_for_a_day": Text(
        "per un giorno nessuno ha risposto", "nobody answered for a day"
    ),
    "worker_lost": Text("l'invio si è interrotto a metà", "sending broke off half way"),
    "lost": Text("la linea è caduta", "the line was lost"),
    "timeout": Text("il server non ha risposto in tempo", "the server did not answer in time"),
    "unreachable": Text("il server non si trova", "the server cannot be reached"),
    "tls": Text("il certificato del server non è valido", "the server's certificate is not valid"),
    "kept": Text("non c'è un server di posta", "there is no mail server"),
    "smtputf8": Text("il server non conosce accenti negli indirizzi",
                     "the server knows no accents in addresses"),
    "bounce": Text("tornata indietro", "came back"),
    "complaint": Text("segnalata come indesiderata", "marked as unwanted"),
}  # fmt: skip
NO_MAILBOX = Text("l'indirizzo non esiste", "there is no such address")
FULL_MAILBOX = Text("la casella è piena", "the mailbox is full")
NOT_FROM_US = Text("non accettano posta da noi", "they take no mail from us")
SUPPRESSED: dict[str, Text] = {
    "unsubscribed": Text(
        "Ha chiesto di non ricevere più lettere. È la sua volontà: può cambiarla solo chi la"
        " riceve, dalla sua carta o dal link nella lettera.",
        "They asked for no more letters. It is their wish: only they can change it, on their card"
        " or by the link in a letter.",
    ),
    "bounce": Text(
        "Una lettera è tornata indietro: quell'indirizzo non esiste. Chiedi al cliente quello"
        " giusto e correggilo nella sua pagina.",
        "A letter came back: there is no such address. Ask the customer for the right one and"
        " correct it on their page.",
    ),
    "complaint": Text(
        "Ha segnalato una nostra lettera come indesiderata. Scrivere ancora danneggerebbe tutte le"
        " altre: non si può riaprire.",
        "They marked a letter of ours as unwanted. Writing again would harm all others: it cannot"
        " be undone.",
    ),
}
_NO_MAILBOX = ("5.1.", "550", "553")
_FULL = ("5.2.2", "4.2.2", "452", "552")


def trouble(reason: str | None) -> Text | None:
    """Why one letter did not arrive, as far as it is known."""
    if not reason:
        return None
    if reason in TROUBLE:
        return TROUBLE[reason]
    if reason in LEFT_OUT:
        return LEFT_OUT[reason][0]
    if reason.startswith(_FULL):
        return FULL_MAILBOX
    if reason.startswith("5.7."):
        return NOT_FROM_US
    return NO_MAILBOX if reason.startswith(_NO_MAILBOX) else Text(reason, reason)
