"""A line to a mail server that is kept open, for many messages: it knows how far each one has come.

Until the last dot is written a message has not been sent, whatever happens; afterwards only the
server knows, unless it answers (RFC 5321, 4.5.3.2.6; RFC 1047).
"""

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from loyalty.core.smtp import ANSWER_S_MAX, NotNow, Server, greet, in_words

LAST_ANSWER_S_MAX = 600
Kind = Literal["sent", "later", "failed", "unknown", "refused"]
_REFUSED, _FOR_GOOD = 400, 500
_STATUS = re.compile(rb"([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Said:
    """What became of one message.

    `later`: surely not sent. `failed`: they will never take it. `refused`: they will not take it
    from us. `unknown`: the line broke after the last dot. `reason` is a reply code with its
    enhanced status, or a word; never the server's text.
    """

    kind: Kind
    reason: str | None = None
    code: int | None = None


class Line:
    """One connection at a time, opened when it is needed; for one thread."""

    def __init__(
        self, server: Server, *, own_name: str, last_answer_s: float = LAST_ANSWER_S_MAX
    ) -> None:
        self._server, self._own_name, self._last_answer_s = server, own_name, last_answer_s
        self._talk: smtplib.SMTP | None = None

    def send(self, message: bytes, *, sender: str, to: str) -> Said:
        """Hand over one message for one address; never raises for what a server or a line does."""
        said = self._try(message, sender, to)
        if said.kind == "later" and said.reason == "idle":
            return self._try(
                message, sender, to
            )  # it had hung up on us meanwhile: nothing was sent
        return said

    def close(self) -> None:
        """Say goodbye, if anybody is there."""
        if self._talk is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._talk.quit()
        self._drop()

    def _drop(self) -> None:
        if self._talk is not None:
            self._talk.close()
        self._talk = None

    def _try(self, message: bytes, sender: str, to: str) -> Said:
        was_open = self._talk is not None
        try:
            with in_words():
                talk = self._talk or self._open()
                refused = _envelope(talk, sender, to)
        except NotNow as error:
            self._drop()
            # What a kept line does first may be to tell that it is gone.
            return Said("later", "idle" if was_open and error.reason == "lost" else error.reason)
        if refused is not None:
            return self._after(refused)
        return self._body(talk, message)

    def _open(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        name, wait_s = self._own_name, ANSWER_S_MAX
        talk: smtplib.SMTP = (
            smtplib.SMTP_SSL(timeout=wait_s, context=context, local_hostname=name)
            if self._server.is_tls
            else smtplib.SMTP(timeout=wait_s, local_hostname=name)
        )
        self._talk = talk
        greet(talk, self._server, context)
        return talk

    def _after(self, said: Said) -> Said:
        """The line is fit for the next message again, or is dropped."""
        try:
            assert self._talk is not None
            if said.code == 421 or self._talk.rset()[0] >= _REFUSED:  # noqa: PLR2004  # they close it
                self._drop()
        except (smtplib.SMTPException, OSError):
            self._drop()
        return said

    def _body(self, talk: smtplib.SMTP, message: bytes) -> Said:
        """The part after which nobody can say "surely not sent" any more."""
        wire = message.replace(b"\r\n.", b"\r\n..")
        assert talk.sock is not None
        try:
            talk.sock.settimeout(self._last_answer_s)
            talk.send(wire + (b".\r\n" if wire.endswith(b"\r\n") else b"\r\n.\r\n"))
            code, text = talk.getreply()
            talk.sock.settimeout(ANSWER_S_MAX)
        except (smtplib.SMTPException, OSError):
            self._drop()
            return Said("unknown", "lost")
        if code < 0:
            return self._lost()
        return Said("sent", None, code) if code < _REFUSED else self._after(_refusal(code, text))

    def _lost(self) -> Said:
        self._drop()
        return Said("unknown", "lost")


def _envelope(talk: smtplib.SMTP, sender: str, to: str) -> Said | None:
    """Sender, address and the word to begin; what was said instead, if it is no."""
    is_wide = not to.isascii()
    if is_wide and not talk.has_extn("smtputf8"):
        return Said("failed", "smtputf8")
    code, text = talk.mail(sender, ["SMTPUTF8", "BODY=8BITMIME"] if is_wide else [])
    if code >= _REFUSED:
        said = _refusal(code, text)
        return Said("refused", said.reason, code) if code >= _FOR_GOOD else said
    code, text = talk.rcpt(to)
    if code < _REFUSED:
        code, text = talk.docmd("DATA")
    return _refusal(code, text) if code >= _REFUSED else None


def _refusal(code: int, text: bytes) -> Said:
    match = _STATUS.match(text)
    status = match[1].decode() if match else str(code)
    if code < _FOR_GOOD:
        return Said("later", status, code)
    if status.startswith("5.7.") or code in (530, 535):  # about us, not about them (RFC 3463)
        return Said("refused", status, code)
    return Said("failed", status, code)
