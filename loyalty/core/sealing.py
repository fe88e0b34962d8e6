"""Text that only this installation can read again: what a page carries and must not show."""

import zlib
from base64 import urlsafe_b64encode
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_KEY_BYTES = 32


def seal(secret: bytes, purpose: str, text: str, *, at: datetime) -> str:
    """The text packed and encrypted (Fernet) for that purpose, in letters that a form may carry."""
    packed = zlib.compress(text.encode("utf-8", "surrogatepass"))
    return _fernet(secret, purpose).encrypt_at_time(packed, int(at.timestamp())).decode()


def unseal(
    secret: bytes, purpose: str, sealed: str, *, at: datetime, seconds_max: int, letters_max: int
) -> str | None:
    """The text again; None for anything not sealed here for that purpose, too old, or longer."""
    token, now = sealed.encode("utf-8", "surrogatepass"), int(at.timestamp())
    try:
        packed = _fernet(secret, purpose).decrypt_at_time(token, seconds_max, now)
    except InvalidToken:
        return None
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(packed, letters_max)
    return None if unpacking.unconsumed_tail else text.decode("utf-8", "surrogatepass")


def _fernet(secret: bytes, purpose: str) -> Fernet:
    """A key of its own for each purpose, by HKDF."""
    derived = HKDF(SHA256(), _KEY_BYTES, salt=None, info=purpose.encode()).derive(secret)
    return Fernet(urlsafe_b64encode(derived))
