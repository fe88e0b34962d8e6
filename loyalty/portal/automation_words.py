"""What automations are called and why things are so, in both languages."""

from loyalty.automations.journeys import Step
from loyalty.core.text import Text

STATES: dict[str, tuple[Text, str]] = {
    "off": (Text("spento", "off"), ""),
    "on": (Text("acceso", "on"), "badge-good"),
    "ending": (Text("in chiusura", "ending"), "badge-warn"),
}
HALTED: dict[str, Text] = {
    "restored": Text(
        "Questo archivio sembra una copia più vecchia: non sappiamo chi ha già ricevuto che cosa."
        " Se riprendi, chi era in cammino esce, e chi si è allontanato finora non riceve niente:"
        " così nessuno legge due volte la stessa lettera.",
        "This database seems to be an older copy: we do not know who has had which letter. If you"
        " go on, whoever was on the way leaves, and whoever has stayed away until now gets"
        " nothing: so nobody reads the same letter twice.",
    ),
    "refused": Text(
        "Il server di posta ha rifiutato più lettere di fila. Quando è a posto, riprendi: chi"
        " aspettava riprende da dov'era.",
        "The mail server refused several letters in a row. Once that is mended, go on: whoever"
        " waited goes on from where they were.",
    ),
    "late": Text(
        "Le lettere si sono fermate perché era tardi. Se va bene, riprendi.",
        "Letters stopped because it was late. If it is right, go on.",
    ),
}
# How somebody's way ended.
ENDED: dict[str, Text] = {
    "came_back": Text("sono tornati", "came back"),
    "sunset": Text("non hanno risposto: ora li lasciamo in pace", "did not answer: left in peace"),
    "answered": Text("ci hanno detto perché", "told us why"),
    "no_consent": Text("non vogliono più lettere", "want no more letters"),
    "no_profiling": Text(
        "non vogliono più che si guardino le loro abitudini",
        "no longer want their habits looked at",
    ),
    "suppressed": Text("l'indirizzo non si può più usare", "address cannot be used any more"),
    "no_longer_fits": Text("non sono più tra chi si allontana", "no longer count as lapsed"),
    "gone": Text("non sono più clienti", "are no longer members"),
    "stopped": Text("fermati a mano", "stopped by hand"),
    "restored": Text("fermati dopo un ripristino", "stopped after a restore"),
    "done": Text("arrivati in fondo", "came to the end"),
}
# Why somebody does not begin.
REFUSED: dict[str, Text] = {
    "no_consent": Text(
        "non hanno detto sì alle novità, o non hanno un indirizzo confermato",
        "have not said yes to news, or have no confirmed address",
    ),
    "no_profiling": Text(
        "non hanno detto sì a far guardare le loro abitudini",
        "have not said yes to having their habits looked at",
    ),
    "suppressed": Text("non vogliono più lettere", "want no more letters"),
    "open_remark": Text("aspettano una tua risposta", "wait for an answer of yours"),
    "cap": Text("hanno già ricevuto abbastanza", "have had enough lately"),
    "sunset": Text("li lasciamo in pace", "are left in peace"),
    "compared": Text("sono nel gruppo di confronto", "are in the comparison group"),
}
_FIRST = {
    "win_back": Text(
        "Il giorno in cui mancano da due volte e mezza il loro solito",
        "On the day they have been away two and a half times as long as usual",
    ),
    "welcome": Text("Tre ore dopo l'iscrizione", "Three hours after they join"),
}


def timing(kind: str, step: Step, place: int) -> Text:
    """When a step comes, in a sentence."""
    wait = step.wait
    if place == 0:
        return _FIRST[kind]
    if wait.before_end is not None:
        return Text(
            "Il giorno prima che il regalo scada, se non l'hanno usato",
            "The day before the gift ends, unless they have used it",
        )
    least, most = wait.least_days, wait.most_days
    if step.act == "sunset":
        return Text(
            f"Da {least} a {most} giorni dopo: nessun'altra pubblicità finché non tornano da sé",
            f"{least} to {most} days later: no more advertising until they come by themselves",
        )
    return Text(
        f"Metà del loro solito più tardi: da {least} a {most} giorni",
        f"Half their usual gap later: {least} to {most} days",
    )
