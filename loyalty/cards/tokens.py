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
_ALONE = re.compile(r"(?<![0-9A-Z_])([0-9A-Z]{26})(?![0-9A-Z])")
_RUN_TOGETHER = re.compile(r"HTTPS?.*C([0-9A-Z]{26})")


@dataclass(frozen=True, slots=True)
class Scan:
    """kind is token, code or ref; value is its one spelling."""

    kind: str
    value: str

    @property
    def proof(self) -> str:
        """How much the text proves at the till: a QR code more than typed letters."""
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
    if token := _token_in(plain.upper()):
        return Scan("token", token)
    raise Unknown("card")


def _token_in(text: str) -> str | None:
    """The 26 letters of a token anywhere in a longer text, in their one spelling."""
    together = _RUN_TOGETHER.fullmatch(text)
    found = _AFTER_C.findall(text) or _ALONE.findall(text) or (together and [together[1]]) or []
    tidy = [tidy_code(letters) for letters in found]
    return next((token for token in reversed(tidy) if is_code(token, REF_LETTERS)), None)


def qr_text(public_url: str, token: str) -> str:
    """What the QR code says: all capitals, so that it fits the compact alphanumeric mode."""
    return f"{public_url.upper()}/C/{token}"


def shown(code: str) -> str:
    """The typed code as people read it: 4-4-2."""
    return f"{code[:4]}-{code[4:8]}-{code[8:]}"
