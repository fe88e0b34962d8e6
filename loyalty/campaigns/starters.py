"""A letter to start from, by whom it is to (pure): it works as it is, and can be changed."""

from typing import Any

_AWAY = ("cooling", "lapsed", "lost", "one_off", "silenziosi", "reactivated")
_NEW = ("new", "potenziali")

_WE_MISS_YOU = {
    "it": {
        "subject": "{{first_name|Ciao}}, è un po' che non ci vediamo",
        "body": (
            "# Ti aspettiamo\n\nCiao {{first_name|a te}},\n\n"
            "è passato un po' di tempo dalla tua ultima visita da {{shop}}, e ci farebbe piacere"
            " rivederti. La tua carta è ancora lì, con tutto quello che hai raccolto.\n\n"
            "Se qualcosa non ti è piaciuto, diccelo al banco: ci aiuta a fare meglio.\n\n"
            "A presto"
        ),
    },
    "en": {
        "subject": "{{first_name|Hello}}, it has been a while",
        "body": (
            "# We would love to see you\n\nHello {{first_name|there}},\n\n"
            "it has been some time since your last visit to {{shop}}, and we would be glad to see"
            " you again. Your card is still there, with everything you have collected.\n\n"
            "If there was something you did not like, tell us at the counter: it helps us do"
            " better.\n\nSee you soon"
        ),
    },
}
_WELCOME = {
    "it": {
        "subject": "{{first_name|Ciao}}, ti diamo il benvenuto da {{shop}}",
        "body": (
            "# Grazie di essere con noi\n\nCiao {{first_name|a te}},\n\n"
            "la tua carta è pronta: mostrala alla cassa a ogni visita, e raccogli senza pensarci."
            "\n\nTi aspettiamo da {{shop}}."
        ),
    },
    "en": {
        "subject": "{{first_name|Hello}}, welcome to {{shop}}",
        "body": (
            "# Thank you for joining\n\nHello {{first_name|there}},\n\n"
            "your card is ready: show it at the till on each visit, and it fills by itself.\n\n"
            "We look forward to seeing you at {{shop}}."
        ),
    },
}
_NEWS = {
    "it": {
        "subject": "{{first_name|Ciao}}, una novità da {{shop}}",
        "body": (
            "# Una novità\n\nCiao {{first_name|a te}},\n\n"
            "volevamo che tu fossi tra i primi a saperlo.\n\nTi aspettiamo da {{shop}}."
        ),
    },
    "en": {
        "subject": "{{first_name|Hello}}, news from {{shop}}",
        "body": (
            "# Some news\n\nHello {{first_name|there}},\n\n"
            "we wanted you to be among the first to know.\n\nSee you at {{shop}}."
        ),
    },
}


def letter(segment: str) -> dict[str, Any]:
    """The letter for a segment's key, in both languages, as a merchant would write it."""
    if segment in _AWAY:
        return _WE_MISS_YOU
    return _WELCOME if segment in _NEW else _NEWS
