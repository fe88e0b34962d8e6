"""Asking name servers for the records of our domain; kindly, and never for long."""

from collections.abc import Callable

import dns.exception
import dns.resolver

from loyalty.campaigns import records
from loyalty.campaigns.records import Answer

ALL_S_MAX = 6.0  # for one question, however many servers are asked
_NOTHING = (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer)
Ask = Callable[[str, str], Answer]


def ask(name: str, kind: str) -> Answer:
    """The texts (TXT) or hosts (MX) there; none where there is nothing, None without an answer."""
    try:
        found = resolver().resolve(name, kind, search=False)
    except _NOTHING:
        return []
    except (dns.exception.DNSException, OSError):
        return None
    if kind == "MX":
        return [str(one.exchange).rstrip(".") for one in found]
    return [b"".join(one.strings).decode("utf-8", "replace") for one in found]


def resolver() -> dns.resolver.Resolver:
    """The system's name servers, with little patience."""
    made = dns.resolver.Resolver()
    made.timeout, made.lifetime = ALL_S_MAX / 3, ALL_S_MAX
    return made


def of_domain(domain: str, *, own_name: str, ask: Ask) -> dict[str, Answer]:
    """What there is for each kind of record; `own_name` is where our public key should stand."""
    return {
        records.SPF: ask(domain, "TXT"),
        records.DKIM: ask(own_name, "TXT"),
        records.DMARC: _dmarc(domain, ask),
        records.MX: ask(domain, "MX"),
    }


def _dmarc(domain: str, ask: Ask) -> Answer:
    """The domain's own policy, else that of a domain above it."""
    answer: Answer = []
    for name in records.parents(domain):
        answer = ask(f"_dmarc.{name}", "TXT")
        if answer is None or any(text.lower().startswith("v=dmarc1") for text in answer):
            return answer
    return answer
