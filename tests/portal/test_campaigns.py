"""A letter to those one would like to see again, from whom it is to until it arrives."""

import re

import pytest

from loyalty.merchants.roles import Role
from tests.pages import Visitor
from tests.portal.letters import begin, desk, launched, people, postbox, ref_in, through
from tests.programs import POINTS
from tests.tills import hire

__all__ = ["desk", "postbox"]


@pytest.fixture
def aurora(desk, app, shop):
    visitor = Visitor(app)
    assert visitor.sign_in(shop.owner_email).status == 200
    return visitor


def test_five_steps_and_a_check_lead_to_letters_that_arrive(aurora, desk, postbox):
    people(desk, "Anna", "Bea")
    desk.customer("Nora", agrees=False)
    letter = begin(aurora, name="Autunno")
    assert "ci vediamo" not in letter.words  # news for everybody, no "it has been a while"
    check = through(
        aurora, letter, subject_it="{{first_name|Ciao}}, c'è la zucca", body_it="Vieni!", how="none"
    )
    assert "Nessun sì alle novità" in check.words
    assert "Anna, c'è la zucca" in check.words
    page = aurora.submit(check, "/launch")
    assert page.status == 200
    desk.work(minutes=1)
    assert sorted(mail["Subject"] for mail in postbox.arrived) == [
        "Anna, c'è la zucca",
        "Bea, c'è la zucca",
    ]
    done = aurora.get(page.path)
    assert "3 su 3" in done.words
    assert "inviata" in done.words
    assert "Autunno" in aurora.get("/portal/campaigns").words


def test_a_letter_to_those_picked_by_what_they_do_needs_their_yes_to_that(aurora, desk):
    people(desk, "Anna")
    people(desk, "Bea", profiled=False)
    check = through(aurora, begin(aurora, "new"))
    assert "Nessun sì alle abitudini" in check.words
    listed = aurora.get(f"/portal/campaigns/{ref_in(check)}/left-out/no_profiling")
    assert "Bea" in listed.words
    assert "Anna" not in listed.words


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"body_it": "Ciao {{nome}}"}, "Il segnaposto «nome» non c'è"),
        ({"body_it": "[qui](ftp://example.it)"}, "https://"),
        ({"subject_it": "a" * 151}, "troppo lungo"),
        ({"body_it": "a\u202eb"}, "invisibili"),
        ({"body_it": "a\x00b"}, "invisibili"),
        ({"subject_it": "", "body_it": "Solo testo"}, "Scrivi qualcosa"),
    ],
)
def test_a_letter_that_cannot_be_sent_says_why_at_its_field_and_keeps_what_was_typed(
    aurora, desk, typed, said
):
    page = aurora.submit(begin(aurora), "/steps/letter", **typed)
    assert page.status == 422
    assert said in page.words
    kept = page.form("/steps/letter").fields
    assert all(kept[name] == text for name, text in typed.items() if "\x00" not in text)


@pytest.mark.parametrize(("letters", "status"), [(10_000_000, 413), (50_000, 422)])
def test_a_paste_that_is_far_too_long_is_refused_and_changes_nothing(aurora, desk, letters, status):
    page = begin(aurora)
    before = page.form("/steps/letter").fields["body_it"]
    refused = aurora.submit(page, "/steps/letter", body_it="x" * letters)
    assert refused.status == status
    assert ("troppo" in refused.words) or ("meno" in refused.words)
    again = aurora.get(f"/portal/campaigns/{ref_in(page)}/steps/letter")
    assert again.form("/steps/letter").fields["body_it"] == before


def test_what_a_letter_holds_runs_nowhere(aurora, desk):
    people(desk, "Anna")
    words = "<script>alert(1)</script> 🍰"
    check = through(aurora, begin(aurora, name="<b>x</b>"), subject_it=words, body_it=words)
    assert "<script>alert" not in check.html
    assert "<b>x</b>" not in check.html
    (shown,) = set(_frames(check))
    frame = aurora.get(shown)
    assert "<script>alert" not in frame.html
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script-src" not in frame.headers["Content-Security-Policy"]


def _frames(page):
    return re.findall(r'<iframe[^>]* src="([^"]+)"', page.html)


def test_the_preview_shows_what_is_typed_and_says_what_is_in_its_way(aurora, desk):
    page = begin(aurora)
    form = page.form("/steps/letter")
    typed = {**form.fields, "subject_it": "Ciao", "body_it": "# Zucca\n\nCiao {{first_name|tu}}"}
    path = f"/portal/campaigns/{ref_in(page)}/preview"
    shown = aurora.post(path, {**typed, "shown": "it"})
    assert "Zucca" in shown.words
    assert "Ciao Anna" in shown.words
    broken = aurora.post(path, {**typed, "body_it": "{{offer}}", "shown": "it"})
    assert "Il segnaposto «offer» non c'è" in broken.words


def test_two_people_who_write_at_once_hear_of_each_other(aurora, desk):
    page = begin(aurora)
    aurora.submit(page, "/steps/letter", subject_it="La prima")
    late = aurora.submit(page, "/steps/letter", subject_it="La seconda")
    assert late.status == 409
    assert "La prima" in late.words
    assert late.form("/steps/letter").fields["subject_it"] == "La seconda"
    again = aurora.submit(late, "/steps/letter")
    assert again.path.endswith("/steps/offer")


def test_what_was_checked_is_what_is_sent(aurora, desk, postbox):
    people(desk, "Anna")
    check = through(aurora, begin(aurora))
    letter = aurora.get(f"/portal/campaigns/{ref_in(check)}/steps/letter")
    aurora.submit(letter, "/steps/letter", subject_it="Un'altra")
    late = aurora.submit(check, "/launch")
    assert late.status == 409
    assert "è cambiata" in late.words
    desk.work(minutes=1)
    assert postbox.arrived == []


def test_pressed_twice_it_is_sent_once(aurora, desk, postbox):
    people(desk, "Anna")
    check = through(aurora, begin(aurora), how="none")
    first, second = aurora.submit(check, "/launch"), aurora.submit(check, "/launch")
    assert first.path == second.path
    desk.work(minutes=1)
    desk.work(minutes=5)
    assert len(postbox.arrived) == 1


def test_nobody_to_write_to_is_said_before_it_is_sent(aurora, desk):
    desk.customer("Nora", agrees=False)
    check = through(aurora, begin(aurora))
    assert "A nessuno di loro si può ancora scrivere" in check.words
    assert not check.html.count('href="#launch"')


def test_the_gift_is_said_with_what_it_costs_at_most(aurora, desk, postbox, shop):
    reward = {**POINTS["rewards"][0], "cost_minor": 150}
    shop.publish("points", {**POINTS, "rewards": [reward]})
    people(desk, "Anna", "Bea")
    page = aurora.submit(begin(aurora), "/steps/letter")
    gift = next(one for one in _values(page, "reward") if one.endswith("/breakfast"))
    for step, typed in (("offer", {"reward": gift}), ("comparison", {"how": "none"}), ("time", {})):
        page = aurora.submit(page, f"/steps/{step}", **typed)
    assert "3,00 € se li usano tutti e 2, a 1,50" in page.words
    aurora.submit(page, "/launch")
    desk.work(minutes=1)
    assert "Mostra questo codice alla cassa" in postbox.text()


def _values(page, name):
    return re.findall(rf'name="{name}" value="([^"]+)"', page.html)


def test_a_letter_names_a_gift_only_while_there_is_one(aurora, desk):
    page = aurora.submit(begin(aurora), "/steps/letter")
    gift = next(one for one in _values(page, "reward") if one.endswith("/breakfast"))
    aurora.submit(page, "/steps/offer", reward=gift)
    letter = aurora.get(f"/portal/campaigns/{ref_in(page)}/steps/letter")
    aurora.submit(letter, "/steps/letter", body_it="Il tuo codice: {{offer_code}}")
    offer = aurora.get(f"/portal/campaigns/{ref_in(page)}/steps/offer")
    refused = aurora.submit(offer, "/steps/offer", reward="none")
    assert refused.status == 422
    assert "Nella lettera" in refused.words


@pytest.mark.parametrize(
    ("step", "typed", "said"),
    [
        ("comparison", {"how": "own", "percent": "95"}, "Da 5 a 90"),
        ("comparison", {"how": "own", "percent": ""}, "Da 5 a 90"),
        ("time", {"when": "later", "send_at": "2020-01-01T10:00"}, "già passato"),
        ("time", {"when": "later", "send_at": "domani"}, "Scegli giorno e ora"),
        ("offer", {"reward": "prg_nothing/breakfast"}, "non c'è in nessun programma"),
        ("people", {"segment": "balene"}, "segment"),
    ],
)
def test_each_step_refuses_what_cannot_be(aurora, desk, step, typed, said):
    page = begin(aurora)
    here = aurora.get(f"/portal/campaigns/{ref_in(page)}/steps/{step}")
    refused = aurora.submit(here, f"/steps/{step}", **typed)
    assert refused.status == 422, refused.path
    assert said in refused.words


def test_a_time_is_the_shops_own(aurora, desk):
    people(desk, "Anna")
    page = begin(aurora)
    here = aurora.get(f"/portal/campaigns/{ref_in(page)}/steps/time")
    check = aurora.submit(here, "/steps/time", when="later", send_at="2026-11-24T11:30")
    assert "24 nov 2026, 11:30" in check.words
    aurora.submit(check, "/launch")
    kept = desk.campaign(ref_in(page))
    assert kept.send_at.isoformat() == "2026-11-24T10:30:00+00:00"
    assert "in programma" in aurora.get("/portal/campaigns").words


def test_a_test_letter_goes_to_whoever_asks_over_the_real_way(aurora, desk, postbox, shop):
    people(desk, "Anna")
    check = through(aurora, begin(aurora))
    aurora.submit(check, "/test", language="it")
    desk.work()
    (mail,) = postbox.arrived
    assert mail["To"] == shop.owner_email
    assert mail["Subject"].startswith("[Prova] Aurora, ")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["DKIM-Signature"]
    assert "Il server di posta l'ha presa" in aurora.get(check.path).words
    for _ in range(12):
        last = aurora.submit(check, "/test", language="en")
    desk.work()
    assert "Dieci prove all'ora bastano" in last.words
    assert len(postbox.arrived) == 10


def test_a_campaign_is_copied_and_a_draft_is_dropped(aurora, desk, postbox):
    people(desk, "Anna")
    page = launched(aurora, desk)
    copied = aurora.submit(page, "/copy")
    assert copied.path.endswith("/check")
    assert "(copia)" in copied.words
    gone = aurora.submit(copied, "/drop")
    assert gone.path == "/portal/campaigns"
    assert "(copia)" not in gone.words
    assert aurora.get(copied.path).status == 404


def test_who_sells_writes_to_nobody_and_who_does_marketing_does(app, desk, shop):
    for role, status in ((Role.CASHIER, 403), (Role.MARKETER, 200)):
        visitor = Visitor(app)
        visitor.sign_in(hire(shop, role))
        assert visitor.get("/portal/campaigns").status == status
