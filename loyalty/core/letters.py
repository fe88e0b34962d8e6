"""What each kind of mail says, in both languages (pure)."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from loyalty.core.letter import HOUSE, Facts, Kind, Letter
from loyalty.core.staff_letters import STAFF_KINDS
from loyalty.core.text import Text, one_line

__all__ = ["KINDS", "Kind", "Letter"]


def write(kind: str, *, facts: Facts, language: str) -> Letter:
    """The letter of that kind; facts as whoever posts it gives them, links whole."""
    return KINDS[kind].write(facts, language)


def is_over(kind: str, *, facts: Facts, created_at: datetime, at: datetime) -> bool:
    """Whether what it says is good no more, so that it had better not be sent."""
    lasts = KINDS[kind].lasts
    return lasts is not None and created_at + lasts(facts) <= at


def without_secrets(kind: str, facts: Facts) -> dict[str, Any]:
    """What may be kept once the mail is gone."""
    return {name: value for name, value in facts.items() if name not in KINDS[kind].secret}


def _sign_in_code(facts: Facts, language: str) -> Letter:
    def say(it: str, en: str) -> str:
        return Text(it, en).pick(language)

    code = str(facts["code"])
    return Letter(
        subject=say(f"{code} è il tuo codice", f"{code} is your code"),
        sender=HOUSE,
        paragraphs=(
            say("Ecco il codice per aprire le tue carte:", "Here is the code to open your cards:"),
            say(
                f"Vale {facts['minutes']} minuti, una volta sola, e soltanto sul telefono da cui"
                " l'hai chiesto. Non darlo a nessuno: in negozio non te lo chiederanno mai.",
                f"It is good for {facts['minutes']} minutes, once, and only on the phone that asked"
                " for it. Give it to nobody: no shop will ever ask you for it.",
            ),
        ),
        why=say(
            "Ricevi questa e-mail perché qualcuno ha scritto questo indirizzo per aprire le sue"
            " carte. Se non sei stato tu, non devi fare niente: senza il codice non si apre nulla.",
            "You get this mail because somebody typed this address to open their cards. If it was"
            " not you, there is nothing to do: without the code nothing opens.",
        ),
        code=code,
    )


def _confirm_email(facts: Facts, language: str) -> Letter:
    def say(it: str, en: str) -> str:
        return Text(it, en).pick(language)

    shop = one_line(str(facts["shop"]))
    return Letter(
        subject=say(f"{shop}: conferma il tuo indirizzo", f"{shop}: please confirm your address"),
        sender=shop,
        paragraphs=(
            say(
                f"Hai dato questo indirizzo per la tua carta di {shop}. Conferma che è tuo: basta"
                " un tocco.",
                f"You gave this address for your card at {shop}. Please confirm that it is yours:"
                " one tap is enough.",
            ),
        ),
        why=say(
            f"Il link vale {facts['hours']} ore. Se non sei stato tu, non fare niente: senza la"
            " tua conferma non riceverai altro.",
            f"The link is good for {facts['hours']} hours. If it was not you, do nothing: without"
            " your word you will get no more mail.",
        ),
        link=str(facts["link"]),
        link_words=say("Confermo: è mio", "Confirm: it is mine"),
    )


def _card_link(facts: Facts, language: str) -> Letter:
    def say(it: str, en: str) -> str:
        return Text(it, en).pick(language)

    shop = one_line(str(facts["shop"]))
    return Letter(
        subject=say(f"La tua carta di {shop}", f"Your card at {shop}"),
        sender=shop,
        paragraphs=(
            say(
                f"Ecco la tua carta di {shop}: aprila sul telefono e tienila a portata di mano."
                " Non serve nessuna app.",
                f"Here is your card at {shop}: open it on your phone and keep it at hand. No app"
                " is needed.",
            ),
        ),
        why=say(
            f"Il link vale {facts['days']} giorni e una volta sola. Se non hai una carta qui, non"
            " fare niente.",
            f"The link is good for {facts['days']} days, and once. If you have no card here, do"
            " nothing.",
        ),
        link=str(facts["link"]),
        link_words=say("Apri la carta", "Open the card"),
    )


def _new_phone(facts: Facts, language: str) -> Letter:
    def say(it: str, en: str) -> str:
        return Text(it, en).pick(language)

    at = datetime.fromisoformat(facts["at"]).astimezone(ZoneInfo(facts["timezone"]))
    locale = "en_GB" if language == "en" else language
    day, hour = format_date(at, format="long", locale=locale), f"{at:%H:%M}"
    browser = str(facts["browser"])
    return Letter(
        subject=say(
            "Le tue carte si sono aperte su un altro telefono",
            "Your cards have been opened on another phone",
        ),
        sender=HOUSE,
        paragraphs=(
            say(
                f"Il {day} alle {hour} le tue carte si sono aperte con {browser}, con un codice"
                " mandato a questo indirizzo.",
                f"On {day} at {hour} your cards were opened with {browser}, with a code sent to"
                " this address.",
            ),
            say(
                "Se eri tu, è tutto a posto. Se non eri tu, apri la lista dei telefoni e chiudi le"
                " carte dappertutto: non si perde niente.",
                "If it was you, all is well. If it was not, open the list of phones and sign out"
                " everywhere: nothing is lost.",
            ),
        ),
        why=say(
            "Ricevi questa e-mail perché le tue carte erano già aperte altrove.",
            "You get this mail because your cards were open elsewhere already.",
        ),
        link=str(facts["link"]),
        link_words=say("Guarda i telefoni", "See the phones"),
    )


KINDS: dict[str, Kind] = {
    "sign_in_code": Kind(
        _sign_in_code, frozenset({"code"}), lambda facts: timedelta(minutes=facts["minutes"])
    ),
    "confirm_email": Kind(
        _confirm_email, frozenset({"link"}), lambda facts: timedelta(hours=facts["hours"])
    ),
    "card_link": Kind(_card_link, frozenset({"link"}), lambda facts: timedelta(days=facts["days"])),
    "new_phone": Kind(_new_phone),
    **STAFF_KINDS,
}
