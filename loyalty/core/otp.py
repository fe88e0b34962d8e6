"""One-time codes that change every 30 seconds: RFC 6238 (TOTP) over RFC 4226, with SHA-1 (pure)."""

import hmac
from datetime import datetime

STEP_S = 30
KEY_BYTES = 20


def step_at(at: datetime) -> int:
    """The step of 30 seconds since 1970 that a moment falls into."""
    return int(at.timestamp()) // STEP_S


def code_at(key: bytes, step: int, digits: int) -> str:
    """The digits of a step (RFC 4226, 5.3)."""
    mac = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    start = mac[-1] & 0x0F
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"
