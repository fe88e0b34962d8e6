"""Codes that change every 30 seconds: by the book, for one phone, and for a short while."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.cards import live
from loyalty.cards.tokens import qr_text, read_scan

SECRET, NOW = b"s" * 32, datetime(2026, 11, 26, 12, 0, 10, tzinfo=UTC)
TOKEN = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
# RFC 6238, appendix B: the key of its SHA-1 row, seconds since 1970, eight digits.
BOOK_KEY = b"12345678901234567890"
BOOK = [
    (59, "94287082"),
    (1111111109, "07081804"),
    (1111111111, "14050471"),
    (1234567890, "89005924"),
    (2000000000, "69279037"),
    (20000000000, "65353130"),
]


def code(phone, at):
    return live.code_at(live.key_of(SECRET, phone), live.step_at(at))


@pytest.mark.parametrize(("seconds", "digits"), BOOK)
def test_the_digits_are_those_of_the_standard(seconds, digits):
    assert live.code_at(BOOK_KEY, seconds // live.STEP_S) == digits


@pytest.mark.parametrize("off_s", [-30, 0, 30])
def test_a_code_is_good_one_step_either_side(off_s):
    phone = uuid4()
    shown = code(phone, NOW)
    found = live.match(SECRET, [uuid4(), phone], shown, at=NOW + timedelta(seconds=off_s))
    assert found == live.Live(phone, live.step_at(NOW))


@pytest.mark.parametrize("off_s", [-90, 60, 90])
def test_a_photo_of_a_code_is_worth_nothing_after_a_while(off_s):
    phone = uuid4()
    at = NOW + timedelta(seconds=off_s)
    assert live.match(SECRET, [phone], code(phone, NOW), at=at) is None


def test_no_phone_makes_the_codes_of_another():
    assert live.match(SECRET, [uuid4(), uuid4()], code(uuid4(), NOW), at=NOW) is None
    assert live.match(SECRET, [], "12345678", at=NOW) is None


@given(st.sampled_from(["https://card.example.it", "http://127.0.0.1:8000"]), st.booleans())
def test_a_live_qr_is_read_with_its_digits_and_a_static_one_without(url, is_live):
    digits = "01234567" if is_live else ""
    scan = read_scan(qr_text(url, TOKEN, digits))
    assert (scan.kind, scan.value, scan.digits, scan.seen) == ("token", TOKEN, digits, "")


def test_what_a_till_has_seen_counts_from_when_it_saw_it_for_a_quarter_of_an_hour():
    sent = live.sealed(SECRET, read_scan(f"{TOKEN}.12345678"), at=NOW)
    scan = read_scan(sent)
    assert (scan.value, scan.digits) == (TOKEN, "12345678")
    seen = NOW.replace(microsecond=0)
    assert live.seen_at(SECRET, scan, at=NOW + timedelta(minutes=14)) == seen
    late = NOW + timedelta(minutes=16)
    assert live.seen_at(SECRET, scan, at=late) == late


def test_nobody_else_can_say_when_a_code_was_seen():
    honest = live.sealed(SECRET, read_scan(f"{TOKEN}.12345678"), at=NOW)
    later = NOW + timedelta(minutes=5)
    for forged in (
        live.sealed(b"x" * 32, read_scan(f"{TOKEN}.12345678"), at=NOW),
        honest.replace("12345678", "12345679"),
        honest.replace(f"{int(NOW.timestamp())}", f"{int(NOW.timestamp()) + 60}"),
    ):
        assert live.seen_at(SECRET, read_scan(forged), at=later) == later
