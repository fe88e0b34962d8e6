"""The exact texts that customers are asked today, by purpose; each under an id that says which."""

from loyalty.core.text import Text
from loyalty.customers.consents import Purpose

_EDITION = 1
NAMES = {
    Purpose.PROGRAM: Text("Avvisi sulla carta", "Word about the card"),
    Purpose.PROFILING: Text("Abitudini e gusti", "Habits and tastes"),
    Purpose.MARKETING: Text("Novità e offerte", "News and offers"),
    Purpose.TRACKING: Text("Messaggi aperti", "Messages opened"),
}
TEXTS = {
    Purpose.PROGRAM: Text(
        "Il negozio mi scrive quando sulla mia carta succede qualcosa: un premio è pronto, dei"
        " punti stanno per scadere, le regole cambiano.",
        "The shop writes to me when something happens on my card: a reward is ready, points are"
        " about to expire, the rules change.",
    ),
    Purpose.PROFILING: Text(
        "Il negozio guarda che cosa compro e quando vengo, per proporre ciò che mi piace.",
        "The shop looks at what I buy and when I come, to suggest what I like.",
    ),
    Purpose.MARKETING: Text(
        "Il negozio mi scrive novità e offerte.",
        "The shop writes to me about news and offers.",
    ),
    Purpose.TRACKING: Text(
        "Il negozio può vedere se apro i suoi messaggi e che cosa tocco.",
        "The shop may see whether I open its messages and what I tap in them.",
    ),
}


def text_id(purpose: Purpose, language: str) -> str:
    """The id of the text as it is asked today in that language."""
    return f"{purpose.value}-{language}-{_EDITION}"


def known_text(purpose: Purpose, name: str) -> str | None:
    """The exact words under an id, or None if they were asked elsewhere and are not kept here."""
    said = {text_id(purpose, code): TEXTS[purpose].pick(code) for code in ("it", "en")}
    return said.get(name)
