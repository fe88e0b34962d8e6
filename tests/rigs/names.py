"""A name server with the records that a test gives it; it may also say nothing at all."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset


@dataclass
class Names:
    """Records by (name, type), each a list of texts as a zone file has them."""

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    is_silent: bool = False
    port: int = 0

    def resolver(self) -> dns.resolver.Resolver:
        """Asks this server and no other, with little patience."""
        made = dns.resolver.Resolver(configure=False)
        made.nameservers, made.port = ["127.0.0.1"], self.port
        made.timeout = made.lifetime = 0.5
        return made

    def answer(self, wire: bytes) -> bytes:
        """What is said to one question."""
        asked = dns.message.from_wire(wire)
        question = asked.question[0]
        kind = question.rdtype.name
        name = question.name.to_text(omit_final_dot=True)
        said = dns.message.make_response(asked)
        said.flags |= dns.flags.RA
        if found := self.records.get((name, kind)):
            said.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *found))
        elif not any(known == name for known, _ in self.records):
            said.set_rcode(dns.rcode.NXDOMAIN)
        return said.to_wire()


@contextmanager
def open_names() -> Iterator[Names]:
    """A server on a port of its own."""
    names, line = Names(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    line.bind(("127.0.0.1", 0))
    names.port = line.getsockname()[1]

    def serve() -> None:
        while True:
            try:
                wire, whence = line.recvfrom(4_096)
            except OSError:
                return  # it was closed
            if wire == b"":
                return
            if not names.is_silent:
                line.sendto(names.answer(wire), whence)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield names
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", names.port))
        thread.join(5)
        line.close()
