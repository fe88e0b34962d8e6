"""The style guide: every component in every state, both schemes; in development only."""

from operator import itemgetter

from flask import abort, current_app, render_template, request

from loyalty.core.text import Text
from loyalty.portal import period
from loyalty.portal.blueprint import blueprint
from loyalty.portal.figures import Figure
from loyalty.portal.listing import Sort
from loyalty.web import guard
from loyalty.web.locale import pick

_SURFACES = ("portal", "till", "card")
_LIST = ("Carla De Santis", "Marco De Luca", "Li")
_SAMPLE = {
    "reward": Text("Caffè in omaggio", "Free coffee"),
    "neutral": Text("cassa", "cashier"),
    "good": Text("in vigore", "in force"),
    "warn": Text("in pausa", "paused"),
    "bad": Text("bloccata", "blocked"),
    "wrong": Text("Non sembra un indirizzo e-mail.", "This does not look like an address."),
    "level": Text("Oro", "Gold"),
    "bonus": Text("50% in più", "50% more"),
    "unit": Text("Punti", "Points"),
    "act": Text("Togli 5,00 € dal conto", "Take €5.00 off the bill"),
    "to_next": Text("Ancora 190,00 € per Platino", "€190.00 to Platinum"),
    "keep": Text(
        "Il livello Oro è tuo fino al 31 marzo 2027, e hai già quanto serve per tenerlo.",
        "The Gold level is yours until 31 March 2027, and you have what it takes to keep it.",
    ),
    "why": Text(
        "52 punti: 120 guadagnati, 60 usati, 8 scaduti. Altri 0,60 € e ne arriva uno.",
        "52 points: 120 earned, 60 used, 8 expired. Another €0.60 brings one more.",
    ),
    "waits": Text("+12 punti dal 3 dicembre 2026", "+12 points from 3 December 2026"),
    "only": Text(
        "Una degustazione: solo per il livello Oro.", "A tasting: only for the Gold level."
    ),
    "change": Text(
        "Prima: 1 punto ogni 1,00 € di spesa; ora: 1 punto ogni 2,00 € di spesa.",
        "Before: 1 point for every €1.00 spent; now: 1 point for every €2.00 spent.",
    ),
    "done": Text("Salvato.", "Saved."),
    "sure": Text("Togliere l'accesso a Li?", "Remove the access of Li?"),
    "lost": Text(
        "Esce subito da ogni dispositivo. Quanto ha registrato resta.",
        "They are signed out everywhere at once. What they recorded stays.",
    ),
    "look": Text("Nome, e-mail o telefono", "Name, e-mail or phone"),
    "any": Text("Qualsiasi stato", "Any state"),
    "act_on": Text("Metti un'etichetta", "Add a tag"),
    "counted": Text(
        "Clienti diversi con almeno una visita negli ultimi 28 giorni.",
        "Different customers with at least one visit in the last 28 days.",
    ),
    "before": Text("contro i 28 giorni prima: 1.187", "against the 28 days before: 1,187"),
    "weeks_said": Text(
        "8 settimane: la più bassa 12, la più alta 31, l'ultima 28.",
        "8 weeks: the lowest 12, the highest 31, the last 28.",
    ),
    "basis": Text("n = 4.211 visite, oggi alle 15:20", "n = 4,211 visits, today at 15:20"),
    "sentence": Text(
        "Una frase vera, lunga quanto serve per vedere come va a capo.",
        "A real sentence, long enough to show where it breaks.",
    ),
}


@blueprint.get("/_ui/list")
@guard.public("samples only, and only in development")
def sample_list() -> str:
    """A list that works: its words, filters, sort and choice are those of every list."""
    _only_in_development()
    sort = Sort.read({"name", "spent"}, "-spent")
    wanted = request.args.get("kind", "")
    rows = [
        {"name": f"{_LIST[number % 3]} {number:02}", "spent": number * 310, "kind": str(number % 2)}
        for number in range(1, 25)
    ]
    rows = [row for row in rows if wanted in ("", row["kind"])]
    rows.sort(key=itemgetter(sort.by), reverse=sort.is_down)
    sample = {name: pick(text) for name, text in _SAMPLE.items()}
    return render_template(
        "ui/list.html",
        rows=rows,
        sort=sort,
        sample=sample,
        kind=wanted,
        days=period.picked("28"),
    )


def _only_in_development() -> None:
    if not (current_app.debug or current_app.testing):
        abort(404)


@blueprint.get("/_ui")
@blueprint.get("/_ui/<surface>")
@guard.public("samples only, and only in development")
def style_guide(surface: str = "portal") -> str:
    """The components of one surface, light beside dark."""
    _only_in_development()
    if surface not in _SURFACES:
        abort(404)
    sample = {name: pick(text) for name, text in _SAMPLE.items()}
    names = list(_LIST)
    return render_template(
        "ui/guide.html",
        surface=surface,
        sample={**sample, "names": names},
        sort=Sort("spent", is_down=True),
        samples=_figures(sample),
    )


def _figures(sample: dict[str, str]) -> list[Figure]:
    """One that rose, one that fell, one without a past."""
    weeks = (12, 18, 15, 22, 19, 25, 31, 28)
    told = {name: sample[name] for name in ("counted", "basis", "before", "weeks_said")}
    return [
        Figure("up", sample["unit"], "1.284", change="+8%", trend="good", weeks=weeks, **told),
        Figure("down", sample["unit"], "46%", change="-3%", trend="bad", weeks=weeks[::-1], **told),
        Figure("new", sample["unit"], "0", sample["counted"], sample["basis"]),
    ]
