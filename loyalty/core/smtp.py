"""Handing one mail to a mail server: encrypted where it can be, and never for long."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as WIRE
from email.policy import SMTPUTF8 as WIDE_WIRE
from urllib.parse import unquote, urlsplit

ANSWER_S_MAX = 15  # for each answer of the server
TALK_S_MAX = 50  # for all of them: well under a lease, however slowly it drips
_TLS_PORT, _LOGIN_PORT, _PORT = 465, 587, 25
_REFUSED, _FOR_GOOD = 400, 500


class NotNow(Exception):
    """It was not taken, or nobody knows; `reason` is a reply code or a word, never their text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TurnedDown(Exception):
    """The server will never take this mail for this address; `reason` is the reply code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Server:
    """A mail server, and how to get in."""

    host: str
    port: int
    is_tls: bool
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, url: str) -> "Server":
        """From `smtp://user:password@host:port`, or smtps; the settings have checked it."""
        parts = urlsplit(url)
        assert parts.hostname, "checked by the settings"
        is_tls = parts.scheme == "smtps"
        usual = _TLS_PORT if is_tls else _LOGIN_PORT if parts.username else _PORT
        return cls(
            host=parts.hostname,
            port=parts.port or usual,
            is_tls=is_tls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )


def deliver(server: Server, message: EmailMessage, *, sender: str, to: str) -> None:
    """Hand the message over for this one address; returns once the server has taken it.

    Raises TurnedDown if it never will, and NotNow if it may later or if the answer was lost: then
    sending it again may make two of it, both with the same Message-ID.
    """
    context = ssl.create_default_context()
    talk: smtplib.SMTP = (
        smtplib.SMTP_SSL(timeout=ANSWER_S_MAX, context=context, local_hostname=_domain(sender))
        if server.is_tls
        else smtplib.SMTP(timeout=ANSWER_S_MAX, local_hostname=_domain(sender))
    )
    with in_words(), _for_a_while(talk):
        greet(talk, server, context)
        _hand_over(talk, message, sender=sender, to=to)
        with suppress(smtplib.SMTPException, OSError):
            talk.quit()  # it has the mail: what it says to our goodbye does not matter


@contextmanager
def in_words() -> Iterator[None]:
    """What can go wrong on the line, as a word that may be kept and shown."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise NotNow(str(error.smtp_code)) from error
    except smtplib.SMTPException as error:
        is_late = isinstance(error.__context__, TimeoutError)
        raise NotNow("timeout" if is_late else "lost") from error
    except ssl.SSLError as error:
        raise NotNow("tls") from error
    except TimeoutError as error:
        raise NotNow("timeout") from error
    except OSError as error:
        raise NotNow("unreachable") from error


@contextmanager
def _for_a_while(talk: smtplib.SMTP) -> Iterator[None]:
    """Hang up when the whole talk takes too long, and in the end."""
    watch = threading.Timer(TALK_S_MAX, _hang_up, [talk])
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        talk.close()


def _hang_up(talk: smtplib.SMTP) -> None:
    line = talk.sock
    if line is not None:
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)


def greet(talk: smtplib.SMTP, server: Server, context: ssl.SSLContext) -> None:
    """Connect, encrypt where the server can, and sign in. Raises what the line raises, NotNow."""
    # By connect(), not at once: so the watch sees the line. Only the name for TLS is left out.
    talk._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001
    talk.connect(server.host, server.port)
    talk.ehlo_or_helo_if_needed()
    if not server.is_tls and talk.has_extn("starttls"):
        talk.starttls(context=context)
        talk.ehlo_or_helo_if_needed()
    elif not server.is_tls and server.user:
        raise NotNow("no_tls")  # a password never goes over an open line
    if server.user:
        talk.login(server.user, server.password)


def _hand_over(talk: smtplib.SMTP, message: EmailMessage, *, sender: str, to: str) -> None:
    is_wide = not to.isascii()
    if is_wide and not talk.has_extn("smtputf8"):
        raise TurnedDown("smtputf8")
    code, _ = talk.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if is_wide else [])
    if code >= _REFUSED:
        raise NotNow(str(code))  # about us, not about them: somebody can put it right
    _demand_taken(*talk.rcpt(to))
    _demand_taken(*talk.data(message.as_bytes(policy=WIDE_WIRE if is_wide else WIRE)))


def _demand_taken(code: int, said: bytes) -> None:
    """5.7.x and 530 are about who we are (RFC 3463): those can be put right, the rest cannot."""
    if code < _REFUSED:
        return
    if code < _FOR_GOOD or code == 530 or said.startswith(b"5.7."):  # noqa: PLR2004
        raise NotNow(str(code))
    raise TurnedDown(str(code))


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
