"""One member: what is known, what happened, and what is done about it, each with its way back."""

import io
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.core.ids import parse_ref
from loyalty.core.mail import Mail
from loyalty.customers.models import Customer
from loyalty.merchants import sessions
from loyalty.merchants.models import StaffAct
from loyalty.merchants.roles import Role
from tests.builders import NOW, PASSWORD
from tests.domain.folk import say
from tests.pages import Visitor
from tests.tills import hire, later


@pytest.fixture
def ada(shop):
    card = shop.card("points", name="Ada Neri", email="ada@example.it")
    shop.visit(card, 3_000)
    return card


def path(card):
    return f"/portal/members/{card.customer}"


def acts(shop):
    with shop.database.read() as session:
        return session.execute(sa.select(StaffAct.act).order_by(StaffAct.id)).scalars().all()


def test_the_page_says_who_they_are_what_they_hold_and_what_happened(ada, aurora):
    page = aurora.get(path(ada))
    for said in ("Ada Neri", "ada@example.it", "30,00 €", "30 punti", "Visita", "Carta consegnata"):
        assert said in page.words, said
    assert "sono mostrati solo" in page.words  # no consent to profiling


def test_habits_stand_there_once_they_agree(shop, ada, aurora):
    for days in (10, 20, 30):
        shop.visit(ada, 500, at=NOW - timedelta(days=days))
    say(shop, ada.customer, "profiling")
    page = aurora.get(path(ada))
    assert "di solito viene ogni" in page.words
    assert "Giorno abituale" in page.words


def test_a_note_is_signed_rewritten_by_its_author_struck_and_back(shop, ada, aurora):
    page = aurora.submit(aurora.get(path(ada)), "/notes", words="Ama il <b>sole</b> 🎈")
    assert "Ama il &lt;b&gt;sole" in page.html
    assert "Aurora" in page.words
    page = aurora.submit(page, "/rewrite", words="Ama la pioggia")
    assert "Formulazioni precedenti" in page.words
    page = aurora.submit(page, "/strike")
    assert "barrata da Aurora" in page.words
    page = aurora.submit(page, "/restore")
    assert "barrata da Aurora" not in page.words
    assert "Ama la pioggia" in page.words
    assert acts(shop) == ["note.write", "note.rewrite", "note.strike", "note.restore"]


def test_a_note_sent_twice_stands_once_and_one_that_is_too_long_stays_typed(shop, ada, aurora):
    page = aurora.get(path(ada))
    for _ in range(2):
        done = aurora.submit(page, "/notes", words="Una volta sola")
    assert done.html.count('class="said">Una volta sola') == 1
    page = aurora.submit(done, "/notes", words="x" * 10_000)
    assert page.status == 422
    assert "x" * 10_000 in page.html
    assert aurora.submit(done, "/notes", words=" ").status == 422


def test_two_windows_of_one_note_hear_of_each_other(shop, ada, aurora):
    page = aurora.submit(aurora.get(path(ada)), "/notes", words="Prima")
    aurora.submit(page, "/rewrite", words="Seconda")
    late = aurora.submit(page, "/rewrite", words="Terza")
    assert late.status == 409
    assert "è cambiata mentre scrivevi" in late.words
    assert "Terza" in late.html


def test_a_tag_is_put_on_and_taken_off_with_a_way_back(shop, ada, aurora):
    page = aurora.submit(aurora.get(path(ada)), "/tags", tag="Celiaca")
    assert "Celiaca" in page.words
    page = aurora.submit(page, "/off")
    assert "Etichetta «Celiaca» tolta" in page.words
    undo = next(form for form in page.forms if form.fields.get("tag") == "Celiaca")
    assert "Celiaca" in aurora.post(undo.action, undo.fields).words
    page = aurora.submit(page, "/tags", tag="x" * 41)
    assert page.status == 422
    assert "al massimo 40" in page.words


def test_details_are_put_right_and_two_who_do_so_at_once_hear_of_each_other(shop, ada, aurora):
    page = aurora.get(path(ada))
    done = aurora.submit(page, "/details", phone="333 1234567", birth_day="31", birth_month="05")
    assert "333 1234567" in done.words
    late = aurora.submit(page, "/details", phone="02 99", name="Ada Bianchi")
    assert late.status == 409
    assert "333 1234567" in late.words
    assert 'value="02 99"' in late.html
    done = aurora.submit(late, "/details")
    assert "Ada Bianchi" in done.words
    with shop.database.read() as session:
        one = session.get_one(Customer, (shop.merchant_id, parse_ref("cus", ada.customer)))
        assert (one.phone, one.birthday) == ("02 99", None)


def test_what_is_wrong_in_the_details_is_said_at_the_field_and_stays_typed(shop, ada, aurora):
    page = aurora.get(path(ada))
    for typed, said in (
        ({"email": "no-at"}, "Non sembra un indirizzo"),
        ({"birth_day": "31", "birth_month": "02"}, "Questo giorno non c'è"),
        ({"birth_day": "31", "birth_month": ""}, "Servono il giorno e il mese"),
        ({"name": "N" * 10_000}, "Da 1 a 120 caratteri"),
        ({"note": "a\x00"}, "su una riga"),
    ):
        wrong = aurora.submit(page, "/details", **typed)
        assert wrong.status == 422
        assert said in wrong.words
    shop.card("points", name="Bea", external_ref="C-9")
    taken = aurora.submit(page, "/details", external_ref="C-9")
    assert taken.status == 409
    assert "è già di un'altra persona" in taken.words


def test_a_balance_is_corrected_with_a_reason_and_taken_back_from_the_toast(shop, ada, aurora):
    page = aurora.submit(aurora.get(path(ada)), "/adjust", units="20", why="sorry")
    assert "Il saldo è corretto" in page.words
    assert "+20 punti" in page.words
    page = aurora.submit(page, "/undo")
    assert "La correzione è annullata" in page.words
    assert "correzione annullata: -20 punti" in page.words.lower()


@pytest.mark.parametrize(
    ("typed", "status", "said"),
    [
        ({"units": ""}, 422, "Scrivi quanti"),
        ({"units": "tanti"}, 422, "numero intero"),
        ({"units": "5", "why": "other"}, 422, "Servono due parole"),
        ({"units": "500", "direction": "take"}, 409, "bast"),
    ],
)
def test_a_correction_that_cannot_be_is_refused_at_its_field(ada, aurora, typed, status, said):
    page = aurora.submit(aurora.get(path(ada)), "/adjust", **typed)
    assert page.status == status
    assert said in page.words


def test_a_card_is_blocked_and_back_replaced_and_back(shop, ada, aurora):
    page = aurora.submit(aurora.get(path(ada)), "/block", reason="persa")
    assert "La carta è bloccata" in page.words
    page = aurora.submit(page, "/unblock")
    assert "funziona di nuovo" in page.words
    form = aurora.get(path(ada)).form("/block")
    page = aurora.post(form.action.replace("/block", "/replace"), form.fields)
    assert "codici nuovi" in page.words
    page = aurora.submit(page, "/restore")
    assert "I codici vecchi funzionano di nuovo" in page.words


def test_a_link_reaches_the_phone_by_mail_or_by_a_code(shop, ada, aurora):
    page = aurora.submit(aurora.get(path(ada)), "/send")
    assert "in viaggio per e-mail" in page.words
    with shop.database.read() as session:
        (mail,) = session.execute(sa.select(Mail)).scalars()
        assert (mail.kind, mail.address) == ("card_link", "ada@example.it")
    page = aurora.submit(aurora.get(path(ada)), "/link")
    assert "/c/open/" in page.words
    for _ in range(2):
        aurora.submit(aurora.get(path(ada)), "/send")
    assert aurora.submit(aurora.get(path(ada)), "/send").status == 409


def test_a_visit_goes_to_the_right_card(shop, ada, aurora):
    bea = shop.card("points", name="Bea")
    page = aurora.get(path(ada))
    wrong = aurora.submit(page, "/move", card="ZZZZ-ZZZZ-ZZ")
    assert wrong.status == 422
    assert "ZZZZ-ZZZZ-ZZ" in wrong.html
    page = aurora.submit(page, "/move", card=bea.code)
    assert "La visita è sull'altra carta" in page.words
    assert "30,00 €" in aurora.get(path(bea)).words


def test_two_who_are_one_are_reviewed_merged_and_parted(shop, ada, aurora):
    double = shop.card("points", name="ada neri", email="ada@example.it")
    shop.visit(double, 500)
    say(shop, ada.customer)
    page = aurora.get(f"{path(ada)}/merge")
    assert "ada neri" in page.words
    page = aurora.get(f"{path(ada)}/merge/{double.customer}")
    for said in ("30,00 €", "5,00 €", "35,00 €", "Quello di sinistra resta"):
        assert said in page.words, said
    page = aurora.submit(page, "/merge/")
    assert "Ora sono un solo cliente" in page.words
    assert aurora.get(path(double)).path == path(ada)
    page = aurora.submit(page, "/part/")
    assert "Sono di nuovo due clienti" in page.words
    assert aurora.get(path(double)).path == path(double)


def test_a_double_is_looked_for_by_words_that_stay_out_of_the_address(shop, ada, aurora):
    shop.card("points", name="Zelda")
    page = aurora.get(f"{path(ada)}/merge")
    found = aurora.submit(page, "/merge", q="zel")
    assert "Zelda" in found.words
    assert aurora.submit(page, "/merge", q="z").status == 422


def test_a_consent_that_they_take_back_by_word_is_taken_back(shop, ada, aurora):
    say(shop, ada.customer)
    page = aurora.submit(aurora.get(path(ada)), "/withdraw")
    assert "da ora non acconsente" in page.words
    assert "No a: Novità e offerte" in page.words


def test_their_data_is_a_file_and_that_it_was_taken_is_noted(shop, ada, aurora):
    form = aurora.get(path(ada)).form("/export")
    answer = aurora.client.post(form.action, data=form.fields)
    files = zipfile.ZipFile(io.BytesIO(answer.data))
    assert {"index.csv", "customer.csv", "visit.csv"} <= set(files.namelist())
    assert "Ada Neri" in files.read("customer.csv").decode()
    assert acts(shop) == ["customer.export"]


def test_their_data_and_forgetting_them_ask_again_who_it_is(shop, ada, aurora, monkeypatch):
    later(monkeypatch, minutes=sessions.FRESH_MINUTES + 1)
    asked = aurora.submit(aurora.get(path(ada)), "/export")
    assert (asked.status, acts(shop)) == (403, [])
    form = aurora.submit(asked, "/portal/confirm", proof=PASSWORD).form("/export")
    answer = aurora.client.post(form.action, data=form.fields)
    assert answer.mimetype == "application/zip"
    later(monkeypatch, minutes=sessions.FRESH_MINUTES + 1)
    asked = aurora.submit(aurora.get(path(ada)), "/forget", typed="cancella")
    assert (asked.status, aurora.get(path(ada)).status) == (403, 200)
    proven = aurora.submit(asked, "/portal/confirm", proof=PASSWORD)
    assert "dimenticato" in aurora.submit(proven, "/forget").words


def test_a_marketer_is_offered_no_link_and_no_move_and_told_so(app, shop, ada):
    mara = Visitor(app)
    mara.sign_in(hire(shop, Role.MARKETER))
    page = mara.get(path(ada))
    assert page.status == 200
    for part in ("/send", "/link", "/move"):
        assert not page.has_form(part), part
    fields = page.form("/notes").fields
    for part in ("send", "link"):
        assert mara.post(f"{path(ada)}/cards/{ada.ref}/{part}", fields).status == 403, part


def test_forgetting_asks_for_the_word_and_then_nobody_is_there(shop, ada, aurora):
    page = aurora.submit(aurora.get(path(ada)), "/forget", typed="forse")
    assert page.status == 422
    assert "CANCELLA" in page.words
    page = aurora.submit(page, "/forget", typed="cancella")
    assert "dimenticato" in page.words
    assert aurora.get(path(ada)).status == 404


def test_deeds_on_members_are_nobodys_next_door_and_no_cashiers(shop, ada, aurora, bruno, dario):
    page = aurora.submit(aurora.get(path(ada)), "/notes", words="Mia")
    made = aurora.submit(page, "/adjust", units="5", why="gift")
    posts = {form.action: form.fields for form in made.forms if "/portal/members/" in form.action}
    assert len(posts) > 10
    for who, refused in ((dario, 404), (bruno, 403)):
        assert who.get(path(ada)).status == refused
        assert who.get(f"{path(ada)}/merge").status == refused
        seal = who.get("/till/").form("/look-up").fields["csrf_token"]
        for action, fields in posts.items():
            answer = who.post(action, {**fields, "csrf_token": seal, "words": "x", "edits": "0"})
            assert answer.status == refused, (refused, action)
