"""What this installation keeps beside its database: the key that signs mail, and what it has sent.

Both lie in `<data>/instance`, next to the secret. The notes tell an older copy of the database: it
has taken fewer messages of a campaign than we did. Workers that share a database share the folder.
"""

import os
import secrets
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

KEY_BITS = 2048


@lru_cache(maxsize=4)
def signing_key(data: Path) -> rsa.RSAPrivateKey:
    """The key whose public half stands in the DNS; made when first asked for, mode 0600.

    Reading it takes a tenth of a second, so it is kept.
    """
    path = data / "instance" / "dkim.pem"
    if not path.exists():
        made = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        pem = made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        _write_once(path, pem)
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey), "we made it"
    return key


def public_record(key: rsa.RSAPrivateKey) -> bytes:
    """The public half as DER, as the DNS record carries it in base64."""
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def identity(data: Path) -> str:
    """The name of this installation; a copy of the database elsewhere has another."""
    path = data / "instance" / "id"
    if not path.exists():
        _write_once(path, secrets.token_hex(16).encode("ascii"))
    return path.read_text("ascii")


def taken(data: Path, campaign_id: UUID) -> int:
    """How often messages of a campaign have been taken, as far as this installation knows."""
    try:
        return int(_note(data, campaign_id).read_text("ascii"))
    except FileNotFoundError:
        return 0


def note_taken(data: Path, campaign_id: UUID, claims: int) -> None:
    """Remember it for good before anything is sent; never a smaller number than before."""
    if claims > taken(data, campaign_id):
        set_taken(data, campaign_id, claims)


def set_taken(data: Path, campaign_id: UUID, claims: int) -> None:
    """The same, also a smaller number: somebody has said that this database is the right one."""
    path = _note(data, campaign_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path, str(claims).encode("ascii"))
    draft.replace(path)


def _note(data: Path, campaign_id: UUID) -> Path:
    return data / "instance" / "sent" / campaign_id.hex


def _write_once(path: Path, content: bytes) -> None:
    """Whoever comes second finds what the first has made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path, content)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # the other process was first
    finally:
        draft.unlink()


def _draft(path: Path, content: bytes) -> Path:
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)
    return draft
