"""What the mails to people who work in a shop say, in both languages (pure)."""

from datetime import timedelta

from loyalty.core.letter import Facts, Kind, Letter
from loyalty.core.text import Text, one_line


def _start(facts: Facts, language: str) -> Letter:
    shop, by = one_line(str(facts["shop"])), one_line(str(facts["by"]))
    return Letter(
        subject=Text(f"{shop}: scegli la tua password", f"{shop}: choose your password").pick(
            language
        ),
        sender=shop,
        paragraphs=(
            Text(
                f"{by} ti ha aggiunto a chi lavora da {shop}. Scegli una password e sei dentro.",
                f"{by} has added you to the people of {shop}. Choose a password and you are in.",
            ).pick(language),
        ),
        why=Text(
            f"Il link vale {facts['hours']} ore e una volta sola. Se non conosci {shop}, non fare"
            " niente: senza il link nessuno entra.",
            f"The link is good for {facts['hours']} hours, and once. If you do not know {shop}, do"
            " nothing: nobody gets in without it.",
        ).pick(language),
        link=str(facts["link"]),
        link_words=Text("Scelgo la password", "Choose a password").pick(language),
    )


def _reset(facts: Facts, language: str) -> Letter:
    shop = one_line(str(facts["shop"]))
    return Letter(
        subject=Text(f"{shop}: una password nuova", f"{shop}: a new password").pick(language),
        sender=shop,
        paragraphs=(
            Text(
                f"Qualcuno, forse tu, ha chiesto una password nuova per {shop}. Con questo link la"
                " scegli; quella di prima finisce, e con lei tutti gli accessi aperti.",
                f"Somebody, perhaps you, asked for a new password for {shop}. With this link you"
                " choose it; the old one ends, and every open session with it.",
            ).pick(language),
        ),
        why=Text(
            f"Il link vale {_hours(facts, 'it')} e una volta sola. Se non sei stato tu, non fare"
            " niente: resta tutto com'è.",
            f"The link is good for {_hours(facts, 'en')}, and once. If it was not you, do nothing:"
            " all stays as it is.",
        ).pick(language),
        link=str(facts["link"]),
        link_words=Text("Scelgo la password", "Choose a password").pick(language),
    )


def _address(facts: Facts, language: str) -> Letter:
    shop = one_line(str(facts["shop"]))
    return Letter(
        subject=Text(
            f"{shop}: conferma il nuovo indirizzo", f"{shop}: please confirm your new address"
        ).pick(language),
        sender=shop,
        paragraphs=(
            Text(
                f"Hai scritto questo indirizzo per accedere a {shop}. Conferma che è tuo: da quel"
                " momento entri con questo.",
                f"You gave this address to sign in to {shop}. Please confirm that it is yours: from"
                " then on you sign in with it.",
            ).pick(language),
        ),
        why=Text(
            f"Il link vale {_hours(facts, 'it')}. Se non sei stato tu, non fare niente.",
            f"The link is good for {_hours(facts, 'en')}. If it was not you, do nothing.",
        ).pick(language),
        link=str(facts["link"]),
        link_words=Text("Confermo: è mio", "Confirm: it is mine").pick(language),
    )


def _sign_up(facts: Facts, language: str) -> Letter:
    shop = one_line(str(facts["shop"]))
    return Letter(
        subject=Text(f"Apri {shop}", f"Open {shop}").pick(language),
        sender="Loyalty",
        paragraphs=(
            Text(
                f"Manca un passo: con questo link scegli una password, e {shop} è aperto.",
                f"One step is left: with this link you choose a password, and {shop} is open.",
            ).pick(language),
        ),
        why=Text(
            f"Il link vale {_hours(facts, 'it')}. Se non sei stato tu, non fare niente: non si apre"
            " nulla, e il tuo indirizzo non resta qui.",
            f"The link is good for {_hours(facts, 'en')}. If it was not you, do nothing: nothing is"
            " opened, and your address does not stay here.",
        ).pick(language),
        link=str(facts["link"]),
        link_words=Text("Apro il negozio", "Open the shop").pick(language),
    )


def _known(facts: Facts, language: str) -> Letter:
    return Letter(
        subject=Text("Hai già un accesso", "You have an account already").pick(language),
        sender="Loyalty",
        paragraphs=(
            Text(
                "Qualcuno, forse tu, ha chiesto di aprire un negozio con questo indirizzo, che ha"
                " già un accesso. Entra con quello; se hai dimenticato la password, lì ne chiedi"
                " una nuova.",
                "Somebody, perhaps you, asked to open a shop with this address, which has an"
                " account already. Sign in with it; if you have forgotten the password, ask for a"
                " new one there.",
            ).pick(language),
        ),
        why=Text(
            "Se non sei stato tu, non fare niente: resta tutto com'è.",
            "If it was not you, do nothing: all stays as it is.",
        ).pick(language),
        link=str(facts["link"]),
        link_words=Text("Entro", "Sign in").pick(language),
    )


def _address_left(facts: Facts, language: str) -> Letter:
    shop = one_line(str(facts["shop"]))
    return Letter(
        subject=Text(
            f"{shop}: il tuo indirizzo è cambiato", f"{shop}: your address has changed"
        ).pick(language),
        sender=shop,
        paragraphs=(
            Text(
                f"Da adesso entri in {shop} con un altro indirizzo, e non più con questo.",
                f"From now on you sign in to {shop} with another address, no longer with this one.",
            ).pick(language),
        ),
        why=Text(
            f"Se non sei stato tu, avvisa subito chi gestisce {shop}.",
            f"If it was not you, tell whoever runs {shop} at once.",
        ).pick(language),
    )


def _hours(facts: Facts, language: str) -> str:
    hours = facts["hours"]
    one, many = Text("un'ora", "one hour"), Text(f"{hours} ore", f"{hours} hours")
    return (one if hours == 1 else many).pick(language)


def _lasts(facts: Facts) -> timedelta:
    return timedelta(hours=facts["hours"])


_LINK = frozenset({"link"})
STAFF_KINDS: dict[str, Kind] = {
    "staff_start": Kind(_start, _LINK, _lasts),
    "staff_reset": Kind(_reset, _LINK, _lasts),
    "staff_address": Kind(_address, _LINK, _lasts),
    "staff_address_left": Kind(_address_left),
    "staff_sign_up": Kind(_sign_up, _LINK, _lasts),
    "staff_known": Kind(_known),
}
