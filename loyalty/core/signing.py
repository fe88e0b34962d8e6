"""Values that only this installation could have made, and fingerprints of what was presented."""

import hashlib
import hmac
import json
from functools import lru_cache

from loyalty.core.ids import encode


def derive(secret: bytes, purpose: str, data: bytes) -> bytes:
    """HMAC-SHA-256 of `data` under a key of its own for each `purpose`; 32 bytes."""
    return hmac.digest(_key(secret, purpose), data, "sha256")


@lru_cache(maxsize=64)
def _key(secret: bytes, purpose: str) -> bytes:
    return hmac.digest(secret, purpose.encode(), "sha256")


def derive_code(secret: bytes, purpose: str, data: bytes) -> str:
    """26 Crockford letters (128 bits) derived from `data`; the same each time."""
    return encode(int.from_bytes(derive(secret, purpose, data)[:16], "big"), 26)


def digest(text: str) -> bytes:
    """The first 16 bytes of SHA-256: how keys and presented secrets are stored and compared."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def fingerprint(body: object) -> bytes:
    """16 bytes that are equal exactly when two JSON-able bodies are equal."""
    return digest(json.dumps(body, sort_keys=True, separators=(",", ":")))
