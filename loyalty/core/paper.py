"""A letter put on paper: HTML and plain text, and the message that carries both."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from functools import cache
from uuid import UUID

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from loyalty.assets import asset_root
from loyalty.core.letters import Letter
from loyalty.core.text import one_line

_NAME_LETTERS_MAX = 60


@dataclass(frozen=True, slots=True)
class Printed:
    """The two forms of one letter; they say the same."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """From which address to which; `mail_id` makes the Message-ID, the same at each try."""

    mail_id: UUID
    sender: str
    to: str
    at: datetime


def printed(letter: Letter, *, language: str) -> Printed:
    """The letter as HTML (inline styles, no pictures, nothing from elsewhere) and as plain text."""
    facts = {"letter": letter, "language": language}
    return Printed(
        html=_press().get_template("letter.html").render(facts),
        text=_press().get_template("letter.txt").render(facts),
    )


def message(letter: Letter, *, language: str, envelope: Envelope) -> EmailMessage:
    """The whole message; whatever stands in names and subjects, it stays in its header."""
    paper = printed(letter, language=language)
    made = EmailMessage()
    local, _, domain = envelope.sender.rpartition("@")
    made["From"] = Address(one_line(letter.sender)[:_NAME_LETTERS_MAX], local, domain)
    made["To"] = Address("", *_parts(envelope.to))
    made["Subject"] = one_line(letter.subject)
    made["Date"] = format_datetime(envelope.at)
    made["Message-ID"] = f"<{envelope.mail_id.hex}@{domain}>"
    made["Auto-Submitted"] = "auto-generated"
    made["Content-Language"] = language
    made.set_content(paper.text, cte="quoted-printable")
    made.add_alternative(paper.html, subtype="html", cte="quoted-printable")
    return made


def _parts(address: str) -> tuple[str, str]:
    local, _, domain = address.rpartition("@")
    return local, domain


@cache
def _press() -> Environment:
    folder = asset_root() / "templates" / "mail"
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
