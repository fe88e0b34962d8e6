"""What each figure means, in the words that stand beside it."""

from loyalty.core.text import Text

DEFINITIONS: dict[str, Text] = {
    "active_members": Text(
        "Chi è venuto almeno una volta nel periodo.",
        "Members with at least one visit in the period.",
    ),
    "new_visits": Text(
        "Giorni di visita del periodo che sono la prima visita di qualcuno.",
        "Visit days of the period that are somebody's very first.",
    ),
    "returning_visits": Text(
        "Giorni di visita del periodo di chi era già stato qui.",
        "Visit days of the period by those who had been here before.",
    ),
    "repeat_rate": Text(
        "Di chi è venuto nel periodo, quanti sono venuti in almeno due giorni (%).",
        "Of those who came in the period, how many came on two days or more (%).",
    ),
    "second_visit_30": Text(
        "Quanti tornano entro 30 giorni dalla prima visita (%): stima di Kaplan-Meier su chi ha"
        " iniziato nei 365 giorni fino alla fine del periodo.",
        "How many come again within 30 days of their first visit (%): a Kaplan-Meier estimate of"
        " those who began in the 365 days up to the end of the period.",
    ),
    "days_between_p50": Text(
        "Metà delle attese tra due giorni di visita non supera questi giorni; attese finite nei 180"
        " giorni fino alla fine del periodo.",
        "Half of the gaps between two visit days are no longer than this; gaps that ended in the"
        " 180 days up to the end of the period.",
    ),
    "visit_frequency": Text(
        "Giorni di visita ogni 30 giorni, per cliente attivo.",
        "Visit days in 30 days, for each active member.",
    ),
    "average_purchase": Text(
        "Vendite nette divise per le visite con un importo.",
        "Net sales divided by the visits that have an amount.",
    ),
    "churn": Text(
        "Persi nel periodo diviso clienti all'inizio, per 100. Clienti all'inizio: attivi, che"
        " rallentano o tornati, il giorno prima del periodo. Persi: di questi, chi alla fine si è"
        " allontanato o è perso.",
        "Lost in the period divided by customers at its start, times 100. Customers at the start:"
        " active, cooling or back again, on the day before the period. Lost: of these, who is"
        " lapsed or lost at its end.",
    ),
    "clv_simple": Text(
        "Acquisto medio per acquisti all'anno per durata in anni. La durata è 1 diviso l'abbandono"
        " annuo, al massimo 5 anni, oppure quella indicata dal negozio.",
        "Average purchase times purchases a year times lifetime in years. The lifetime is 1 divided"
        " by the yearly churn, at most 5 years, or what the shop has said.",
    ),
    "cohorts": Text(
        "Chi ha iniziato in un mese, e quanti di loro sono venuti in ciascuno dei mesi dopo.",
        "Who began in a month, and how many of them came in each of the months after.",
    ),
    "states": Text(
        "Dove sta alla fine del periodo ciascun cliente che è già venuto, secondo il suo ritmo. "
        "Chi ha la carta e non è mai venuto non c'è; chi ha chiesto di essere dimenticato resta "
        "nel conto. L'elenco mostra com'è oggi.",
        "Where each member who has ever come stands at the end of the period, by their own rhythm. "
        "Whoever has a card and never came is not here; whoever asked to be forgotten still "
        "counts. The list shows today.",
    ),
    "flows": Text(
        "Da quale stato a quale altro, dal giorno prima del periodo alla sua fine.",
        "From which state to which, from the day before the period to its end.",
    ),
}
for _days in (60, 90):
    DEFINITIONS[f"second_visit_{_days}"] = Text(
        DEFINITIONS["second_visit_30"].it.replace("30 giorni", f"{_days} giorni"),
        DEFINITIONS["second_visit_30"].en.replace("30 days", f"{_days} days"),
    )
for _percent, _it, _en in ((25, "Un quarto", "A quarter"), (75, "Tre quarti", "Three quarters")):
    DEFINITIONS[f"days_between_p{_percent}"] = Text(
        DEFINITIONS["days_between_p50"].it.replace("Metà", _it),
        DEFINITIONS["days_between_p50"].en.replace("Half", _en),
    )

NO_VISITS = Text(
    "Nel periodo non c'è stata nessuna visita: il numero arriverà con le prime.",
    "There was no visit in the period: the number comes with the first ones.",
)
NO_FIRST = Text(
    "Nessuno ha iniziato negli ultimi 365 giorni.", "Nobody began in the last 365 days."
)
NOT_WATCHED = Text(
    "Nessuno è seguito da così tanti giorni: serve ancora un po' di tempo.",
    "Nobody has been watched for so many days: it takes a little more time.",
)
NO_GAPS = Text("Nessuno è ancora tornato una seconda volta.", "Nobody has come a second time yet.")
NO_AMOUNTS = Text(
    "Nessuna visita del periodo ha un importo.", "No visit of the period has an amount."
)
NO_START = Text(
    "All'inizio del periodo non c'erano ancora clienti abituali.",
    "There were no regular customers yet when the period began.",
)
NO_CLV = Text(
    "Serve un acquisto medio e un abbandono misurato, oppure la durata indicata dal negozio.",
    "It needs an average purchase and a measured churn, or a lifetime that the shop has said.",
)
