"""Text that only this installation can read again: what a page carries and must not show."""

import hmac
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from loyalty.core.signing import derive

_NONCE_BYTES, _TAG_BYTES, _BLOCK_BYTES = 16, 32, 32


def seal(secret: bytes, purpose: str, text: str) -> str:
    """The text packed, encrypted and signed for that purpose, in letters that a form may carry.

    Encrypted with HMAC-SHA-256 as a counter-mode keystream, then signed under a key of its own.
    """
    nonce = secrets.token_bytes(_NONCE_BYTES)
    packed = zlib.compress(text.encode("utf-8", "surrogatepass"))
    hidden = nonce + _crossed(secret, purpose, nonce, packed)
    return urlsafe_b64encode(hidden + derive(secret, f"{purpose}/tag", hidden)).decode()


def unseal(secret: bytes, purpose: str, sealed: str, *, letters_max: int) -> str | None:
    """The text again; None for anything that was not sealed here for that purpose, or is longer."""
    try:
        raw = urlsafe_b64decode(sealed.encode("ascii"))
    except (ValueError, UnicodeEncodeError):
        return None
    hidden, tag = raw[:-_TAG_BYTES], raw[-_TAG_BYTES:]
    if not hmac.compare_digest(derive(secret, f"{purpose}/tag", hidden), tag):
        return None
    packed = _crossed(secret, purpose, hidden[:_NONCE_BYTES], hidden[_NONCE_BYTES:])
    unpacking = zlib.decompressobj()
    text = unpacking.decompress(packed, letters_max)
    return None if unpacking.unconsumed_tail else text.decode("utf-8", "surrogatepass")


def _crossed(secret: bytes, purpose: str, nonce: bytes, data: bytes) -> bytes:
    blocks = range(-(-len(data) // _BLOCK_BYTES))
    stream = b"".join(
        derive(secret, f"{purpose}/stream", nonce + block.to_bytes(4, "big")) for block in blocks
    )
    return bytes(one ^ other for one, other in zip(data, stream, strict=False))
