"""The letters of journeys as the house writes them, until a shop writes its own.

Warm, short, no pressure: nobody is told off for staying away, and each letter says one thing.
"""

from collections.abc import Mapping
from typing import Any

from loyalty.automations.journeys import WELCOME, WIN_BACK

Letter = dict[str, dict[str, str]]  # by language: subject and body


def _letter(it: tuple[str, str], en: tuple[str, str]) -> Letter:
    return {
        language: {"subject": subject, "body": body.strip()}
        for language, (subject, body) in (("it", it), ("en", en))
    }


_REMINDER = _letter(
    (
        "{{first_name|Ciao}}, è un po' che non ci vediamo",
        """
Ciao {{first_name|a te}},

è passato un po' di tempo dalla tua ultima visita, e volevamo solo dirti che ci farebbe piacere
rivederti.

La tua carta è sempre lì, con tutto quello che avevi raccolto.

A presto,
{{shop}}
""",
    ),
    (
        "{{first_name|Hello}}, it has been a while",
        """
Hello {{first_name|there}},

it has been a little while since your last visit, and we just wanted to say that we would be happy
to see you again.

Your card is still there, with everything you had collected.

See you soon,
{{shop}}
""",
    ),
)
_QUESTION = _letter(
    (
        "Una domanda sola da {{shop}}",
        """
Ciao {{first_name|a te}},

abbiamo notato che non passi più da noi. Ci dici perché? Basta un tocco, e ci aiuta a fare meglio.

Qualunque sia il motivo, grazie per il tempo che ci hai dato.
""",
    ),
    (
        "Just one question from {{shop}}",
        """
Hello {{first_name|there}},

we noticed that you no longer come by. Would you tell us why? One tap is enough, and it helps us do
better.

Whatever the reason, thank you for the time you gave us.
""",
    ),
)
_OFFER = _letter(
    (
        "Un pensiero per te da {{shop}}",
        """
Ciao {{first_name|a te}},

quando torni a trovarci, questo lo offriamo noi. Non devi fare altro che mostrare il codice.
""",
    ),
    (
        "A little something from {{shop}}",
        """
Hello {{first_name|there}},

the next time you come to see us, this is on the house. All you have to do is show the code.
""",
    ),
)
_LAST_DAY = _letter(
    (
        "Il tuo regalo vale fino al {{offer_until}}",
        """
Ciao {{first_name|a te}},

ti ricordiamo il regalo che ti abbiamo messo da parte: vale fino al {{offer_until}}. Se ti va,
passa a prenderlo.
""",
    ),
    (
        "Your gift is good until {{offer_until}}",
        """
Hello {{first_name|there}},

a short reminder of the gift we have put aside for you: it is good until {{offer_until}}. If you
feel like it, come and get it.
""",
    ),
)
_WELCOME = _letter(
    (
        "Ti diamo il benvenuto da {{shop}}",
        """
Ciao {{first_name|a te}},

grazie di essere con noi. Da adesso ogni visita conta: mostra la tua carta alla cassa, al resto
pensiamo noi.

Ti scriveremo poco, e solo quando ne vale la pena.

{{shop}}
""",
    ),
    (
        "Welcome to {{shop}}",
        """
Hello {{first_name|there}},

thank you for joining us. From now on every visit counts: show your card at the till, and we take
care of the rest.

We will write seldom, and only when it is worth it.

{{shop}}
""",
    ),
)
HOUSE: Mapping[str, Mapping[str, Letter]] = {
    WIN_BACK: {
        "reminder": _REMINDER,
        "question": _QUESTION,
        "offer": _OFFER,
        "last_day": _LAST_DAY,
    },
    WELCOME: {"welcome": _WELCOME},
}


def letter(kind: str, step: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """The letter of a step: the shop's own where it has written one, else the house's."""
    found: dict[str, Any] = own.get(step) or HOUSE[kind][step]
    return found
