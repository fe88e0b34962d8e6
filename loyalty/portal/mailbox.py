"""Mail: what would have been sent while there is no mail server, and what is on its way."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response, make_response, render_template, request
from sqlalchemy.orm import Session

from loyalty.core import letters, mailbook, paper
from loyalty.core.db import current
from loyalty.core.ids import parse_ref, ref
from loyalty.core.mailbook import Entry, Knows
from loyalty.core.staff_letters import STAFF_KINDS
from loyalty.core.text import Text
from loyalty.customers import directory
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, headers, reads
from loyalty.web.locale import pick

_SHOWN = 20
KINDS = {
    "sign_in_code": Text("Codice per aprire le carte", "Code to open the cards"),
    "confirm_email": Text("Conferma dell'indirizzo", "Confirmation of an address"),
    "card_link": Text("Link per aprire la carta", "Link to open the card"),
    "new_phone": Text("Carte aperte su un altro telefono", "Cards opened on another phone"),
    "staff_start": Text("Invito a chi lavora qui", "Invitation to work here"),
    "staff_reset": Text("Password nuova per chi lavora qui", "New password for staff"),
    "staff_address": Text("Nuovo indirizzo di chi lavora qui", "New address of staff"),
    "staff_address_left": Text("Indirizzo cambiato", "Address changed"),
    "staff_sign_up": Text("Apertura di un negozio", "Opening a shop"),
    "staff_known": Text("Accesso già presente", "Account there already"),
}
_TROUBLE = {
    "timeout": Text("il server di posta non risponde", "the mail server does not answer"),
    "lost": Text("la linea è caduta", "the line was lost"),
    "unreachable": Text("il server di posta non si trova", "the mail server cannot be reached"),
    "tls": Text(
        "il certificato del server di posta non è valido",
        "the mail server's certificate is not valid",
    ),
    "no_tls": Text(
        "il server di posta non offre una linea cifrata",
        "the mail server offers no encrypted line",
    ),
    "535": Text("utente o password non valgono", "user or password are not right"),
    "550": Text("questo indirizzo non esiste", "there is no such address"),
}


@dataclass(frozen=True, slots=True)
class _Shown:
    """A mail in the list."""

    ref: str
    what: str
    to: str
    at: datetime
    state: str
    tries: int
    trouble: str


@blueprint.get("/mail")
@guard.staff(Permission.MAIL)
def mails() -> str:
    """The list, the newest first."""
    before = parse_ref("mai", request.args.get("before", ""))
    found = mailbook.page(
        reads.session(),
        merchant_id=guard.duty().merchant_id,
        before=before,
        limit=_SHOWN + 1,
        knows=_knows(),
        but=_not_for_them(),
    )
    return render_template(
        "portal/mails.html",
        mails=[_shown(entry) for entry in found[:_SHOWN]],
        earlier=found[_SHOWN - 1].ref if len(found) > _SHOWN else None,
        is_first=before is None,
        has_server=current().settings.smtp_url is not None,
    )


@blueprint.get("/mail/<mail_ref>")
@guard.staff(Permission.MAIL)
def mail(mail_ref: str) -> Response:
    """One mail as it would have gone out, its two forms side by side."""
    entry = _mine(mail_ref)
    letter, text = _printed(entry)
    page = render_template(
        "portal/mail.html", mail=_shown(entry), letter=letter, text=text.text, to=entry.address
    )
    return headers.with_frame(make_response(page))


@blueprint.get("/mail/<mail_ref>/body")
@guard.staff(Permission.MAIL)
def mail_body(mail_ref: str) -> Response:
    """The finished HTML of one mail, for the frame alone: no script, nothing from elsewhere."""
    _, printed = _printed(_mine(mail_ref))
    return headers.as_letter(make_response(printed.html))


def _mine(mail_ref: str) -> Entry:
    return mailbook.find(
        reads.session(),
        merchant_id=guard.duty().merchant_id,
        mail_ref=mail_ref,
        knows=_knows(),
        but=_not_for_them(),
    )


def _not_for_them() -> frozenset[str]:
    """A link in a mail to staff opens their account: only who invites staff anyway may read it."""
    return frozenset() if Permission.STAFF in guard.duty().permissions else frozenset(STAFF_KINDS)


def _knows() -> Knows | None:
    """The house's mails, sign-in codes among them, are nobody's to read once mail is sent."""
    return None if current().settings.smtp_url else _known


def _known(session: Session, merchant_id: UUID, addresses: list[str]) -> set[str]:
    return directory.known_addresses(session, merchant_id=merchant_id, addresses=addresses)


def _printed(entry: Entry) -> tuple[letters.Letter, paper.Printed]:
    letter = letters.write(entry.kind, facts=entry.facts or {}, language=entry.language)
    return letter, paper.printed(letter, language=entry.language)


def _shown(entry: Entry) -> _Shown:
    error = entry.error or ""
    return _Shown(
        ref=ref("mai", entry.id),
        what=pick(KINDS.get(entry.kind, entry.kind)),
        to=_short(entry.address or "") if entry.state != "kept" else entry.address or "",
        at=entry.created_at,
        state=entry.state,
        tries=entry.tries,
        trouble=pick(_TROUBLE[error]) if error in _TROUBLE else error,
    )


def _short(address: str) -> str:
    """Enough to recognise somebody, not enough to write to them: "an…@example.it"."""
    local, _, domain = address.rpartition("@")
    return f"{local[:2]}…@{domain}" if local else ""
