"""A mail server that behaves badly: `python -m tests.chaos.sink PORT LOG SEED`.

It writes down each Message-ID that it takes before it says so, turns some people away for good and
others for now, and hangs up after the last dot, with the letter or without it.
"""

import asyncio
import random
import re
import sys
from pathlib import Path

BUSY, GREYLISTED, LATER = 0.01, 0.05, 0.02
KEPT_AND_GONE, LOST_AND_GONE, SLOW = 0.01, 0.01, 0.02
TAKES_S = 0.2  # as a receiver far away: else all is over before anybody was killed
NOBODY_EVERY, NOBODY_AT = 100, 7  # u7, u107, u207, … do not exist
_ID = re.compile(rb"Message-ID: (\S+)")
_TO = re.compile(rb"<u(\d+)@")


class Sink:
    """One server; what is drawn for whom depends on the seed and on who comes when."""

    def __init__(self, log: Path, seed: int) -> None:
        self.log = log.open("ab", buffering=0)
        self.drawn = random.Random(seed)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until somebody has had enough."""
        try:
            if self.drawn.random() < BUSY:
                writer.write(b"421 busy\r\n")
                return
            writer.write(b"220 sink\r\n")
            while line := await reader.readline():
                if not await self.answer(line[:4].upper(), line, reader, writer):
                    return
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # killed: that is what this is about
        finally:
            writer.close()

    async def answer(self, word, line, reader, writer) -> bool:
        """Say something; False: hang up."""
        if word == b"RCPT":
            writer.write(self.to(line))
        elif word == b"DATA":
            return await self.take(reader, writer)
        elif word == b"QUIT":
            writer.write(b"221 bye\r\n")
            return False
        else:
            writer.write(b"250 ok\r\n")
        return True

    def to(self, line: bytes) -> bytes:
        number = int(_TO.search(line)[1])
        if number % NOBODY_EVERY == NOBODY_AT:
            return b"550 5.1.1 no such user\r\n"
        if self.drawn.random() < GREYLISTED:
            return b"451 4.7.1 greylisted\r\n"
        return b"250 ok\r\n"

    async def take(self, reader, writer) -> bool:
        writer.write(b"354 go\r\n")
        await writer.drain()
        letter = await reader.readuntil(b"\r\n.\r\n")
        drawn = self.drawn.random()
        if drawn < LATER:
            writer.write(b"452 4.3.1 try later\r\n")
            return True
        if drawn < LATER + LOST_AND_GONE:
            return False
        self.log.write(_ID.search(letter)[1] + b"\n")
        if drawn < LATER + LOST_AND_GONE + KEPT_AND_GONE:
            return False
        await asyncio.sleep(2 * TAKES_S if self.drawn.random() < SLOW else TAKES_S)
        writer.write(b"250 taken\r\n")
        return True


async def serve(port: int, log: Path, seed: int) -> None:
    """For ever."""
    sink = Sink(log, seed)
    server = await asyncio.start_server(sink.talk, "127.0.0.1", port, limit=1 << 22)
    print("listening", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
