"""All places of the portal, in one list: menu, tab bar, shortcuts and search are drawn from it.

A new page is one line here. What is not this person's is not shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for

from loyalty.core.text import Text
from loyalty.merchants.roles import Duty, Permission
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, toasts
from loyalty.web.locale import pick

_HOME = "portal.home"
_NO_WORDS = Text("", "")


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to go.

    `letter` after `g` goes there; `within` names pages beneath it whose address does not begin with
    its own; `words` are what else people may look for it by.
    """

    endpoint: str
    name: Text
    icon: str
    permission: Permission | None
    letter: str = ""
    within: tuple[str, ...] = ()
    words: Text = _NO_WORDS
    is_tab: bool = False  # stands in the bar at the bottom of a phone
    anchor: str = ""  # the part of the page that is meant


@dataclass(frozen=True, slots=True)
class Group:
    """Places that belong together; the first has no name."""

    name: Text
    places: tuple[Place, ...]


TILL = Place("till.home", Text("Cassa", "Till"), "scan-line", Permission.ACCRUE, "t", is_tab=True)
GROUPS = (
    Group(
        Text("", ""),
        (
            Place(_HOME, Text("Panoramica", "Overview"), "house", Permission.REPORTS, "o",
                  is_tab=True),
            Place("portal.tasks", Text("Da fare", "Tasks"), "list-checks", Permission.REPORTS, "k"),
        ),
    ),
    Group(
        Text("Clienti", "Customers"),
        (
            Place("portal.members", Text("Clienti", "Members"), "users", Permission.MEMBERS, "m",
                  is_tab=True, words=Text("iscritti carte", "customers cards")),
            Place("portal.remarks", Text("Osservazioni", "Remarks"), "message-square",
                  Permission.REPORTS, "r", words=Text("lamentele", "complaints feedback")),
        ),
    ),
    Group(
        Text("Ritorni", "Win-back"),
        (
            Place("portal.metrics", Text("Acquisti ripetuti", "Repeat purchase"), "repeat",
                  Permission.REPORTS, "n",
                  words=Text("numeri statistiche ritorni abbandono coorti grafici",
                             "numbers metrics retention churn cohorts charts")),
            Place("portal.lapsed", Text("Chi si allontana", "Slipping away"), "user-minus",
                  Permission.MEMBERS, within=("portal.limits",),
                  words=Text("persi inattivi riconquistare", "lapsed lost inactive win back")),
            Place("portal.campaigns", Text("Campagne", "Campaigns"), "send", Permission.CAMPAIGNS,
                  words=Text("lettere newsletter riconquista e-mail",
                                  "letters newsletter win back mail")),
            Place("portal.automations", Text("Automatismi", "Automations"), "zap",
                  Permission.CAMPAIGNS,
                  words=Text("benvenuto riconquista lettere", "welcome win back letters ladder")),
            Place("portal.segments", Text("Segmenti", "Segments"), "list-filter",
                  Permission.MEMBERS, words=Text("gruppi pubblico", "groups audience")),
            Place("portal.lost", Text("Clienti persi", "Lost customers"), "user-x",
                  Permission.MEMBERS,
                  words=Text("perché motivi abbandono", "why reasons churn exit")),
            Place("portal.deliverability", Text("Consegna", "Deliverability"), "mail-check",
                  Permission.CAMPAIGNS,
                  words=Text("spf dkim dmarc spam record dns regole della posta",
                             "spf dkim dmarc spam dns records mail rules")),
        ),
    ),
    Group(
        Text("Programma", "Program"),
        (
            Place("portal.programs", Text("Programmi", "Programs"), "gift", Permission.PROGRAMS,
                  "p", is_tab=True, words=Text("premi punti timbri regole livelli",
                                               "rewards points stamps rules levels tiers")),
            Place("portal.card_design", Text("Aspetto della carta", "Card design"), "palette",
                  Permission.SETTINGS, words=Text("logo colori timbro", "logo colours stamp")),
            Place("portal.posters", Text("Locandine", "Posters"), "printer", Permission.SETTINGS,
                  words=Text("stampa pdf qr", "print pdf qr table tent")),
            Place("portal.causes", Text("Cause", "Causes"), "heart", Permission.REPORTS,
                  within=("portal.pay_cause", "portal.take_payout_back"),
                  words=Text("beneficenza donazioni", "charity donations")),
        ),
    ),
    Group(
        Text("Negozio", "Shop"),
        (
            Place("portal.staff", Text("Personale", "Staff"), "id-card", Permission.STAFF, "s",
                  words=Text("persone ruoli inviti", "people roles invite")),
            Place("portal.tills", Text("Casse", "Tills"), "smartphone", Permission.TILLS,
                  words=Text("telefoni pin dispositivi", "phones pin devices")),
            Place("portal.locations", Text("Sedi", "Locations"), "store", Permission.SETTINGS,
                  words=Text("negozi orari indirizzi", "places shops hours addresses")),
            Place("portal.imports", Text("Importa", "Imports"), "upload", Permission.IMPORT,
                  words=Text("csv excel carica", "csv excel upload")),
            Place("portal.exports", Text("Esporta", "Exports"), "download", Permission.EXPORT,
                  words=Text("csv excel scarica", "csv excel download")),
        ),
    ),
    Group(
        Text("Impostazioni", "Settings"),
        (
            Place("portal.shop_settings", Text("Impostazioni del negozio", "Shop settings"),
                  "settings", Permission.SETTINGS,
                  words=Text("nome lingua fuso orario valuta", "name language time zone currency")),
            Place("portal.mails", Text("E-mail", "Mail"), "mail", Permission.MAIL,
                  words=Text("posta messaggi", "letters messages")),
            Place("portal.keys", Text("Chiavi API", "API keys"), "key-round", Permission.KEYS,
                  words=Text("integrazioni", "integrations")),
            Place("portal.staff_log", Text("Registro del personale", "Staff log"), "scroll-text",
                  Permission.STAFF, words=Text("chi ha fatto che cosa", "audit who did what")),
            Place("portal.evidence", Text("Controlli", "Checks"), "shield-check", Permission.STAFF,
                  within=("portal.evidence_rows",), words=Text("frodi", "fraud evidence")),
            Place("portal.data_kept", Text("Dati conservati", "Data kept"), "history",
                  Permission.STAFF, within=("portal.set_clock",),
                  words=Text("privacy gdpr", "privacy gdpr retention")),
            Place("portal.jobs", Text("Lavori in sottofondo", "Work in the background"),
                  "hourglass", Permission.STAFF, words=Text("attività", "jobs worker")),
        ),
    ),
)  # fmt: skip
ACCOUNT = Place(
    "portal.account", Text("Il tuo accesso", "Your access"), "user", None,
    words=Text("password sessioni codice secondo fattore", "password sessions two factor code"),
)  # fmt: skip
# What one may do at once, from the search: a page and where on it.
DEEDS = (
    Place("till.home", Text("Apri la cassa", "Open the till"), "scan-line", Permission.ACCRUE,
          words=Text("visita scansiona", "visit scan")),
    Place("portal.staff", Text("Aggiungi una persona al personale", "Add somebody to the staff"),
          "user-plus", Permission.STAFF, anchor="f-name", words=Text("invita", "invite")),
    Place("portal.tills", Text("Fai di un telefono una cassa", "Make a phone a till"), "smartphone",
          Permission.TILLS, anchor="f-name"),
    Place("portal.imports", Text("Importa un file di clienti", "Import a file of members"),
          "upload", Permission.IMPORT, words=Text("csv excel", "csv excel")),
)  # fmt: skip
_MORE = Place("portal.more", Text("Altro", "More"), "menu", None)


@dataclass(frozen=True, slots=True)
class Shown:
    """A place as pages show it."""

    endpoint: str
    url: str
    name: str
    icon: str
    letter: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A group with those of its places that are this person's."""

    name: str
    places: list[Shown]


@dataclass(frozen=True, slots=True)
class Navigation:
    """Where this person may go, and where they are."""

    sections: list[Section]
    tabs: list[Shown]
    more: Shown
    account: Shown | None
    till: Shown | None

    @property
    def all(self) -> list[Shown]:
        """Every place, in its order."""
        return [place for section in self.sections for place in section.places]


def open_to(duty: Duty) -> Iterator[tuple[Group, list[Place]]]:
    """Groups with those of their places that are this person's; none is empty."""
    for group in GROUPS:
        mine = [place for place in group.places if may_open(place, duty)]
        if mine:
            yield group, mine


def may_open(place: Place, duty: Duty) -> bool:
    """Whether it is this person's."""
    return place.permission is None or place.permission in duty.permissions


def address(place: Place) -> str:
    """Where it is, down to the part of the page that is meant."""
    return url_for(place.endpoint, _anchor=place.anchor or None)


def way_back() -> str:
    """Where to come back to after a setting was changed: this page, or the home.

    What was answered to a form that was sent may have an address that cannot be opened.
    """
    if request.method == "GET":
        return request.full_path.rstrip("?")
    rules = current_app.url_map.bind("")
    return request.path if rules.test(request.path, "GET") else url_for(_HOME)


def navigation() -> Navigation:
    """The whole menu of this request; only inside a guarded view."""
    duty = guard.duty()
    here = _here([place for _, places in open_to(duty) for place in places])
    sections = [
        Section(pick(group.name), [_shown(place, here) for place in places])
        for group, places in open_to(duty)
    ]
    tabs = [place for _, places in open_to(duty) for place in places if place.is_tab]
    is_at_tab = here in tabs
    more = Shown(_MORE.endpoint, url_for(_MORE.endpoint), pick(_MORE.name), _MORE.icon, "",
                 not is_at_tab)  # fmt: skip
    till = _shown(TILL, here) if may_open(TILL, duty) else None
    return Navigation(
        sections=sections,
        tabs=_around([_shown(place, here) for place in tabs], till),
        more=more,
        account=_shown(ACCOUNT, here) if may_open(ACCOUNT, duty) else None,
        till=till,
    )


def _around(tabs: list[Shown], till: Shown | None) -> list[Shown]:
    """The till stands in the middle, under the thumb."""
    return [*tabs[:2], till, *tabs[2:]] if till else tabs


def _shown(place: Place, here: Place | None) -> Shown:
    return Shown(
        endpoint=place.endpoint,
        url=url_for(place.endpoint),
        name=pick(place.name),
        icon=place.icon,
        letter=place.letter,
        is_here=place is here,
    )


def _here(places: list[Place]) -> Place | None:
    """The place that this page belongs to: named by it, or by the longest beginning of its path."""
    for place in places:
        if request.endpoint == place.endpoint or request.endpoint in place.within:
            return place
    above = [
        (url_for(place.endpoint), place) for place in places if place.endpoint != _HOME
    ]  # the home's address is the beginning of all
    beneath = [(url, place) for url, place in above if request.path.startswith(f"{url}/")]
    return max(beneath, key=lambda found: len(found[0]))[1] if beneath else None


@blueprint.context_processor
def _offer() -> dict[str, Any]:
    return {
        "navigation": navigation,
        "taken_toast": toasts.take,
        "way_back": way_back,
    }
