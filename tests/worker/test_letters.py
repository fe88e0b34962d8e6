"""What leaves: signed, with every header that bulk mail needs, and nothing slipped in."""

import base64
import email
import random
import re
from datetime import UTC, datetime
from email.policy import default
from uuid import UUID, uuid4

import dkim
import pytest

from loyalty.campaigns import envelope, instance, letter, person, press, tokens
from loyalty.campaigns.envelope import Letter, Post
from loyalty.campaigns.press import Sender
from loyalty.campaigns.signature import Signer
from loyalty.core.errors import Invalid
from tests.worker.writing import GIFT, Desk

OWN = "https://card.example.it"
SEED, LETTERS, PRINTED = 20261126, 1_000, 50
NASTY = [
    "\r\nBcc: x@y.it", "\n.\n", "\u202e", "\x00", "<img src=https://evil.example/p.png>",
    "{{first_name}}", "🎉", "é" * 90, "=?utf-8?q?x?=", '"', "\\", "<script>", "http://evil.example",
    "%0d%0aBcc:", ">", "&", "'", "]]>", "x" * 300, "\ue0000\ue001", "{{", "}}", "|",
]  # fmt: skip


@pytest.fixture
def key(tmp_path):
    return instance.signing_key(tmp_path)


def verified(raw: bytes, key) -> bool:
    record = b"v=DKIM1; k=rsa; p=" + base64.b64encode(instance.public_record(key))
    return dkim.verify(raw, dnsfunc=lambda *_, **__: record)


def checked(raw: bytes, key, to: str) -> None:
    """Everything that receivers ask of bulk mail."""
    assert verified(raw, key)
    mail = email.message_from_bytes(raw, policy=default)
    assert not mail.defects
    signed = re.search(r"h=([^;]+);", str(mail["DKIM-Signature"]))[1].lower()
    assert {"list-unsubscribe", "list-unsubscribe-post", "from"} <= set(signed.split(":"))
    assert mail["To"].addresses[0].addr_spec == to
    assert len(mail["From"].addresses) == 1
    assert mail["From"].addresses[0].domain == "card.example.it"
    assert re.fullmatch(rf"<{OWN}/u/[0-9A-Z]{{42}}>", mail["List-Unsubscribe"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert {"Bcc", "Cc"} & set(mail.keys()) == set()
    assert len(mail.get_all("From")) == len(mail.get_all("Subject")) == 1
    html = mail.get_body(("html",)).get_content()
    assert mail.get_body(("plain",)) is not None
    hosts = re.findall(r"<(?:img|link|script|iframe)[^>]+(?:src|href)=[\"']?([^\"' >]+)", html)
    assert [host for host in hosts if not host.startswith(f"{OWN}/")] == []
    assert "<script" not in html


def test_a_letter_that_arrives_is_whole_signed_and_names_its_message(desk: Desk, postbox):
    desk.customer("Anna")
    desk.launch(offer=GIFT)
    desk.work()
    (mail,) = postbox.arrived
    ((message_id,),) = desk.messages("id")
    assert mail["Message-ID"] == f"<m.{message_id.hex}@card.example.it>"
    assert mail["List-Id"].endswith(".card.example.it>")
    assert mail["Feedback-ID"].count(":") == 3
    token = tokens.of(message_id, desk.database.settings.secret)
    assert f"/u/{token}" in mail["List-Unsubscribe"]
    assert f"/u/{token}" in postbox.text()
    assert len(f"b+{token}") <= 64  # the return path has to fit before its @


def test_a_thousand_names_and_letters_slip_nothing_in(key):
    drawn, sent = random.Random(SEED), 0
    signer = Signer(key, "card.example.it")
    for _ in range(PRINTED):
        words = [drawn.choice([*NASTY, "ciao", "Anna", "\n\n", "# "]) for _ in range(6)]
        shop = drawn.choice(NASTY) + drawn.choice(["Anna", *NASTY])
        paper = _printed(drawn.choice(words), " ".join(words), shop)
        post = Post(UUID(int=1), UUID(int=2), shop, "carte@card.example.it", OWN, signer)
        for _ in range(LETTERS // PRINTED):
            name = drawn.choice(NASTY) + drawn.choice(["Anna", *NASTY])
            values = {
                "first_name": person.first_name(name) if sent % 2 else name,  # even unchecked
                "shop": shop,
                "unsubscribe_url": f"{OWN}/u/{'A' * 42}",
                "view_url": f"{OWN}/m/{'A' * 42}",
            }
            to = f"u{sent}@example.org"
            one = Letter(uuid4(), "A" * 42, to, "it", *paper.for_one(values))
            checked(envelope.seal(post, one, at=datetime.now(UTC)), key, to)
            sent += 1
    assert sent == LETTERS


def _printed(subject, body, shop):
    """That letter, or a plain one where it is refused."""
    raw = {"it": {"subject": subject, "body": body}}
    try:
        read = letter.read(raw, own_url=OWN, has_offer=False)
    except Invalid:
        raw = {"it": {"subject": "{{first_name|Ciao}}", "body": "Ciao {{first_name|tu}}"}}
        read = letter.read(raw, own_url=OWN, has_offer=False)
    return press.printed(read["it"], language="it", sender=Sender(shop, shop), has_offer=False)


def test_a_letter_that_was_changed_on_its_way_does_not_verify(key):
    signer = Signer(key, "card.example.it")
    post = Post(UUID(int=1), UUID(int=2), "Bar", "carte@card.example.it", OWN, signer)
    one = Letter(uuid4(), "A" * 42, "u@example.org", "it", "Ciao", "<p>Ciao</p>", "Ciao")
    raw = envelope.seal(post, one, at=datetime.now(UTC))
    assert verified(raw, key)
    assert not verified(raw.replace(b"One-Click", b"Two-Click"), key)
    assert not verified(b"From: <evil@evil.example>\r\n" + raw, key)


def test_the_key_is_made_once_and_only_its_owner_reads_it(tmp_path):
    key = instance.signing_key(tmp_path)
    path = tmp_path / "instance" / "dkim.pem"
    assert path.stat().st_mode & 0o077 == 0
    instance.signing_key.cache_clear()
    assert instance.public_record(instance.signing_key(tmp_path)) == instance.public_record(key)
