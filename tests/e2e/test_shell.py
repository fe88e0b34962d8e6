"""The portal by keyboard: search, single keys, lists, toasts, dialogs, and what is not saved."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import DESK, PHONE

pytestmark = pytest.mark.slow


def test_the_search_is_walked_through_without_a_mouse(shop, crowd):
    aurora = crowd.person(viewport=DESK)
    page = aurora.sign_in(shop.owner_email)
    page.keyboard.press("/")
    field = page.get_by_role("combobox")
    expect(field).to_be_focused()
    chosen = page.locator("#found [aria-selected=true]")
    expect(chosen).to_have_text("Panoramica")
    page.keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "hit-2")
    page.keyboard.type("casse")
    expect(chosen).to_have_text("Casse")
    page.keyboard.press("Enter")
    page.wait_for_url("**/portal/tills")
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).not_to_be_visible()


def test_single_keys_move_rest_in_fields_and_can_be_turned_off(shop, crowd):
    aurora = crowd.person(viewport=DESK)
    page = aurora.sign_in(shop.owner_email)
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/portal/staff")
    page.get_by_label("Nome", exact=True).fill("")
    page.keyboard.type("?gp/")
    expect(page.get_by_label("Nome", exact=True)).to_have_value("?gp/")
    page.get_by_role("heading", name="Personale").click()
    page.keyboard.press("?")
    page.get_by_role("button", name="Spegni i tasti singoli").click()
    expect(page.locator("#palette")).to_have_attribute("data-shortcuts", "off")
    page.keyboard.press("/")
    expect(page.locator("#palette")).not_to_be_visible()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_a_form_that_came_back_says_so_in_the_title_and_has_the_focus_on_its_faults(shop, crowd):
    aurora = crowd.person(viewport=DESK)
    aurora.sign_in(shop.owner_email)
    page = aurora.go("/portal/staff")
    page.get_by_role("button", name="Manda il link").click()
    expect(page.locator(".summary")).to_be_focused()
    expect(page).to_have_title(re.compile("^Errore: Personale"))


def test_a_list_is_sorted_filtered_and_chosen_from_in_place(shop, crowd):
    page = crowd.person(viewport=DESK).go("/_ui/list")
    page.evaluate("() => { document.body.dataset.mark = 'same page' }")
    page.get_by_role("button", name="Chiudi").click()
    page.get_by_role("link", name="Cliente").click()
    expect(page.locator("#sort-name")).to_be_focused()
    expect(page.locator("th[aria-sort=ascending]")).to_contain_text("Cliente")
    expect(page).to_have_url(re.compile("sort=name"))
    expect(page.get_by_role("status").get_by_text("Salvato.")).to_be_visible()  # came along
    page.locator("#f-kind").select_option("1")
    expect(page).to_have_url(re.compile("sort=name.*kind=1|kind=1.*sort=name"))
    expect(page.locator("tbody tr")).to_have_count(12)
    expect(page.locator("body")).to_have_attribute("data-mark", "same page")
    page.get_by_label("Scegli tutti in questa pagina").check()
    expect(page.locator("#bulk")).to_contain_text("12 scelti")
    page.get_by_label("Scegli Li 05").uncheck()
    expect(page.locator("#bulk")).to_contain_text("11 scelti")
    page.go_back()
    expect(page).not_to_have_url(re.compile("kind=1"))


def test_what_is_typed_while_the_list_is_on_its_way_stays(shop, crowd):
    page = crowd.person(viewport=DESK).go("/_ui/list")
    page.route("**/_ui/list?**", lambda route: (page.wait_for_timeout(400), route.continue_()))
    page.get_by_label("Scegli Li 23").check()
    field = page.locator("#f-q")
    field.press_sequentially("li")
    page.wait_for_timeout(500)  # the list is asked for now
    field.press_sequentially(" 2")
    expect(page).to_have_url(re.compile(r"q=li(\+|%20)2"))
    expect(field).to_have_value("li 2")
    expect(field).to_be_focused()
    expect(page.get_by_label("Scegli Li 23")).not_to_be_checked()


def test_a_list_is_the_same_without_javascript(shop, crowd):
    page = crowd.person(viewport=DESK, java_script_enabled=False).go("/_ui/list")
    page.get_by_role("link", name="Cliente").click()
    page.locator("#f-kind").select_option("1")
    page.get_by_role("button", name="Mostra", exact=True).click()
    assert "kind=1" in page.url
    assert "sort=name" in page.url
    assert page.locator("tbody tr").count() == 12
    page.get_by_role("button", name="Togli l'accesso").click()
    expect(page.get_by_label("Per continuare scrivi Li")).to_be_visible()


def test_what_was_typed_is_not_left_by_mistake(shop, crowd):
    page = crowd.person(viewport=DESK).go("/_ui/list")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    discard = page.get_by_role("link", name="Scarta")
    expect(discard).not_to_be_visible()
    page.get_by_label("Nome", exact=True).fill("Carlo")
    expect(page.get_by_text("Modifiche non ancora salvate")).to_be_visible()
    page.evaluate("() => { window.location.assign('/robots.txt') }")
    expect(page.get_by_label("Nome", exact=True)).to_have_value("Carlo")
    assert asked == ["beforeunload"]
    discard.click()
    expect(page.get_by_label("Nome", exact=True)).to_have_value("Carla")
    assert asked == ["beforeunload"]


def test_a_toast_stays_while_it_is_pointed_at_and_a_dialog_gives_the_focus_back(shop, crowd):
    person = crowd.person(viewport=DESK)
    person.page.clock.install()
    page = person.go("/_ui/list")
    page.clock.run_for(300)
    undo = page.get_by_role("status").get_by_role("button", name="Annulla")
    undo.hover()
    page.clock.run_for(15_000)
    expect(undo).to_be_visible()
    page.mouse.move(0, 0)
    page.clock.run_for(3_000)
    expect(undo).not_to_be_visible()
    opener = page.get_by_role("button", name="Togli l'accesso").first
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Per continuare scrivi Li")).to_be_visible()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_the_bar_of_a_phone_cuts_no_word(shop, crowd):
    aurora = crowd.person(viewport=PHONE)
    page = aurora.sign_in(shop.owner_email)
    inside = """() => [...document.querySelectorAll(".tabs a")].filter((tab) => {
        const both = [tab.querySelector("span"), tab];
        const [at, room] = both.map((each) => each.getBoundingClientRect());
        return at.left < room.left - 1 || at.right > room.right + 1 || room.right > innerWidth;
    }).map((tab) => tab.textContent)"""
    for language in ("it", "en"):
        page.evaluate(
            "(code) => { const one = document.querySelector(`form button[value=${code}]`);"
            " one.form.requestSubmit(one); }",
            language,
        )
        expect(page.locator("html")).to_have_attribute("lang", language)
        for width in (360, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(inside) == []
