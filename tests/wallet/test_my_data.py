"""My data on the card's phone: seen, put right, allowed and taken back, taken along, erased."""

import csv
import io
import json
import zipfile

import pytest
import sqlalchemy as sa

from loyalty.audit import audit
from loyalty.core import clock
from loyalty.core.mail import Mail
from loyalty.counter.requests import LineRequest
from loyalty.customers import directory, wording
from loyalty.customers.consents import Purpose
from loyalty.customers.models import ConsentEvent, Customer
from loyalty.feedback.models import ExitAnswer
from tests.domain.dumped import hits
from tests.pages import Visitor

SECRETS = ("token", "secret_hash", "key_hash", "body_hash", "address_hash")


@pytest.fixture
def carla(shop):
    """Carla with an espresso, a note and her own number."""
    card = shop.card(
        name="Carla Neri",
        email="carla@example.it",
        phone="333 1",
        external_ref="TESSERA-7",
        birthday="02-29",
        at=clock.now(),
    )
    shop.visit(card, 240, lines=[LineRequest(item="Espresso doppio")], at=clock.now())
    with shop.database.write() as session:
        directory.write_note(
            session, merchant_id=shop.merchant_id, customer_ref=card.customer, text="Senza zucchero"
        )
    return card


@pytest.fixture
def hers(carla, phone):
    return phone(carla)


def me(card, further=""):
    return f"/c/{card.ref}/me{further}"


def customer(shop, card):
    with shop.database.read() as session:
        found = directory.find(session, merchant_id=shop.merchant_id, customer_ref=card.customer)
        session.expunge_all()
        return found


def test_the_card_leads_to_all_that_the_shop_holds(carla, hers):
    assert me(carla) in hers.get(f"/c/{carla.ref}").links
    page = hers.get(me(carla))
    for said in (
        "I miei dati",
        "Senza zucchero",
        "TESSERA-7",
        "Espresso doppio (1)",
        "2,40 € in tutto",
        "Mai chiesto.",
        "Le tue visite 1",
    ):
        assert said in page.words
    fields = page.form(me(carla)).fields
    assert (fields["name"], fields["email"]) == ("Carla Neri", "carla@example.it")
    assert '<option value="29" selected>29</option>' in page.html
    assert '<option value="02" selected>Febbraio</option>' in page.html


def test_who_i_am_is_put_right_or_taken_away(shop, carla, hers):
    page = hers.get(me(carla))
    typed = {"name": "Carla Bianchi", "email": "", "birth_day": "7", "birth_month": "11"}
    wrong = hers.submit(page, me(carla), **typed)
    assert wrong.status == 422
    typed["birth_day"] = "07"
    after = hers.submit(page, me(carla), **typed, phone="", language="en")
    assert "Salvato." in after.words
    found = customer(shop, carla)
    assert (found.name, found.email, found.phone) == ("Carla Bianchi", None, None)
    assert (found.birthday, found.language, found.note) == ("11-07", "en", "Senza zucchero")


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "carla"}, "Non sembra un indirizzo e-mail"),
        ({"name": "x" * 10_000}, "Da 1 a 120 caratteri."),
        ({"phone": "chiamami"}, "Telefono:"),
        ({"birth_day": "31", "birth_month": "02"}, "Questo giorno non c'è in quel mese."),
        ({"birth_day": "31", "birth_month": ""}, "Servono il giorno e il mese."),
        ({"language": "xx"}, "Scegli fra"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_lost(shop, carla, hers, typed, sentence):
    page = hers.submit(hers.get(me(carla)), me(carla), **typed)
    assert page.status == 422
    assert sentence in page.words
    assert customer(shop, carla).name == "Carla Neri"


def test_a_name_with_a_script_is_shown_as_it_is(carla, hers):
    name = "<script>alert(1)</script>"
    page = hers.submit(hers.get(me(carla)), me(carla), name=name)
    assert page.status == 200
    assert name not in page.html
    assert page.form(me(carla)).fields["name"] == name


def test_a_consent_is_given_and_taken_back_in_one_tap_under_its_exact_text(shop, carla, hers):
    page = hers.get(me(carla))
    title, _, text = wording.of(Purpose.MARKETING, "Caffè Aurora").it.partition("\n")
    assert title in page.words
    assert text in page.words
    given = hers.post(me(carla, "/consents"), said(page, "marketing", "yes"))
    assert "Annotato. Vale da adesso." in given.words
    assert "Dato il" in given.words
    hers.post(me(carla, "/consents"), said(given, "marketing", "no"))
    with shop.database.read() as session:
        log = session.execute(sa.select(ConsentEvent).order_by(ConsentEvent.id)).scalars().all()
        assert [(each.purpose, each.given, each.source, each.text_id) for each in log] == [
            ("marketing", True, "card", "marketing-2026-11/it"),
            ("marketing", False, "card", "marketing-2026-11/it"),
        ]
        assert log[0].actor == carla.customer


def test_a_new_address_is_asked_whether_it_is_really_theirs(shop, carla, hers):
    for email in ("carla@example.it", "neri@example.it", "neri@example.it"):
        hers.submit(hers.get(me(carla)), me(carla), name="Carla", email=email)
    with shop.database.read() as session:
        asked = session.execute(sa.select(Mail).order_by(Mail.created_at)).scalars().all()
        assert [(mail.kind, mail.address) for mail in asked] == [
            ("confirm_email", "neri@example.it")
        ]
    assert customer(shop, carla).email_confirmed_at is None


def said(page, purpose, given):
    fields = page.form("/consents").fields
    return {**fields, "purpose": purpose, "given": given}


def test_everything_is_taken_along_as_json_and_as_sheets(shop, carla, hers):
    answer = hers.client.get(me(carla, "/my-data.json"))
    assert answer.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    whole = json.loads(answer.data)
    tables = whole["tables"]
    assert tables["customer"]["rows"][0]["name"] == "Carla Neri"
    assert tables["visit_line"]["rows"][0]["item"] == "Espresso doppio"
    assert tables["visit"]["what"]["en"] == "Your visits"
    assert not [name for name in SECRETS if f'"{name}"' in answer.text]
    assert carla.token not in answer.text
    files = zipfile.ZipFile(io.BytesIO(hers.client.get(me(carla, "/my-data.zip")).data))
    assert {f"{name}.csv" for name in tables} | {"index.csv"} == set(files.namelist())
    text = files.read("customer.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=","))
    assert rows[0]["email"] == "carla@example.it"


def test_no_cell_of_a_sheet_is_a_formula(carla, hers):
    hers.submit(hers.get(me(carla)), me(carla), name="=HYPERLINK(1)")
    files = zipfile.ZipFile(io.BytesIO(hers.client.get(me(carla, "/my-data.zip")).data))
    assert "'=HYPERLINK(1)" in files.read("customer.csv").decode()


def test_leaving_asks_says_what_goes_and_waits_for_a_tick(shop, carla, hers):
    page = hers.get(me(carla, "/leave"))
    sure = hers.submit(page, me(carla, "/leave"), reason="rewards", words="Tutto qui")
    assert "Che cosa sparisce" in sure.words
    assert "Che cosa resta" in sure.words
    assert customer(shop, carla).name == "Carla Neri"
    unticked = hers.submit(sure, "/me/erase")
    assert unticked.status == 422
    assert "Prima spunta la casella" in unticked.words
    assert customer(shop, carla).name == "Carla Neri"
    goodbye = hers.submit(unticked, "/me/erase", sure="yes")
    assert goodbye.path.endswith("/goodbye")
    assert "Arrivederci, e grazie" in goodbye.words
    with shop.database.read() as session:
        (left,) = session.execute(sa.select(ExitAnswer)).scalars()
        assert (left.reason, left.words) == ("rewards", "Tutto qui")
        assert audit(session) == []
        assert session.execute(sa.select(Customer.erased_at)).scalar_one()


def test_after_leaving_nothing_is_left_on_the_phone_or_in_the_house(shop, carla, hers):
    page = hers.submit(hers.get(me(carla, "/leave")), me(carla, "/leave"))
    form = page.form("/me/erase")
    answer = hers.client.post(form.action, data={**form.fields, "sure": "yes"})
    assert answer.status_code == 303
    assert "Clear-Site-Data" not in answer.headers  # a till on this phone may have visits that wait
    assert hers.client.get_cookie("card", path=f"/c/{carla.ref}") is None
    assert hits(shop.database, ["Carla", "333 1", "TESSERA-7", "Senza zucchero", "02-29"]) == []
    for further in ("", "/leave"):
        assert hers.get(me(carla, further)).status == 403
    assert hers.get(f"/c/{carla.ref}").status == 403
    with shop.database.read() as session:
        assert session.execute(sa.select(ExitAnswer)).first() is None


def test_nobody_else_sees_changes_or_erases_it(app, shop, carla, hers, phone):
    other = shop.card(name="Dina", at=clock.now())
    dina, stranger = phone(other), Visitor(app)
    token = dina.get(me(other)).form("/consents").fields["csrf_token"]
    for visitor in (dina, stranger):
        for further in ("", "/leave"):
            assert visitor.get(me(carla, further)).status == 403
        for further in ("/my-data.json", "/my-data.zip"):
            assert visitor.client.get(me(carla, further)).status_code == 404
        for further in ("", "/consents", "/leave", "/erase"):
            sent = {"csrf_token": token, "sure": "yes", "purpose": "marketing", "given": "yes"}
            assert visitor.post(me(carla, further), sent).status in (400, 403)
    assert hers.client.post(me(carla, "/erase"), data={"sure": "yes"}).status_code == 400
    assert customer(shop, carla).name == "Carla Neri"


def test_it_reads_in_english(carla, hers):
    hers.submit(hers.get(me(carla)), "/language", language="en")
    page = hers.get(me(carla))
    assert "All that Caffè Aurora holds about you." in page.words
    assert "January" in page.html
    assert "What goes" in hers.submit(hers.get(me(carla, "/leave")), "/me/leave").words
