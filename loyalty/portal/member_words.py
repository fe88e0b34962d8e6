"""What states, filters and kinds of events are called, in both languages."""

from loyalty.core.text import Text
from loyalty.web.locale import pick

STATES = {
    "new": (Text("nuovo", "new"), ""),
    "one_off": (Text("di passaggio", "one-off"), ""),
    "active": (Text("attivo", "active"), "badge-good"),
    "cooling": (Text("rallenta", "cooling"), "badge-warn"),
    "lapsed": (Text("si è allontanato", "lapsed"), "badge-warn"),
    "lost": (Text("perso", "lost"), "badge-bad"),
    "reactivated": (Text("tornato", "back again"), "badge-good"),
}
# As the choice of a filter reads, where there is room for a few words.
STATES_MEANT = {
    "new": Text("Nuovi: 1 o 2 giorni, da poco", "New: 1 or 2 days, lately"),
    "one_off": Text("Di passaggio: 1 o 2 giorni, tempo fa", "One-off: 1 or 2 days, long ago"),
    "active": Text("Attivi: nel loro ritmo", "Active: in their rhythm"),
    "cooling": Text("Rallentano: tardano rispetto al solito", "Cooling: later than usual"),
    "lapsed": Text("Allontanati: ben oltre il loro ritmo", "Lapsed: far beyond their rhythm"),
    "lost": Text("Persi: via da troppo tempo", "Lost: away for too long"),
    "reactivated": Text("Tornati dopo una lunga assenza", "Back after a long absence"),
}
CONSENTS = {
    "marketing": Text("Novità e offerte", "News and offers"),
    "profiling": Text("Abitudini", "Habits"),
    "program": Text("Programma", "Program"),
    "tracking": Text("Lettura delle e-mail", "Reading of mails"),
}
FILTERS = {
    "state": Text("Stato", "State"),
    "segment": Text("Segmento", "Segment"),
    "program": Text("Programma", "Program"),
    "level": Text("Livello", "Level"),
    "tag": Text("Etichetta", "Tag"),
    "place": Text("Negli ultimi 30 giorni a", "In the last 30 days at"),
    "consent": Text("Ha detto sì a", "Said yes to"),
    "birthday": Text("Compleanno", "Birthday"),
    "joined_from": Text("Iscritto dal", "Joined from"),
    "joined_to": Text("Iscritto fino al", "Joined until"),
    "last_from": Text("Ultima visita dal", "Last visit from"),
    "last_to": Text("Ultima visita fino al", "Last visit until"),
    "came_from": Text("È venuto dal", "Came from"),
    "came_to": Text("È venuto fino al", "Came until"),
    "came_days": Text("In almeno giorni", "On days at least"),
    "came_at": Text("È venuto a", "Came to"),
    "first_from": Text("Prima visita dal", "First visit from"),
    "first_to": Text("Prima visita fino al", "First visit until"),
    "visits_min": Text("Almeno visite", "Visits at least"),
    "visits_max": Text("Al massimo visite", "Visits at most"),
    "spend_min": Text("Spesa almeno", "Spent at least"),
    "spend_max": Text("Spesa al massimo", "Spent at most"),
    "reward": Text("Premio da ritirare", "Reward waiting"),
}
SOURCES = {
    "poster": Text("dalla locandina", "from the poster"),
    "till": Text("in cassa", "at the till"),
    "link": Text("da un link", "from a link"),
    "referral": Text("portato da un amico", "brought by a friend"),
}


def state(key: str) -> tuple[str, str]:
    """What a state is called, and the kind of its badge."""
    name, kind = STATES[key]
    return pick(name), kind
