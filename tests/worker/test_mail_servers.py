"""Mail servers that hang, drip, are not there, or cannot show who they are."""

import ssl
import time

import pytest
import trustme

from loyalty.core import smtp
from loyalty.worker.crew import LEASE_S
from tests.rigs.postbox import open_postbox
from tests.worker.office import CONFIRM


@pytest.mark.slow
def test_a_server_that_hangs_holds_nobody_for_long(office, postbox, monkeypatch):
    monkeypatch.setattr(smtp, "ANSWER_S_MAX", 1)
    postbox.rcpt = ["hang"]
    office.post("confirm_email", **CONFIRM)
    began = time.monotonic()
    office.work()
    assert time.monotonic() - began < 8
    assert office.mail("state", "error") == [("waiting", "timeout")]


@pytest.mark.slow
def test_a_server_that_drips_is_hung_up_on(office, postbox, monkeypatch):
    monkeypatch.setattr(smtp, "TALK_S_MAX", 1)
    postbox.rcpt = ["hang"]
    office.post("confirm_email", **CONFIRM)
    began = time.monotonic()
    office.work()
    assert time.monotonic() - began < 8
    assert office.mail("state", "error") == [("waiting", "lost")]


def test_the_longest_talk_fits_into_a_lease():
    assert smtp.TALK_S_MAX + 2 * smtp.ANSWER_S_MAX < LEASE_S


def test_where_no_server_answers_it_is_tried_again(office, postbox):
    office.use("smtp://127.0.0.1:1")
    office.post("confirm_email", **CONFIRM)
    office.work()
    assert office.mail("state", "error") == [("waiting", "unreachable")]


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def context_of(authority, name):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)
    return context


@pytest.fixture
def known(authority, tmp_path, monkeypatch):
    """An authority that this machine believes."""
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return authority


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_mail_and_password_go_over_an_encrypted_line(office, known, scheme):
    context = context_of(known, "127.0.0.1")
    with open_postbox(tls=context, wrapped=scheme == "smtps") as box:
        office.use(f"{scheme}://carte:giusta@127.0.0.1:{box.port}")
        office.post()
        office.work()
        assert box.was_encrypted == [True]
        assert box.people == [("carte", "giusta")]
    assert office.mail("state") == [("sent",)]


def test_a_server_that_cannot_show_who_it_is_gets_nothing(office, authority, known):
    for context in (context_of(known, "other.example"), context_of(trustme.CA(), "127.0.0.1")):
        with open_postbox(tls=context) as box:
            office.use(f"smtp://carte:giusta@127.0.0.1:{box.port}")
            office.post("confirm_email", **CONFIRM)
            office.work()
            assert (box.people, box.arrived) == ([], [])
    assert set(office.mail("state", "error")) == {("waiting", "tls")}


def test_a_password_never_goes_over_an_open_line(office, postbox):
    office.use(f"smtp://carte:giusta@127.0.0.1:{postbox.port}")
    office.post("confirm_email", **CONFIRM)
    office.work()
    assert postbox.people == []
    assert office.mail("state", "error") == [("waiting", "no_tls")]


def test_a_wrong_password_can_be_put_right_within_the_day(office, known):
    with open_postbox(tls=context_of(known, "127.0.0.1")) as box:
        office.use(f"smtp://carte:falsa@127.0.0.1:{box.port}")
        office.post("confirm_email", **CONFIRM)
        office.work()
        assert office.mail("state", "error") == [("waiting", "535")]
        office.use(f"smtp://carte:giusta@127.0.0.1:{box.port}")
        office.later(seconds=10)
    assert office.mail("state") == [("sent",)]


def test_a_server_that_does_not_answer_is_left_alone_and_then_asked_by_one(office, postbox):
    office.use("smtp://127.0.0.1:1")
    office.post("confirm_email", **CONFIRM)
    office.work()
    for _ in range(3):
        office.post("confirm_email", **CONFIRM)
    office.work()
    assert office.mail("tries", "error") == [(1, "unreachable"), *[(0, None)] * 3]
    office.later(seconds=12)
    assert sum(tries for (tries,) in office.mail("tries")) == 2, "one tried, three waited for it"
    office.use(f"smtp://127.0.0.1:{postbox.port}")
    for _ in range(8):
        office.later(seconds=60)
    assert office.mail("state") == [("sent",)] * 4
    assert len(postbox.arrived) == 4


def test_a_server_that_says_no_is_there(office, postbox):
    postbox.rcpt = ["451 later", "451 later", "451 later"]
    for _ in range(3):
        office.post("confirm_email", **CONFIRM)
    office.work()
    assert office.mail("tries", "error") == [(1, "451")] * 3


def test_what_a_server_rests_from_for_a_day_has_failed(office, postbox):
    office.use("smtp://127.0.0.1:1")
    for _ in range(3):
        office.post("confirm_email", **CONFIRM)
    for _ in range(60):
        office.later(minutes=30)
    assert office.mail("state", "address") == [("failed", None)] * 3
