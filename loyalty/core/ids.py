"""Keys and codes: time-ordered ids, public refs, and codes without look-alike letters."""

import os
import secrets
import threading
import time
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
_VALUE = {letter: value for value, letter in enumerate(ALPHABET)}
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0"})
REF_LETTERS = 26
_PAIRS = [first + second for first in ALPHABET for second in ALPHABET]  # lists show many refs
_PAIR = len(_PAIRS) - 1


_guard = threading.Lock()
_tick = 0


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562, method 1): milliseconds, a counter of 12 bits, 62 random bits.

    Ids of one process grow strictly, so that rows written together keep their order.
    """
    global _tick  # noqa: PLW0603  # the counter of this process
    with _guard:
        _tick = max(_tick + 1, int(time.time() * 1000) << 12)
        tick = _tick
    number = (tick >> 12) << 80 | 0x7 << 76 | (tick & 0xFFF) << 64 | 0b10 << 62
    return UUID(int=number | int.from_bytes(os.urandom(8), "big") >> 2)


def encode(number: int, letters: int) -> str:
    """`number` in Crockford letters, most significant first, padded to `letters`."""
    assert number < 1 << 5 * letters, "the number needs more letters"
    even = letters + letters % 2
    pairs = [_PAIRS[number >> shift & _PAIR] for shift in range(5 * even - 10, -1, -10)]
    return "".join(pairs)[even - letters :]


def ref(prefix: str, key: UUID) -> str:
    """The public name of a row: `ref("vis", id)` -> "vis_" and 26 letters of the id itself."""
    return f"{prefix}_{encode(key.int, REF_LETTERS)}"


def parse_ref(prefix: str, text: str) -> UUID | None:
    """The id behind a public ref, or None if `text` is not one of that prefix."""
    head, _, letters = text.partition("_")
    if head != prefix or len(letters) != REF_LETTERS:
        return None
    number = 0
    for letter in letters:
        if letter not in _VALUE:
            return None
        number = number * 32 + _VALUE[letter]
    return UUID(int=number) if number < 1 << 128 else None


def tidy_code(text: str) -> str:
    """A typed code in its one spelling: capitals, no gaps, 1 for I and L, 0 for O."""
    return text.upper().replace("-", "").replace(" ", "").translate(_ALIKE)


def is_code(text: str, letters: int) -> bool:
    """Whether `text` is exactly `letters` letters of the alphabet."""
    return len(text) == letters and all(letter in _VALUE for letter in text)


def random_code(letters: int) -> str:
    """`letters` random letters, five bits each, from the system's secure source."""
    return encode(secrets.randbits(5 * letters), letters)
