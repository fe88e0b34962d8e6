"""The card on the customer's phone: what it shows, and why."""

import re
from datetime import timedelta

import zxingcpp

from loyalty.core import clock
from loyalty.merchants import places
from tests.pages import Visitor
from tests.rigs.drawn import picture


def test_the_card_shows_balance_remainder_and_the_next_reward(shop, phone):
    carla = shop.card("points", name="Carla", at=clock.now())
    shop.visit(carla, 640, at=clock.now())
    page = phone(carla).get(f"/c/{carla.ref}")
    assert "Punti 6" in page.words
    assert "6 punti, tutti guadagnati con le visite. Altri 0,60 € e ne arriva uno." in page.words
    assert "Colazione in omaggio 6 / 10 Ancora 4 punti" in page.words
    assert "6 punti: da usare fino al" in page.words
    assert "1 punto ogni 1,00 € di spesa" in page.words


def test_the_qr_is_in_the_first_answer_and_the_code_under_it(shop, phone):
    carla = shop.card("points", name="Carla", at=clock.now())
    page = phone(carla).get(f"/c/{carla.ref}")
    assert page.html.count("<path") == 1
    assert f"{carla.code[:4]}-{carla.code[4:8]}-{carla.code[8:]}" in page.words
    assert 'aria-label="Codice QR di questa carta: mostralo alla cassa"' in page.html


def test_stamps_are_ten_cells_and_a_gift_after_them(shop, phone):
    carla = shop.card("stamps", name="Carla", at=clock.now() - timedelta(days=1))
    shop.visit(carla, coffees=8, at=clock.now() - timedelta(hours=1))
    page = phone(carla).get(f"/c/{carla.ref}")
    assert "Timbri 8 / 10" in page.words
    assert page.html.count('<span class="on">') == 8
    assert page.html.count('<span class="">') == 2
    assert page.html.count('class="gift') == 1


def test_a_full_card_becomes_a_voucher_with_its_code_and_last_day(shop, phone):
    carla = shop.card("stamps", name="Carla", at=clock.now())
    code = shop.visit(carla, coffees=12, at=clock.now()).body["vouchers"][0]["code"]
    page = phone(carla).get(f"/c/{carla.ref}")
    assert f"{code[:4]}-{code[4:8]}-{code[8:]}" in page.words
    assert "Vale fino al" in page.words
    assert "Timbri 2 / 10" in page.words


def test_every_line_of_the_statement_has_its_reason(shop, phone):
    carla = shop.card("points", name="Carla", at=clock.now())
    visit = shop.visit(carla, 1240, at=clock.now())
    shop.void(visit.body["ref"], at=clock.now())
    page = phone(carla).get(f"/c/{carla.ref}")
    assert "12,40 € di spesa: +12 punti" in page.words
    assert "Visita annullata: -12 punti" in page.words


def test_a_long_statement_goes_on_page_by_page_and_misses_nothing(shop, phone):
    carla = shop.card("points", name="Carla", at=clock.now())
    for euros in range(1, 31):
        shop.visit(carla, euros * 100, at=clock.now())
    visitor = phone(carla)
    page = visitor.get(f"/c/{carla.ref}")
    seen = []
    for _ in range(10):
        seen += [f"+{euros}" for euros in range(1, 31) if f"spesa: +{euros} punt" in page.words]
        further = [link for link in page.links if "/statement?before=" in link]
        if not further:
            break
        page = visitor.get(further[0])
    assert sorted(seen) == sorted(f"+{euros}" for euros in range(1, 31))


def test_the_card_follows_the_till(shop, bruno, phone):
    carla = shop.card("stamps", name="Carla", at=clock.now())
    visitor = phone(carla)
    assert "Ancora niente" in visitor.get(f"/c/{carla.ref}").words
    bruno.submit(bruno.look_up(carla.code), "/till/visits", quantity="2")
    assert "Timbri 2 / 10" in visitor.get(f"/c/{carla.ref}").words


def test_a_card_reads_in_english_to_who_asks(shop, phone):
    carla = shop.card("points", name="Carla", at=clock.now())
    shop.visit(carla, 640, at=clock.now())
    visitor = phone(carla)
    visitor.submit(visitor.get(f"/c/{carla.ref}"), "/language", language="en")
    page = visitor.get(f"/c/{carla.ref}")
    assert "6 points, all earned by visits. Another €0.60 brings one more." in page.words
    assert 'lang="en"' in page.html


def test_the_qr_picture_is_for_the_holder_alone(app, shop, phone):
    carla = shop.card("points", name="Carla", at=clock.now())
    holder = phone(carla)
    assert f"/c/{carla.ref}/qr.png" in holder.get(f"/c/{carla.ref}/print").links
    assert holder.client.get(f"/c/{carla.ref}/qr.svg").mimetype == "image/svg+xml"
    picture = holder.client.get(f"/c/{carla.ref}/qr.png")
    assert (picture.mimetype, picture.data[:4]) == ("image/png", b"\x89PNG")
    for name in ("qr.svg", "qr.png"):
        assert Visitor(app).client.get(f"/c/{carla.ref}/{name}").status_code == 404


def test_a_full_card_is_a_reason_to_be_glad_for_a_moment(shop, phone):
    carla = shop.card("stamps", name="Carla", at=clock.now() - timedelta(days=2))
    shop.visit(carla, coffees=8, at=clock.now() - timedelta(days=1))
    hers = phone(carla)
    before = hers.get(f"/c/{carla.ref}")
    assert 'class="party"' not in before.html
    assert "on new" not in before.html
    shop.visit(carla, coffees=3, at=clock.now() - timedelta(minutes=2))
    page = hers.get(f"/c/{carla.ref}")
    assert "Un caffè in omaggio: è tuo!" in page.words
    assert page.html.count('class="on new"') == 1


def test_a_reward_within_reach_is_said_once_it_is_and_not_for_ever(shop, phone):
    carla = shop.card("points", name="Carla", at=clock.now() - timedelta(days=2))
    shop.visit(carla, 1_500, at=clock.now() - timedelta(days=1))
    hers = phone(carla)
    assert 'class="party"' not in hers.get(f"/c/{carla.ref}").html
    shop.visit(carla, 100, at=clock.now())
    assert "Ce l'hai fatta: colazione in omaggio." in hers.get(f"/c/{carla.ref}").words


def test_the_card_to_print_has_the_code_that_does_not_change(shop, phone):
    carla = shop.card("points", name="Carla", at=clock.now())
    hers = phone(carla)
    page = hers.get(f"/c/{carla.ref}/print")
    assert page.status == 200
    drawn = picture(re.search("<svg xmlns.*?</svg>", page.html)[0])
    (found,) = zxingcpp.read_barcodes(drawn)
    assert found.text.endswith(f"/C/{carla.token}")
    assert f"{carla.code[:4]}-{carla.code[4:8]}-{carla.code[8:]}" in page.words
    assert Visitor(hers.app).get(f"/c/{carla.ref}/print").status == 403


def test_what_ends_next_is_said_by_date_up_to_three_times(shop, phone):
    carla = shop.card("points", name="Carla", at=clock.now())
    for months in (5, 4, 3, 2, 1):
        shop.visit(carla, 300, at=clock.now() - timedelta(days=31 * months))
    page = phone(carla).get(f"/c/{carla.ref}")
    assert page.words.count("3 punti: da usare fino al") == 3


def test_the_card_says_where_the_shop_is_and_when_it_is_open(shop, phone):
    carla = shop.card("points", name="Carla", at=clock.now())
    page = phone(carla)
    assert "Dove e quando" not in page.get(f"/c/{carla.ref}").words
    with shop.database.write() as session:
        place = places.add(session, duty=shop.owner, name="Mercato", at=clock.now())
        row = places.find(session, merchant_id=shop.merchant_id, location_ref=place)
        row.address, row.hours = "Piazza Grande", [[["08:00", "13:00"]], *([[]] * 6)]
    words = page.get(f"/c/{carla.ref}").words.replace("\N{EN DASH}", "-")
    assert "Dove e quando Mercato Piazza Grande lun 08:00-13:00" in words
