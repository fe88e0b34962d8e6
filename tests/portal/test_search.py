"""One search for everything, which finds only what somebody may open, and keeps no word of it."""

import json
import logging

import pytest

from loyalty.web.observe import JsonLines
from tests.pages import Visitor

PAGE = "/portal/search"


def look_for(visitor, text):
    return visitor.submit(visitor.get(PAGE), PAGE, q=text)


def typed(visitor, text):
    """What the palette gets while somebody types: the list alone."""
    seal = visitor.get(PAGE).form(PAGE).fields["csrf_token"]
    return visitor.client.post(
        PAGE,
        data={"q": text, "csrf_token": seal},
        headers={"HX-Request": "true", "Accept-Language": "it"},
    )


def test_a_place_is_found_by_its_name_in_either_language_and_by_what_it_is_for(shop, aurora):
    for text in ("pers", "staff", "RUOLI", "dati cons", "privacy"):
        page = look_for(aurora, text)
        assert {"/portal/staff", "/portal/data-kept"} & set(page.links[-20:]), text
        assert "Nessun risultato" not in page.words


def test_programs_and_rewards_are_found_without_accents(shop, aurora):
    page = look_for(aurora, "caffe")
    assert "Premi" in page.words
    assert "offee" in page.words or "affè" in page.words
    assert any(link.startswith("/portal/programs") and "prg_" in link for link in page.links)


def test_a_deed_is_found_and_leads_to_its_field(shop, aurora):
    assert "/portal/staff#f-name" in look_for(aurora, "aggiungi").links


def test_a_cashier_finds_only_the_till(shop, bruno):
    page = look_for(bruno, "programmi")
    assert "/portal/programs" not in page.links
    assert "/till/" in look_for(bruno, "cassa").links


def test_a_member_is_found_by_name_and_by_the_code_of_a_card(app, shop, aurora, dario):
    if "portal.member" not in app.view_functions:
        pytest.skip("members have no page yet")
    carla = shop.card("stamps", name="Carla De Santis", email="carla@example.it")
    for text in ("de san", "carla@", carla.code):
        page = look_for(aurora, text)
        assert "Carla De Santis" in page.words, text
        assert any("/portal/members/cus_" in link for link in page.links)
        assert "Carla" not in look_for(dario, text).words


def test_while_one_types_only_the_list_travels(shop, aurora):
    answer = typed(aurora, "pers")
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<html" not in html
    assert 'role="option"' in html
    assert len(answer.data) < 15 * 1024


def test_an_empty_field_shows_every_place_and_one_letter_finds_nobody(shop, aurora):
    html = typed(aurora, "").get_data(as_text=True)
    for path in ("/portal/programs", "/portal/jobs", "/mail"):
        assert f'href="{path}"' in html
    shop.card("stamps", name="Carla")
    assert "Carla" not in typed(aurora, "C").get_data(as_text=True)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202egnp.exe", "🎂" * 40, "%_%"])
def test_hostile_words_are_shown_as_they_are_and_find_nothing(shop, aurora, text):
    page = look_for(aurora, text)
    assert page.status == 200
    assert "Nessun risultato" in page.words
    assert "<script>alert" not in page.html


@pytest.mark.parametrize("text", ["x" * 10_000, "a\x00b"])
def test_what_is_no_word_is_refused_at_the_field(shop, aurora, text):
    page = look_for(aurora, text)
    assert page.status == 422
    assert 'id="f-q-error"' in page.html
    assert typed(aurora, text).status_code == 422


def test_the_words_are_in_no_address_and_in_no_log(shop, aurora, caplog):
    with caplog.at_level(logging.INFO):
        page = look_for(aurora, "Carla De Santis")
    assert page.path == PAGE
    lines = [JsonLines().format(record) for record in caplog.records]
    assert any(json.loads(line).get("route") == PAGE for line in lines)
    assert not any("Santis" in line for line in lines)


def test_somebody_chooses_dark_and_no_single_keys_for_themselves_alone(app, shop, aurora):
    assert 'content="light dark"' in aurora.get("/portal/").html
    page = aurora.submit(aurora.get("/portal/staff"), "/portal/look", scheme="dark")
    assert page.path == "/portal/staff"
    assert 'class="scheme-dark"' in page.html
    assert 'name="color-scheme" content="dark"' in page.html
    page = aurora.submit(page, "/portal/shortcuts", shortcuts="off")
    assert 'data-shortcuts="off"' in page.html
    again = Visitor(app)
    again.sign_in(shop.owner_email)
    assert 'class="scheme-dark"' in again.get("/portal/more").html
    again.submit(again.get("/portal/"), "/portal/look", scheme="pink")
    assert 'class="scheme-dark"' in again.get("/portal/").html
    cashier = Visitor(app)
    cashier.sign_in(shop.cashier_email)
    assert 'class="scheme-dark"' not in cashier.get("/portal/more").html


def test_a_language_goes_with_the_person_and_not_with_the_browser(app, shop, aurora):
    aurora.submit(aurora.get("/portal/"), "/language", language="en")
    elsewhere = Visitor(app, language="it")
    elsewhere.sign_in(shop.owner_email)
    assert "Overview" in elsewhere.get("/portal/").words
    next_one = Visitor(app)
    next_one.client.set_cookie("language", "en")  # whoever used this browser before
    next_one.sign_in(shop.cashier_email)
    assert "Panoramica" not in next_one.get("/portal/more").words
    assert "Altro" in next_one.get("/portal/more").words
