"""A mail server on a port of its own that gives the answers that it was told, and counts."""

import asyncio
import contextlib
import random
import re
import threading
from collections import Counter

from tests.chaos.sink import Sink

_ID = re.compile(rb"<m\.([0-9a-f]{32})@")


class Told(Sink):
    """A server that gives the answers that it was told, then takes everything."""

    def __init__(self):
        self.drawn, self.port = random.Random(1), 0
        self.rcpt, self.data, self.accepted = [], [], Counter()

    def to(self, line):
        said = self.rcpt.pop(0) if self.rcpt else ""
        return (said or "250 ok").encode() + b"\r\n"

    async def take(self, reader, writer):
        writer.write(b"354 go\r\n")
        letter = await reader.readuntil(b"\r\n.\r\n")
        said = self.data.pop(0) if self.data else "250 taken"
        if said.startswith(("250", "drop after")):
            self.accepted[_ID.search(letter)[1].decode()] += 1
        if said.startswith("drop"):
            return False
        writer.write(said.encode() + b"\r\n")
        return True


@contextlib.contextmanager
def told():
    """Such a server, listening."""
    sink, loop = Told(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    opening = asyncio.start_server(sink.talk, "127.0.0.1", 0, limit=1 << 22)
    server = asyncio.run_coroutine_threadsafe(opening, loop).result(5)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        asyncio.run_coroutine_threadsafe(_hang_up(server), loop).result(5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        loop.close()


async def _hang_up(server):
    server.close()
    talks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for talk in talks:
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)
