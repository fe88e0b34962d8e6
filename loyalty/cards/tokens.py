"""What a scanned or typed text says: a QR token, a code, or a card's ref (pure)."""

import re
from dataclasses import dataclass

from loyalty.core.errors import Unknown
from loyalty.core.ids import REF_LETTERS, is_code, parse_ref, tidy_code

CODE_LETTERS = 10
TEXT_MAX = 300
# A scanner that types goes through a keyboard, which may turn `://` into `ç--` or leave it out: the
# token counts wherever it stands, best after its /C/. Letters, as in what capitals are made of.
_AFTER_C = re.compile(r"(?<![0-9A-Z_])C[^0-9A-Z]+([0-9A-Z]{26})(?![0-9A-Z])")
_ALONE = re.compile(r"(?<![0-9A-Z_~])([0-9A-Z]{26})(?![0-9A-Z])")
_RUN_TOGETHER = re.compile(r"HTTPS?.*C([0-9A-Z]{26})(?![0-9A-Z])")
# A live code's digits, and what a till of ours has put behind them (see live.sealed).
_LIVE = re.compile(r"[^0-9A-Z]([0-9]{8})(?![0-9A-Z])(?:~([0-9]{10}~[0-9A-Z]{26}))?")


@dataclass(frozen=True, slots=True)
class Scan:
    """kind is token, code or ref; value is its one spelling.

    Of a live code also its `digits`, and in `seen` when a till of ours says that it saw them.
    """

    kind: str
    value: str
    digits: str = ""
    seen: str = ""

    @property
    def proof(self) -> str:
        """How much the text proves by itself: a QR code more than typed letters."""
        return "static" if self.kind == "token" else "typed"


def read_scan(text: str) -> Scan:
    """Understand a scanned, pasted or typed text. Raises Unknown("card") for anything else."""
    plain = text.strip()[:TEXT_MAX]
    if parse_ref("crd", plain) is not None:
        return Scan("ref", plain)
    tidy = tidy_code(plain)
    if is_code(tidy, REF_LETTERS):
        return Scan("token", tidy)
    if is_code(tidy, CODE_LETTERS):
        return Scan("code", tidy)
    if found := _token_in(plain.upper()):
        return found
    raise Unknown("card")


def _token_in(text: str) -> Scan | None:
    """The 26 letters of a token anywhere in a longer text, in their one spelling."""
    for pattern in (_AFTER_C, _ALONE, _RUN_TOGETHER):
        for found in reversed(list(pattern.finditer(text))):
            token = tidy_code(found[1])
            if is_code(token, REF_LETTERS):
                live = _LIVE.match(text, found.end(1))
                return Scan("token", token, live[1] if live else "", (live and live[2]) or "")
    return None


def qr_text(public_url: str, token: str, digits: str = "") -> str:
    """What the QR code says: all capitals, so that it fits the compact alphanumeric mode."""
    text = f"{public_url.upper()}/C/{token}"
    return f"{text}.{digits}" if digits else text


def shown(code: str) -> str:
    """The typed code as people read it: 4-4-2."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"
