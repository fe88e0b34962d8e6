"""Passwords of staff: argon2id, slow on purpose, and never so many at once that scans wait."""

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from loyalty.core.errors import Invalid
from loyalty.core.text import Text

PASSWORD_LETTERS_MIN = 12
PASSWORD_LETTERS_MAX = 200
_TOO_SHORT = Text(
    f"almeno {PASSWORD_LETTERS_MIN} caratteri", f"at least {PASSWORD_LETTERS_MIN} characters"
)
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_at_once = threading.Semaphore(2)
# Verified when the name is unknown, so that the answer takes as long as for a known one. Of a
# password that nobody knows, made in the same way.
_NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$xUmdAxZpf8O3b9AAhU7uSQ"
    "$08vYwg+HeU+FlCMT6yzwRbW35FGrzgOKfemtw4C/6TQ"
)


def hash_password(password: str) -> str:
    """The argon2id hash to keep. Raises Invalid when too short or too long."""
    if not PASSWORD_LETTERS_MIN <= len(password) <= PASSWORD_LETTERS_MAX:
        raise Invalid({"password": [_TOO_SHORT]})
    return hash_secret(password)


def hash_secret(text: str) -> str:
    """The same for a secret with bounds of its own."""
    with _at_once:
        return _hasher.hash(text)


def verify_password(password_hash: str | None, password: str) -> bool:
    """Whether the password fits; takes the same time when there is no hash."""
    with _at_once:
        try:
            _hasher.verify(password_hash or _NOBODY, password)
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None
