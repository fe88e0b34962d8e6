"""What each permission lets somebody do, in words: the table of roles is made from these."""

from dataclasses import dataclass

from loyalty.core.text import Text
from loyalty.merchants.roles import PERMISSIONS, Permission, Role

WORDS: dict[Permission, Text] = {
    Permission.ACCRUE: Text("Registrare visite e acquisti", "Record visits and purchases"),
    Permission.REDEEM: Text("Consegnare premi e buoni", "Hand over rewards and vouchers"),
    Permission.VOID: Text("Annullare una visita", "Undo a visit"),
    Permission.REFUND: Text("Registrare un reso", "Record a refund"),
    Permission.ENROL: Text("Fare carte nuove", "Make new cards"),
    Permission.BLOCK: Text("Bloccare e sostituire carte", "Block and replace cards"),
    Permission.ADJUST: Text(
        "Correggere saldi a mano, e far passare ciò che la cassa da sola non può",
        "Correct balances by hand, and let through what a cashier may not do alone",
    ),
    Permission.MERGE: Text(
        "Unire due schede dello stesso cliente", "Join two records of one customer"
    ),
    Permission.MEMBERS: Text("Vedere i clienti", "See the customers"),
    Permission.EXPORT: Text("Scaricare elenchi di clienti", "Download lists of customers"),
    Permission.IMPORT: Text("Importare file", "Import files"),
    Permission.REPORTS: Text("Vedere i numeri del negozio", "See the shop's figures"),
    Permission.CAMPAIGNS: Text(
        "Scrivere ai clienti: campagne e automatismi",
        "Write to customers: campaigns and automations",
    ),
    Permission.PROGRAMS: Text("Cambiare i programmi e i premi", "Change programs and rewards"),
    Permission.CAUSES: Text("Versare alle cause", "Pay out to causes"),
    Permission.MAIL: Text("Vedere le e-mail ai clienti", "See the mail to customers"),
    Permission.TILLS: Text("Aggiungere e togliere casse", "Add and take out tills"),
    Permission.SETTINGS: Text("Sedi, aspetto e carta", "Locations, look and card"),
    Permission.STAFF: Text(
        "Chi lavora qui, i controlli e i dati conservati",
        "People who work here, checks, and data kept",
    ),
    Permission.KEYS: Text("Chiavi per altri programmi", "Keys for other programs"),
}
GROUPS: tuple[tuple[Text, tuple[Permission, ...]], ...] = (
    (
        Text("Al banco", "At the counter"),
        (
            Permission.ACCRUE,
            Permission.REDEEM,
            Permission.ENROL,
            Permission.VOID,
            Permission.REFUND,
            Permission.BLOCK,
            Permission.ADJUST,
        ),
    ),
    (
        Text("Clienti", "Customers"),
        (
            Permission.MEMBERS,
            Permission.MERGE,
            Permission.EXPORT,
            Permission.IMPORT,
            Permission.CAMPAIGNS,
            Permission.MAIL,
        ),
    ),
    (
        Text("Programmi e numeri", "Programs and figures"),
        (Permission.PROGRAMS, Permission.REPORTS, Permission.CAUSES),
    ),
    (
        Text("Il negozio", "The shop"),
        (Permission.TILLS, Permission.SETTINGS, Permission.STAFF, Permission.KEYS),
    ),
)
SUMMARIES: dict[Role, Text] = {
    Role.OWNER: Text("Tutto, anche le persone e le chiavi.", "Everything, people and keys too."),
    Role.MANAGER: Text("Tutto, tranne le persone e le chiavi.", "Everything but people and keys."),
    Role.MARKETER: Text(
        "Programmi, clienti e numeri. Non apre la cassa.",
        "Programs, customers and figures. Does not open the till.",
    ),
    Role.CASHIER: Text(
        "Apre la cassa: visite, premi, carte nuove.", "Opens the till: visits, rewards, new cards."
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One permission, and for each role whether it has it, in the order of the roles."""

    words: Text
    has: tuple[bool, ...]


def table() -> list[tuple[Text, list[Line]]]:
    """What each role may do, from what the guards ask: it cannot say otherwise."""
    return [
        (
            title,
            [Line(WORDS[one], tuple(one in PERMISSIONS[role] for role in Role)) for one in group],
        )
        for title, group in GROUPS
    ]
