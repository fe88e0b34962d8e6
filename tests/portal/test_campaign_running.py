"""A campaign that is out: pause, halt, end, what is uncertain, and who got it."""

import pytest

from tests.pages import Visitor
from tests.portal.letters import begin, desk, launched, people, postbox, ref_in, through

__all__ = ["desk", "postbox"]


@pytest.fixture
def aurora(desk, app, shop):
    visitor = Visitor(app)
    assert visitor.sign_in(shop.owner_email).status == 200
    return visitor


def test_pause_resume_and_end_each_work_once_and_a_second_tap_tells_how_it_stands(aurora, desk):
    people(desk, "Anna")
    page = begin(aurora)
    here = aurora.get(f"/portal/campaigns/{ref_in(page)}/steps/time")
    check = aurora.submit(here, "/steps/time", when="later", send_at="2026-11-24T11:30")
    out = aurora.submit(check, "/launch")
    paused = aurora.submit(out, "/pause")
    assert "in pausa" in paused.words
    again = aurora.post(out.form("/pause").action, out.form("/pause").fields)
    assert "già andata avanti" in again.words
    assert "in programma" in aurora.submit(paused, "/resume").words
    stopped = aurora.submit(aurora.get(out.path), "/stop")
    assert "interrotta" in stopped.words


def test_uncertain_letters_are_sent_again_only_by_somebodys_word(aurora, desk, postbox, shop):
    people(desk, "Anna", "Bea")
    postbox.data = ["drop", "drop"]
    page = launched(aurora, desk)
    assert "incerta" in page.words
    desk.work(minutes=30)
    assert len(postbox.arrived) == 2
    listed = aurora.get(f"{page.path}/people?state=unknown")
    one = next(form for form in listed.forms if form.fields.get("message"))
    aurora.post(one.action, one.fields)
    desk.work(minutes=1)
    assert len(postbox.arrived) == 3
    aurora.submit(aurora.get(page.path), "/again")
    aurora.submit(page, "/again")
    desk.work(minutes=1)
    assert len(postbox.arrived) == 4
    ids = [mail["Message-ID"] for mail in postbox.arrived]
    assert len(set(ids)) == 2
    assert desk.states() == {"sent": 2}
    log = aurora.get("/portal/staff/log").words
    assert log.count("ha fatto mandare di nuovo lettere incerte") == 2


def test_who_got_it_and_who_did_not_is_a_list_and_a_file(aurora, desk, postbox):
    people(desk, "Anna")
    desk.customer("Nora", agrees=False)
    page = launched(aurora, desk)
    skipped = aurora.get(f"{page.path}/people?state=skipped")
    assert "Nora" in skipped.words
    assert "Anna" not in skipped.words
    sheet = aurora.get(f"{page.path}/people.csv")
    assert "Nora" in sheet.html
    assert "example.it" not in sheet.html


def test_a_member_sees_letters_in_their_line_of_time(aurora, desk, postbox):
    (anna,) = people(desk, "Anna")
    page = launched(aurora, desk)
    line = aurora.get(f"/portal/members/{anna.customer}")
    assert "una novità da" in line.words
    assert page.path in line.links


def test_a_halted_campaign_says_why_and_waits_for_a_word(aurora, desk, postbox, shop):
    people(desk, "Anna")
    check = through(aurora, begin(aurora), how="none")
    page = aurora.submit(check, "/launch")
    desk.work(hours=5)
    aurora.sign_in(shop.owner_email)  # the session has ended meanwhile
    halted = aurora.get(page.path)
    assert "serve la tua parola" in halted.words
    aurora.submit(halted, "/resume")
    desk.work(minutes=1)
    assert len(postbox.arrived) == 1
