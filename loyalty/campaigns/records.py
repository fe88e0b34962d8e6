"""The records that receivers look for at our domain: what to set, and what is there (pure).

SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489), and a mailbox for what comes back.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loyalty.campaigns.signature import SELECTOR

SPF, DKIM, DMARC, MX = "spf", "dkim", "dmarc", "mx"
KINDS = (SPF, DKIM, DMARC, MX)
# What a look may find.
GOOD, WEAK, MISSING, OTHER, TWICE, SILENT = "good", "weak", "missing", "other", "twice", "silent"
_SHOWN_LETTERS = 120


@dataclass(frozen=True, slots=True)
class Wanted:
    """A record to set: at which name, of which type, with which value."""

    kind: str
    name: str
    type: str
    value: str


@dataclass(frozen=True, slots=True)
class Found:
    """What stands there: a verdict, and (cut short) the record itself."""

    verdict: str
    record: str = ""


# A name server's answer: the texts or hosts of a record, or None where it did not answer.
Answer = Sequence[str] | None


def wanted(domain: str, *, public_key: bytes, smtp_host: str | None) -> list[Wanted]:
    """The records of our domain; `public_key` as DER."""
    key = base64.b64encode(public_key).decode()
    sender = f"a:{smtp_host}" if smtp_host and "." in smtp_host else "mx"
    reports = f"mailto:postmaster@{domain}"
    return [
        Wanted(SPF, domain, "TXT", f"v=spf1 {sender} ~all"),
        Wanted(DKIM, f"{SELECTOR}._domainkey.{domain}", "TXT", f"v=DKIM1; k=rsa; p={key}"),
        Wanted(DMARC, f"_dmarc.{domain}", "TXT", f"v=DMARC1; p=none; rua={reports}"),
        Wanted(MX, domain, "MX", f"10 {smtp_host or 'mail.' + domain}"),
    ]


def is_name(domain: str) -> bool:
    """Whether it could have records at all: "localhost" has none."""
    return "." in domain and any(letter.isalpha() for letter in domain)


def parents(domain: str) -> list[str]:
    """The domain and those above it that may speak for it: DMARC is looked for there too."""
    parts = domain.split(".")
    return [".".join(parts[at:]) for at in range(len(parts) - 1)]


def judge(answers: Mapping[str, Answer], *, public_key: bytes) -> dict[str, Found]:
    """What each record that was looked up is worth."""
    return {
        SPF: _spf(answers[SPF]),
        DKIM: _dkim(answers[DKIM], public_key),
        DMARC: _dmarc(answers[DMARC]),
        MX: _mx(answers[MX]),
    }


def _mine(answer: Sequence[str], begins: str) -> list[str]:
    return [text for text in answer if text.lower().replace(" ", "").startswith(begins)]


def _spf(answer: Answer) -> Found:
    if answer is None:
        return Found(SILENT)
    mine = _mine(answer, "v=spf1")
    if len(mine) != 1:
        return Found(TWICE if mine else MISSING)
    is_open = re.search(r"(?:^|\s)\+?all\b", mine[0], re.IGNORECASE) is not None
    return Found(WEAK if is_open else GOOD, mine[0][:_SHOWN_LETTERS])


def _dkim(answer: Answer, public_key: bytes) -> Found:
    if answer is None:
        return Found(SILENT)
    mine = [text for text in answer if "p=" in text.replace(" ", "")]
    if not mine:
        return Found(MISSING)
    key = re.sub(r"\s", "", mine[0].partition("p=")[2].partition(";")[0])
    is_ours = key == base64.b64encode(public_key).decode()
    return Found(GOOD if is_ours else OTHER, mine[0][:_SHOWN_LETTERS])


def _dmarc(answer: Answer) -> Found:
    if answer is None:
        return Found(SILENT)
    mine = _mine(answer, "v=dmarc1")
    if len(mine) != 1:
        return Found(TWICE if mine else MISSING)
    has_policy = re.search(r"\bp\s*=\s*(none|quarantine|reject)", mine[0], re.IGNORECASE)
    return Found(GOOD if has_policy else WEAK, mine[0][:_SHOWN_LETTERS])


def _mx(answer: Answer) -> Found:
    if answer is None:
        return Found(SILENT)
    return Found(GOOD, ", ".join(answer)[:_SHOWN_LETTERS]) if answer else Found(MISSING)
