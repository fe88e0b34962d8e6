"""A mail server that takes everything and keeps nothing: `python -m bench.sink PORT`."""

import asyncio
import sys
from typing import Any


class Sink(asyncio.Protocol):
    """One connection: a word a line, and after DATA everything up to the dot."""

    def connection_made(self, transport: Any) -> None:
        """Greet."""
        self.wire, self.left, self.is_letter = transport, b"", False
        self.wire.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer whatever is whole."""
        self.left += data
        while self.left:
            end = self.left.find(b"\r\n.\r\n" if self.is_letter else b"\r\n")
            if end < 0:
                return
            if self.is_letter:
                self.left, self.is_letter = self.left[end + 5 :], False
                self.wire.write(b"250 taken\r\n")
            else:
                line, self.left = self.left[:end], self.left[end + 2 :]
                self.answer(line[:4].upper())

    def answer(self, word: bytes) -> None:
        """One word of the client."""
        self.is_letter = word == b"DATA"
        self.wire.write(b"354 go\r\n" if self.is_letter else b"250 ok\r\n")
        if word == b"QUIT":
            self.wire.close()


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
