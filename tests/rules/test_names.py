"""Ids, refs, codes, and what a scanned text says."""

from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loyalty.cards import tokens
from loyalty.cards.tokens import Scan, read_scan
from loyalty.core import ids, signing
from loyalty.core.errors import Unknown

TOKEN = "7ZK2M9QWERTY0PASDFGH1JXCVB"
CODE = "7Q2K4M9XA0"


def test_ids_are_of_version_seven_and_grow():
    made = [ids.new_id() for _ in range(5_000)]
    assert made == sorted(set(made))
    assert {(key.version, key.variant) for key in made} == {(7, "specified in RFC 4122")}


@given(st.uuids())
def test_a_ref_names_its_row_and_no_other_kind(key):
    name = ids.ref("vis", key)
    assert len(name) == 30
    assert ids.parse_ref("vis", name) == key
    assert ids.parse_ref("crd", name) is None


@pytest.mark.parametrize(
    "text",
    ["", "vis", "vis_", "vis_" + "0" * 25, "vis_" + "0" * 27, "vis_" + "Z" * 26,
     "VIS_" + "0" * 26, "vis-" + "0" * 26, "vis_" + "0" * 25 + "U", "vis_" + "0" * 25 + "a",
     "vis_" + "0" * 25 + "\u0660", " vis_" + "0" * 26],
)  # fmt: skip
def test_what_is_not_a_ref_names_nothing(text):
    assert ids.parse_ref("vis", text) is None


def test_the_largest_id_fits_its_letters():
    largest = UUID(int=(1 << 128) - 1)
    assert ids.parse_ref("vis", ids.ref("vis", largest)) == largest


def test_a_code_is_read_as_people_copy_it():
    assert ids.tidy_code(" 7q2k-4lm9 ioB ") == "7Q2K41M910B"
    assert all(letter in ids.ALPHABET for letter in ids.random_code(200))
    assert not set(ids.ALPHABET) & set("ILOU")


@pytest.mark.parametrize(
    ("text", "scan"),
    [
        (f"HTTP://127.0.0.1:8000/C/{TOKEN}", Scan("token", TOKEN)),
        (f"https://card.example.it/C/{TOKEN.lower()}", Scan("token", TOKEN)),
        (f"  HTTPS://CARD.EXAMPLE.IT/C/{TOKEN}\n", Scan("token", TOKEN)),
        (TOKEN, Scan("token", TOKEN)),
        (CODE, Scan("code", CODE)),
        ("7q2k-4m9x-ao", Scan("code", CODE)),
        (" 7Q2K 4M9X A0 ", Scan("code", CODE)),
        ("7q2k-4m9x-aO", Scan("code", CODE)),
        ("crd_" + "0" * 26, Scan("ref", "crd_" + "0" * 26)),
    ],
)
def test_a_card_is_named_by_its_qr_its_code_or_its_ref(text, scan):
    assert read_scan(text) == scan


@pytest.mark.parametrize(
    "text",
    [
        f"HTTPç--127.0.0.1ç8000-C-{TOKEN}",  # an Italian keyboard
        f"HTTPSÖ--CARD.EXAMPLE.IT-C-{TOKEN}",  # a German one
        f"HTTPSÑ--CARD.EXAMPLE.IT-C-{TOKEN}\t",  # a Spanish one, and a tab for Enter
        f"httpsç--card.example.it-c-{TOKEN.lower()}",  # with the capitals locked
        f"HTTPS CARD.EXAMPLE.IT C {TOKEN}",
        f"HTTPSCARDEXAMPLEITC{TOKEN}",  # all that it could not type is left out
        f"]Q1HTTPS://CARD.EXAMPLE.IT/C/{TOKEN}",  # with the kind of code before it
        f"HTTPS://{'A' * 26}.EXAMPLE.IT/C/{TOKEN}",
        f"HTTPS://CARD.EXAMPLE.IT/C/{TOKEN}.12345678",
        f"https://card.example.it/C/{TOKEN}?from=paper",
        f"https://card.example.it/C/{TOKEN.replace('0', 'o').replace('1', 'l')}",
    ],
)
def test_a_token_counts_wherever_it_stands_in_what_a_scanner_has_typed(text):
    scan = read_scan(text)
    assert (scan.kind, scan.value) == ("token", TOKEN)


def test_a_qr_code_proves_more_than_typed_letters():
    assert read_scan(TOKEN).proof == "static"
    assert {read_scan(CODE).proof, read_scan("crd_" + "0" * 26).proof} == {"typed"}


def test_what_the_qr_says_is_read_back():
    text = tokens.qr_text("http://127.0.0.1:8000", TOKEN)
    assert text == f"HTTP://127.0.0.1:8000/C/{TOKEN}"
    scan = read_scan(text)
    assert (scan.kind, scan.value) == ("token", TOKEN)
    assert tokens.shown(CODE) == "7Q2K-4M9X-A0"
    assert read_scan(tokens.shown(CODE)) == Scan("code", CODE)


@pytest.mark.parametrize(
    "text",
    ["", " ", "7Q2K4M9XA", CODE + "0", TOKEN + "0", "vis_" + "0" * 26, "crd_" + "Z" * 26,
     f"https://a/C/{TOKEN}0", f"https://a/C/{TOKEN[:-1]}U", "https://menu.example.it/pranzo?tavolo=12",
     "WIFI:T:WPA;S:Caffe Aurora;P:una parola;;", "BEGIN:VCARD\nFN:Carla De Santis\nEND:VCARD",
     "UUUUUUUUUU", "ß" * 10, "٣" * 10, "'; --", "0" * 10_000, "\x00" * 26],
)  # fmt: skip
def test_anything_else_is_an_unknown_card(text):
    with pytest.raises(Unknown) as refusal:
        read_scan(text)
    assert refusal.value.code == "unknown_card"


@given(st.text(max_size=60))
@example("\u017f" * 26)  # capital of the long s is S
@example("\u212a" * 26)  # the sign of kelvin is a K in lower case
def test_no_text_breaks_the_reader_and_what_it_reads_is_of_the_alphabet(text):
    try:
        scan = read_scan(text)
    except Unknown:
        return
    letters = scan.value.removeprefix("crd_")
    assert set(letters) <= set(ids.ALPHABET)
    assert len(letters) in (10, 26)


def test_equal_bodies_have_equal_fingerprints_whatever_the_order_of_their_keys():
    one, other = {"a": 1, "b": [1, 2]}, {"b": [1, 2], "a": 1}
    assert signing.fingerprint(one) == signing.fingerprint(other)
    different = [{"a": 1}, {"a": "1"}, {"a": True}, {"a": None}, {}, [], None, {"a": [1]}, "a"]
    assert len({signing.fingerprint(body) for body in different}) == len(different)


def test_a_derived_secret_depends_on_the_installation_the_purpose_and_the_thing():
    made = {
        signing.derive_code(secret, purpose, data)
        for secret in (b"a" * 32, b"b" * 32)
        for purpose in ("card-claim", "other")
        for data in (b"1", b"2")
    }
    assert len(made) == 8
    assert all(ids.is_code(code, 26) for code in made)
