"""Mail goes out once at least, says the same in both forms, and is kept where it cannot go."""

import re
from datetime import timedelta

from loyalty.core import jobs, mail
from loyalty.core.ids import parse_ref
from tests.builders import NOW
from tests.worker.office import CONFIRM


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
