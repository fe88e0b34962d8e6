"""Values that only this installation could have made, and fingerprints of what was presented."""

import hashlib
import hmac
import json

from loyalty.core.ids import encode


def derive(secret: bytes, purpose: str, data: bytes) -> bytes:
    """HMAC-SHA-256 of `data` under a key of its own for each `purpose`; 32 bytes."""
    key = hmac.new(secret, purpose.encode(), hashlib.sha256).digest()
    return hmac.new(key, data, hashlib.sha256).digest()


def derive_code(secret: bytes, purpose: str, data: bytes) -> str:
    """26 Crockford letters (128 bits) derived from `data`; the same each time."""
    return encode(int.from_bytes(derive(secret, purpose, data)[:16], "big"), 26)


def digest(text: str) -> bytes:
    """The first 16 bytes of SHA-256: how keys and presented secrets are stored and compared."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def fingerprint(body: object) -> bytes:
    """16 bytes that are equal exactly when two JSON-able bodies are equal."""
    return digest(json.dumps(body, sort_keys=True, separators=(",", ":")))
