"""Mail goes out once at least, says what it should in both forms, and survives bad servers."""

import re
import ssl
import time
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
import trustme

from loyalty.core import jobs, mail, smtp
from loyalty.core.db import table
from loyalty.core.ids import parse_ref
from loyalty.core.mail import Mail
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.builders import NOW
from tests.rigs.postbox import open_postbox


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request):
    return str(request.param)


@pytest.fixture
def postbox():
    with open_postbox() as box:
        yield box


class Office:
    """Somebody who owes mail, and the worker who sends it."""

    def __init__(self, database):
        self.database, self.now = database, NOW

    def use(self, url, sender="carte@card.example.it"):
        self.database.settings = replace(self.database.settings, smtp_url=url, mail_from=sender)

    def post(self, kind="sign_in_code", to="anna@example.it", language="it", whose=None, **facts):
        facts = facts or {"code": "123456", "minutes": 10}
        with self.database.write() as session:
            return mail.post(
                session,
                kind=kind,
                to=to,
                language=language,
                facts=facts,
                at=self.now,
                whose=whose,
            )

    def work(self):
        return once(self.database, CHORES, at=self.now)

    def later(self, **much):
        self.now += timedelta(**much)
        return self.work()

    def mail(self, *columns):
        with self.database.read() as session:
            return session.execute(
                sa.select(*(table(Mail).c[name] for name in columns)).order_by(table(Mail).c.id)
            ).all()


@pytest.fixture
def office(database, postbox):
    office = Office(database)
    office.use(f"smtp://127.0.0.1:{postbox.port}")
    return office


CONFIRM = {"shop": "Caffè Aurora", "link": "https://card.example.it/j/ok/SECRET", "hours": 48}


def test_a_code_goes_out_in_both_forms_and_leaves_no_trace_here(office, postbox):
    office.post()
    office.work()
    (message,) = postbox.arrived
    assert message["From"] == "Loyalty <carte@card.example.it>"
    assert message["To"] == "anna@example.it"
    assert message["Subject"] == "123456 è il tuo codice"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == NOW
    html = message.get_body(("html",)).get_content()
    assert "123456" in html
    assert "123456" in postbox.text()
    assert "10 minuti" in postbox.text()
    assert "http" not in re.sub(r"<!--.*?-->", "", html), "nothing is fetched from anywhere"
    ((state, address, facts, sent_at),) = office.mail("state", "address", "facts", "sent_at")
    assert (state, address, facts, sent_at) == ("sent", None, {"minutes": 10}, NOW)


def test_mail_is_written_in_the_language_of_who_gets_it(office, postbox):
    office.post("confirm_email", language="it", **CONFIRM)
    office.post("confirm_email", language="en", **CONFIRM)
    office.work()
    subjects = sorted(str(message["Subject"]) for message in postbox.arrived)
    assert subjects == [
        "Caffè Aurora: conferma il tuo indirizzo",
        "Caffè Aurora: please confirm your address",
    ]
    assert all(CONFIRM["link"] in postbox.text(number) for number in (0, 1))
    assert "Caffè Aurora" in str(postbox.arrived[0]["From"])


def test_no_name_of_a_shop_adds_a_header_or_a_recipient(office, postbox):
    nasty = "Bar\r\nBcc: everybody@example.it\r\n\r\n<script>alert(1)</script>\u202eoiraM\x00"
    office.post("confirm_email", **{**CONFIRM, "shop": nasty})
    office.work()
    (message,) = postbox.arrived
    assert message["Bcc"] is None
    assert [box.addr_spec for box in message["From"].addresses] == ["carte@card.example.it"]
    assert "\u202e" not in str(message["From"]) + str(message["Subject"])
    assert "<script>" not in message.get_body(("html",)).get_content()


def test_who_cannot_take_it_now_is_asked_again_under_the_same_id(office, postbox):
    postbox.rcpt = ["451 later, please", "450 busy"]
    office.post("confirm_email", **CONFIRM)
    office.work()
    assert office.mail("state", "tries", "error") == [("waiting", 1, "451")]
    office.later(seconds=1)
    assert office.mail("tries") == [(1,)], "not before its time"
    office.later(seconds=10)
    office.later(seconds=20)
    assert office.mail("state", "error", "address") == [("sent", None, None)]
    assert len(postbox.arrived) == 1


def test_an_answer_that_is_lost_makes_two_of_one_mail_and_never_none(office, postbox):
    postbox.data = ["drop"]
    office.post("confirm_email", **CONFIRM)
    office.work()
    assert office.mail("state", "error") == [("waiting", "lost")]
    office.later(seconds=10)
    first, again = postbox.arrived
    assert first["Message-ID"] == again["Message-ID"]
    assert office.mail("state") == [("sent",)]


def test_an_address_that_nobody_has_is_not_tried_again(office, postbox, shop):
    card = shop.card(email="anna@example.it")
    customer_id = parse_ref("cus", card.customer)
    postbox.rcpt = ["550 no such user"]
    office.post("confirm_email", whose=(shop.merchant_id, customer_id), **CONFIRM)
    office.later()
    office.later(days=1)
    assert office.mail("state", "error", "address", "facts") == [
        ("failed", "550", "anna@example.it", {"shop": "Caffè Aurora", "hours": 48})
    ]
    assert postbox.arrived == []


def test_what_is_wrong_about_us_is_tried_again(office, postbox):
    postbox.rcpt = ["550 5.7.1 relaying denied", "530 5.7.0 log in first"]
    office.post("confirm_email", **CONFIRM)
    office.later()
    assert office.mail("state", "error") == [("waiting", "550")]
    office.later(seconds=10)
    assert office.mail("state", "error") == [("waiting", "530")]
    office.later(seconds=20)
    assert office.mail("state") == [("sent",)]


def test_after_a_day_in_vain_it_has_failed(office, postbox):
    postbox.rcpt = ["451 no"] * 100
    office.post("confirm_email", **CONFIRM)
    for _ in range(60):
        office.later(minutes=30)
    ((state, tries, address),) = office.mail("state", "tries", "address")
    assert (state, address) == ("failed", None)
    assert 20 < tries < 40


def test_a_code_that_is_over_is_not_sent(office, postbox):
    postbox.rcpt = ["451 later"] * 100
    office.post()
    for _ in range(12):
        office.later(minutes=1)
    assert office.mail("state", "address", "facts") == [("dropped", None, {"minutes": 10})]
    assert postbox.arrived == []


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
    from loyalty.worker.crew import LEASE_S

    assert smtp.TALK_S_MAX + 2 * smtp.ANSWER_S_MAX < LEASE_S


def test_where_no_server_answers_it_is_tried_again(office, postbox):
    office.use("smtp://127.0.0.1:1")
    office.post("confirm_email", **CONFIRM)
    office.work()
    assert office.mail("state", "error") == [("waiting", "unreachable")]


def test_without_a_mail_server_it_is_kept_whole(office, postbox):
    office.use(None)
    office.post()
    office.work()
    assert office.mail("state", "address", "facts") == [
        ("kept", "anna@example.it", {"code": "123456", "minutes": 10})
    ]
    assert postbox.arrived == []


def test_a_worker_killed_between_sending_and_noting_sends_it_again(office, postbox, monkeypatch):
    class Killed(BaseException):
        """As if the process had gone: nothing is noted any more."""

    office.post("confirm_email", **CONFIRM)

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(mail, "sent", die)
        office.work()
    assert office.mail("state") == [("waiting",)]
    office.later(seconds=10)
    first, again = postbox.arrived
    assert first["Message-ID"] == again["Message-ID"]
    assert office.mail("state") == [("sent",)]
    office.later(hours=1)
    assert len(postbox.arrived) == 2


def test_two_workers_with_one_mail_note_it_once(office, postbox):
    mail_id = office.post("confirm_email", **CONFIRM)
    for _ in range(2):
        with office.database.write() as session:
            jobs.enqueue(session, kind=mail.SEND, payload={"mail": str(mail_id)}, at=NOW)
    office.work()
    assert {message["Message-ID"] for message in postbox.arrived} == {
        f"<{mail_id.hex}@card.example.it>"
    }
    assert office.mail("state") == [("sent",)]


def test_nothing_personal_gets_into_the_log(office, postbox, caplog):
    postbox.rcpt = ["451 anna@example.it is busy", "550 anna@example.it has gone"]
    with caplog.at_level("DEBUG"):
        office.post()
        office.work()
        office.later(seconds=10)
    # Theirs, whose server stands in the same process, is no log of ours.
    said = " ".join(str(vars(record)) for record in caplog.records if record.name != "mail.log")
    assert "anna" not in said
    assert "123456" not in said


def test_what_was_written_a_month_ago_is_forgotten(office, postbox):
    office.use(None)
    office.post()
    office.work()
    with office.database.write() as session:
        jobs.enqueue(
            session, kind="jobs.sweep", payload={}, at=NOW, run_at=NOW + timedelta(days=31)
        )
    office.later(days=31)
    assert office.mail("id") == []


# --- encrypted -----------------------------------------------------------------------------------


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
