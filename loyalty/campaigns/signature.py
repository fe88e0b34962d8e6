"""DKIM (RFC 6376), relaxed on both sides, RSA-SHA256: short, for a signature is all that we need.

From is signed twice, so that nobody adds a second one. Both headers of one-click unsubscribing are
covered, as RFC 8058 asks.
"""

import base64
import hashlib
import re
from collections.abc import Mapping

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

SELECTOR = "loyalty"
SIGNED = (
    "from", "to", "reply-to", "subject", "date", "message-id", "list-unsubscribe",
    "list-unsubscribe-post", "list-id", "mime-version", "content-type",
)  # fmt: skip
_GAPS, _LINE = re.compile(rb"[\t ]+"), 72


class Signer:
    """Signs for one domain."""

    def __init__(self, key: rsa.RSAPrivateKey, domain: str) -> None:
        self._key, self._domain = key, domain.encode("idna")

    def sign(self, headers: Mapping[str, bytes], body: bytes) -> bytes:
        """The header that proves these headers and this body, with its end of line.

        `headers` are values as they go out, unfolded, by name in lower case.
        """
        names = [name for name in SIGNED if name in headers]
        hashed = base64.b64encode(hashlib.sha256(_body(body)).digest())
        listed = ":".join([*names, "from"]).encode()
        fields = (
            b"v=1; a=rsa-sha256; c=relaxed/relaxed; d=" + self._domain + b"; s="
            + SELECTOR.encode() + b"; h=" + listed + b"; bh=" + hashed + b"; b="
        )  # fmt: skip
        signed = b"".join(_header(name, headers[name]) for name in names)
        proof = self._key.sign(
            signed + b"dkim-signature:" + fields, padding.PKCS1v15(), hashes.SHA256()
        )
        text = base64.b64encode(proof)
        lines = [text[at : at + _LINE] for at in range(0, len(text), _LINE)]
        return (
            b"DKIM-Signature: " + fields.replace(b"; ", b";\r\n ") + b"\r\n ".join(lines) + b"\r\n"
        )


def _header(name: str, value: bytes) -> bytes:
    return name.encode() + b":" + _GAPS.sub(b" ", value.replace(b"\r\n", b"")).strip() + b"\r\n"


def _body(body: bytes) -> bytes:
    tidy = body
    if b"  " in tidy or b"\t" in tidy or b" \r\n" in tidy:  # not in what we write: it is base64
        tidy = _GAPS.sub(b" ", tidy).replace(b" \r\n", b"\r\n")
    tidy = tidy.rstrip(b"\r\n")
    return tidy + b"\r\n" if tidy else b""
