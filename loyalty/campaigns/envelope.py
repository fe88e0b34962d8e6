"""A letter of one person as bytes, with every header that receivers ask of bulk mail."""

import base64
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from uuid import UUID

from loyalty.campaigns.signature import Signer
from loyalty.core.ids import encode
from loyalty.core.text import one_line

_WORD_BYTES, _NAME_LETTERS_MAX = 45, 60
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,!?-'&")


@dataclass(frozen=True, slots=True)
class Post:
    """What the letters of one campaign share: who sends, from where, and under which signature."""

    merchant_id: UUID
    campaign_id: UUID
    shop: str
    sender: str  # the address in From
    public_url: str
    signer: Signer
    reply_to: str = ""
    is_automatic: bool = False  # of a journey: no robot may answer it (RFC 3834)

    @property
    def domain(self) -> str:
        """The domain of From, of the signature and of the return path: aligned."""
        return self.sender.rpartition("@")[2]

    def return_path(self, token: str) -> str:
        """Where a bounce of this message goes; it names the message (VERP)."""
        return f"b+{token.lower()}@{self.domain}"


@dataclass(frozen=True, slots=True)
class Letter:
    """What one person gets."""

    message_id: UUID
    token: str
    to: str
    language: str
    subject: str
    html: str
    text: str


def message_id(key: UUID, domain: str) -> str:
    """The Message-ID, the same at every try."""
    return f"<m.{key.hex}@{domain}>"


def seal(post: Post, letter: Letter, *, at: datetime) -> bytes:
    """The whole message: headers, both forms of the text, and the signature over them."""
    boundary = f"=_{letter.message_id.hex}"
    headers = _headers(post, letter, boundary, at)
    body = _body(letter, boundary.encode())
    head = b"".join(_NAMES[name] + b": " + value + b"\r\n" for name, value in headers.items())
    return post.signer.sign(headers, body) + head + b"\r\n" + body


def _headers(post: Post, letter: Letter, boundary: str, at: datetime) -> dict[str, bytes]:
    leave = f"{post.public_url}/u/{letter.token}"
    shop, campaign = (encode(key.int, 26).lower() for key in (post.merchant_id, post.campaign_id))
    kind = "journey" if post.is_automatic else "campaign"
    name = one_line(post.shop)[:_NAME_LETTERS_MAX]
    said = {
        "from": f"{_words(name, quoted=True)} <{post.sender}>",
        "to": f"<{letter.to}>",
        **({"reply-to": f"<{post.reply_to}>"} if post.reply_to else {}),
        "subject": _words(letter.subject),
        "date": format_datetime(at),
        "message-id": message_id(letter.message_id, post.domain),
        "list-unsubscribe": f"<{leave}>",
        "list-unsubscribe-post": "List-Unsubscribe=One-Click",
        "list-id": f"<{shop}.{post.domain}>",
        "feedback-id": f"{campaign}:{shop}:{kind}:loyalty",
        "content-language": letter.language,
        "mime-version": "1.0",
        "content-type": f'multipart/alternative; boundary="{boundary}"',
    }
    if post.is_automatic:
        said["auto-submitted"] = "auto-generated"
    assert not any("\n" in value.replace("\r\n ", "") for value in said.values()), "one line each"
    return {name: value.encode() for name, value in said.items()}


def _words(text: str, *, quoted: bool = False) -> str:
    """A text as a header carries it: as it is where nothing in it could mean something else."""
    if text and _PLAIN.issuperset(text) and len(text) <= _NAME_LETTERS_MAX:
        return f'"{text}"' if quoted else text
    chunks, chunk = [], b""
    for letter in text:
        more = letter.encode("utf-8", "replace")
        if len(chunk) + len(more) > _WORD_BYTES:
            chunks.append(chunk)
            chunk = b""
        chunk += more
    words = [base64.b64encode(one).decode() for one in [*chunks, chunk]]
    return "\r\n ".join(f"=?utf-8?b?{word}?=" for word in words)


def _body(letter: Letter, boundary: bytes) -> bytes:
    return b"".join(
        [
            _part(b"text/plain", letter.text, boundary),
            _part(b"text/html", letter.html, boundary),
            b"--" + boundary + b"--\r\n",
        ]
    )


def _part(kind: bytes, text: str, boundary: bytes) -> bytes:
    """Base64: no line too long, no dot alone on one, whatever is in the letter."""
    coded = base64.encodebytes(text.encode("utf-8", "replace")).replace(b"\n", b"\r\n")
    return (
        b"--" + boundary + b"\r\nContent-Type: " + kind + b"; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + coded
    )


_PLAIN_NAMES = (
    "from", "to", "reply-to", "subject", "date", "list-unsubscribe", "list-unsubscribe-post",
    "list-id", "content-language", "content-type", "auto-submitted",
)  # fmt: skip
_NAMES = {
    **{name: name.title().encode() for name in _PLAIN_NAMES},
    "message-id": b"Message-ID",
    "mime-version": b"MIME-Version",
    "feedback-id": b"Feedback-ID",
}
