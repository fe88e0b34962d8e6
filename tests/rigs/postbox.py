"""A mail server to send to: it takes what comes, or behaves as badly as a test tells it to."""

import asyncio
import email
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult


@dataclass
class Postbox:
    """What has arrived, and how the server is to behave: `rcpt` and `data` are its next answers.

    An answer is a reply like "451 later"; "drop" ends the line once it has everything, "hang" says
    nothing any more; of `data`, also something to do before it takes the mail. When none is left,
    it takes everything.
    """

    rcpt: list[str] = field(default_factory=list)
    data: list[str | Callable[[], object]] = field(default_factory=list)
    arrived: list[EmailMessage] = field(default_factory=list)
    people: list[tuple[str, str]] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)
    port: int = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, _: Any):  # noqa: N802
        """The answer to one address."""
        answer = self.rcpt.pop(0) if self.rcpt else ""
        if answer == "hang":
            await asyncio.sleep(60)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any):  # noqa: N802
        """The answer to the whole mail."""
        self.arrived.append(email.message_from_bytes(envelope.content, policy=default))
        self.was_encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        answer = self.data.pop(0) if self.data else "250 taken"
        if callable(answer):
            answer()
            answer = "250 taken"
        if answer == "drop":
            server.transport.abort()
        if answer == "hang":
            await asyncio.sleep(60)
        return answer

    def text(self, number: int = -1) -> str:
        """The plain text of one that has arrived."""
        part = self.arrived[number].get_body(("plain",))
        assert part is not None
        return str(part.get_content())


@contextmanager
def open_postbox(*, tls: ssl.SSLContext | None = None, wrapped: bool = False) -> Iterator[Postbox]:
    """A server on a port of its own; `tls` offers STARTTLS, or is there from the start."""
    box, loop = Postbox(), asyncio.new_event_loop()

    def check(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        box.people.append((given.login.decode(), given.password.decode()))
        return AuthResult(success=given.password == b"giusta", handled=False)

    def answer() -> SMTP:
        return SMTP(
            box,
            loop=loop,
            tls_context=None if wrapped else tls,
            authenticator=check,
            auth_require_tls=False,
            enable_SMTPUTF8=True,
            ident="test",
        )

    async def listen() -> asyncio.Server:
        return await loop.create_server(answer, "127.0.0.1", 0, ssl=tls if wrapped else None)

    # In its thread from the start: a browser of another test may have a loop in this one.
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(5)
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        asyncio.run_coroutine_threadsafe(_close(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _close(server: asyncio.Server) -> None:
    server.close()
    talks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for talk in talks:
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)
