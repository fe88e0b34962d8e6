"""`mail.send`: hand one mail to the mail server, or keep it where there is none."""

from datetime import datetime
from typing import Any
from uuid import UUID

from loyalty.core import letters, mail, paper, smtp
from loyalty.core.db import Database
from loyalty.core.mail import Owed
from loyalty.core.settings import Settings
from loyalty.worker.registry import Beat
from loyalty.worker.resting import SILENT, Rest, rest_of


def send(database: Database, *, payload: dict[str, Any], at: datetime, beat: Beat) -> None:
    """Send the mail that the job names: at least once, always under the same Message-ID.

    Who is killed between sending and noting sends it again: better twice than never.
    """
    with database.read() as session:
        owed = mail.owed(session, mail_id=UUID(payload["mail"]))
    if owed is None:
        return
    beat()
    if letters.is_over(owed.kind, facts=owed.facts, created_at=owed.created_at, at=at):
        with database.write() as session:
            mail.drop(session, mail=owed)
    elif database.settings.smtp_url is None:
        with database.write() as session:
            mail.keep(session, mail=owed)
    elif (until := rest_of(database).wait_until(at)) is not None:
        with database.write() as session:
            mail.wait(session, mail=owed, until=until, at=at)
    else:
        _send(database, owed, database.settings.smtp_url, at)


def _send(database: Database, owed: Owed, smtp_url: str, at: datetime) -> None:
    """The talk with the server comes first, outside any write; then what came of it is noted."""
    rest = rest_of(database)
    try:
        _deliver(owed, smtp_url, database.settings)
    except smtp.TurnedDown as error:
        rest.answered()
        with database.write() as session:
            mail.fail(session, mail=owed, reason=error.reason)
    except smtp.NotNow as error:
        _note(rest, error.reason, at)
        with database.write() as session:
            mail.put_off(session, mail=owed, reason=error.reason, at=at)
    else:
        rest.answered()
        with database.write() as session:
            mail.sent(session, mail=owed, at=at)


def _note(rest: Rest, reason: str, at: datetime) -> None:
    if reason in SILENT:
        rest.silent(at)
    else:
        rest.answered()


def _deliver(owed: Owed, smtp_url: str, settings: Settings) -> None:
    letter = letters.write(owed.kind, facts=owed.facts, language=owed.language)
    envelope = paper.Envelope(owed.id, settings.mail_from, owed.address, owed.created_at)
    message = paper.message(letter, language=owed.language, envelope=envelope)
    server = smtp.Server.of(smtp_url)
    smtp.deliver(server, message, sender=settings.mail_from, to=owed.address)
