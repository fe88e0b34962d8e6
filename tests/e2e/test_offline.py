"""The till without network: opened at once, nothing lost, nothing counted twice."""

import re

import pytest
from playwright.sync_api import expect

from loyalty.core import clock
from tests.days import today
from tests.e2e.tills import (
    READ_QUEUE,
    bruno,
    carla,
    home,
    offline_visit,
    recorded,
    settles,
    waits,
    wire,
)

__all__ = ["bruno", "carla", "wire"]
pytestmark = pytest.mark.slow


def test_a_visit_with_network_shows_its_receipt_and_leaves_nothing_waiting(shop, bruno, carla):
    till = bruno.page
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    till.get_by_role("button", name="Aggiungi 1 timbro").click()
    expect(till.get_by_role("heading", name="timbro per Carla")).to_be_focused()
    expect(till).to_have_url(re.compile("/receipt$"))
    waits(till, 0)
    till.get_by_role("button", name="Annulla").click()
    expect(till.get_by_text("Questa visita non conta più")).to_be_visible()
    assert recorded(shop) == 1


def test_twenty_visits_without_network_are_twenty_visits(shop, bruno, wire):
    """Network off, a reload in between, answers lost, everything sent twice: twenty."""
    cards = [shop.card("stamps", at=clock.now()) for _ in range(4)]
    till = bruno.page
    till.context.set_offline(True)
    for number in range(20):
        if number == 10:
            till.reload()
        offline_visit(till, cards[number % 4])
        home(till)
    waits(till, 20)
    queued = till.evaluate(READ_QUEUE)
    wire.to_lose = 5
    till.context.set_offline(False)
    waits(till, 0)
    assert (wire.to_lose, wire.sent) == (0, 25)
    assert recorded(shop) == 20
    answers = till.evaluate(SEND_AGAIN, queued[::-1] + queued[3:9])
    assert {answer["state"] for answer in answers} == {"known"}
    assert recorded(shop) == 20


SEND_AGAIN = """async (visits) => {
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  const { csrf } = await (await fetch("/till/pulse", { headers })).json();
  headers["X-CSRFToken"] = csrf;
  const answers = [];
  for (const { key, scan, pieces, category, by, happened_at } of visits) {
    const body = JSON.stringify({ key, scan, pieces, category, by, happened_at,
      sent_at: new Date().toISOString() });
    answers.push(await (await fetch("/till/queue", { method: "POST", headers, body })).json());
  }
  return answers;
}"""


def test_a_lost_answer_is_not_a_second_visit(shop, bruno, carla):
    till = bruno.page
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    till.get_by_role("button", name="Aggiungi 1 timbro").wait_for()
    lost = []

    def lose(route):
        lost.append(route.fetch().status)
        route.abort()

    till.route("**/till/queue", lose, times=1)
    till.get_by_role("button", name="Aggiungi 1 timbro").click()
    expect(till.get_by_text("Aspetta su questo telefono")).to_be_visible()
    assert recorded(shop) == len(lost) == 1
    settles(shop, 1)
    waits(till, 0)
    expect(till.get_by_role("heading", name="timbro per Carla")).to_be_visible()


def test_the_welcome_page_of_a_hotel_is_no_answer(shop, bruno, carla, wire):
    till = bruno.page
    wire.hotel = True
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    till.get_by_role("button", name="Aggiungi 1 timbro").click()
    expect(till.get_by_text("Aspetta su questo telefono")).to_be_visible()
    waits(till, 1)
    wire.hotel = False
    settles(shop, 1)
    waits(till, 0)


def test_a_visit_that_nobody_tried_to_send_is_taken_back_on_the_phone(shop, bruno, carla):
    till = bruno.page
    till.context.set_offline(True)
    offline_visit(till, carla)
    till.get_by_role("button", name="Annulla").click()
    expect(till.get_by_text("Non era ancora partita")).to_be_visible()
    waits(till, 0)
    till.context.set_offline(False)
    assert recorded(shop) == 0


def test_what_is_no_code_is_refused_without_network_too(bruno):
    till = bruno.page
    till.context.set_offline(True)
    till.get_by_label("Codice della carta").fill("http://example.it/menu")
    till.get_by_role("button", name="Cerca").click()
    expect(till.locator("[data-toast-live]")).to_contain_text("Questo non è il codice di una carta")
    waits(till, 0)


def test_a_missing_amount_is_asked_for_at_the_field_without_network(shop, bruno):
    anna = shop.card("points", name="Anna", at=clock.now())
    till = bruno.page
    till.context.set_offline(True)
    till.get_by_label("Codice della carta").press_sequentially(anna.code)
    till.get_by_role("button", name="Registra la visita").click()
    expect(till.get_by_text("Scrivi quanto ha pagato.")).to_be_visible()
    till.get_by_label("Quanto ha pagato").fill("dodici")
    till.get_by_role("button", name="Registra la visita").click()
    expect(till.get_by_text("Scrivi una somma, come 12,40.")).to_be_visible()
    till.get_by_label("Quanto ha pagato").fill("12,40")
    till.get_by_role("button", name="Registra la visita").click()
    waits(till, 1)
    till.context.set_offline(False)
    waits(till, 0)
    with shop.database.read() as session:
        from loyalty.counter import history

        (visit,) = history.of_day(session, merchant_id=shop.merchant_id, on=today())
    assert visit.amount_minor == 1_240


def test_what_the_shop_refuses_goes_to_a_list_that_says_what_to_do(shop, bruno):
    till = bruno.page
    till.context.set_offline(True)
    till.get_by_label("Codice della carta").press_sequentially("ZZZZZZZZZZ")
    till.get_by_role("button", name="Registra la visita").wait_for()
    till.get_by_label("Quanto ha pagato").fill("5")
    till.get_by_role("button", name="Registra la visita").click()
    home(till)
    till.context.set_offline(False)
    badge = till.get_by_role("button", name="1 da guardare")
    badge.click(timeout=40_000)
    expect(till.get_by_role("heading", name="La coda di questo telefono")).to_be_focused()
    row = till.get_by_role("listitem").filter(has_text="Questo codice non è di qui")
    expect(row).to_contain_text("Nessuna carta con questo codice")
    expect(row).to_contain_text("5")
    row.get_by_role("button", name="Scarta").click()
    row.get_by_role("button", name="Scarta per sempre").click()
    expect(row).to_have_count(0)
    expect(badge).to_have_count(0)
    assert recorded(shop) == 0


def test_a_phone_without_room_says_that_the_visit_is_not_recorded(shop, bruno, carla):
    till = bruno.page
    till.add_init_script(
        "IDBObjectStore.prototype.add = () => { throw new DOMException('', 'QuotaExceededError'); }"
    )
    till.reload()
    till.get_by_label("Codice della carta").wait_for()
    till.context.set_offline(True)
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    till.get_by_label("stamps", exact=True).check()
    till.get_by_role("button", name="Aggiungi 1 timbro").click()
    expect(till.locator("[data-toast-live]")).to_contain_text("la visita non è registrata")
    expect(till.get_by_text("Registrata su questo telefono")).to_have_count(0)
    till.context.set_offline(False)
    bruno.go("/till/")  # with network the server alone is enough
    till.wait_for_timeout(6_000)
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    till.get_by_role("button", name="Aggiungi 1 timbro").click()
    expect(till.get_by_role("heading", name="timbro per Carla")).to_be_visible()
    assert recorded(shop) == 1


def test_two_tabs_send_one_queue_once(shop, bruno, wire):
    cards = [shop.card("stamps", at=clock.now()) for _ in range(3)]
    till = bruno.page
    till.context.set_offline(True)
    for card in cards:
        offline_visit(till, card)
        home(till)
    other = till.context.new_page()
    other.goto(bruno.site + "/till/")
    waits(other, 3)
    till.context.set_offline(False)
    settles(shop, 3)
    waits(till, 0)
    waits(other, 0)
    assert wire.sent == 3


def test_a_phone_a_day_late_records_at_the_right_time_and_says_so(shop, bruno, carla):
    from datetime import timedelta

    till = bruno.page
    # The page alone sends: the worker behind it would have the right time in this test.
    till.add_init_script("delete ServiceWorkerRegistration.prototype.sync")
    bruno.go("/till/")
    till.context.set_offline(True)
    till.clock.set_system_time(clock.now() - timedelta(days=1))
    offline_visit(till, carla)
    till.context.set_offline(False)
    expect(till.locator("[data-toast-live]")).to_contain_text("regola l'orologio", timeout=40_000)
    with shop.database.read() as session:
        from loyalty.counter import history

        (visit,) = history.of_day(session, merchant_id=shop.merchant_id, on=today())
    assert abs(visit.occurred_at - visit.recorded_at) < timedelta(minutes=2)


def test_visits_wait_through_signing_out_and_go_with_the_next_who_signs_in(shop, bruno, carla):
    till = bruno.page
    till.context.set_offline(True)
    offline_visit(till, carla)
    till.context.clear_cookies(name="loyalty")  # the session has ended meanwhile
    till.context.set_offline(False)
    bruno.go("/till/")
    till.wait_for_url(re.compile("/sign-in"))
    assert recorded(shop) == 0
    bruno.sign_in(shop.owner_email)
    bruno.go("/till/")
    settles(shop, 1)
    waits(till, 0)


def test_after_two_bad_answers_nobody_waits_and_after_good_ones_all_is_as_before(shop, bruno):
    anna = shop.card("points", name="Anna", at=clock.now())
    till = bruno.page
    asked = []
    till.route("**/till/look-up", lambda route: (asked.append(1), route.abort()))
    till.route("**/till/pulse", lambda route: route.abort())
    for _ in range(3):
        till.get_by_label("Codice della carta").press_sequentially(anna.code)
        expect(till.get_by_role("heading", name="Registra lo stesso la visita")).to_be_visible()
        till.get_by_role("link", name="Torna al codice").click()
        till.get_by_label("Codice della carta").wait_for()
    assert len(asked) == 2  # the third time the till did not even ask
    expect(till.get_by_text("Senza rete")).to_be_attached()
    till.unroute_all()
    expect(till.get_by_text("Senza rete")).not_to_be_visible(timeout=30_000)
    till.get_by_label("Codice della carta").press_sequentially(anna.code)
    expect(till.get_by_role("heading", name="Anna")).to_be_visible()


def test_a_tap_is_answered_within_a_tenth_of_a_second(shop, bruno, carla):
    till = bruno.page
    took = []
    for _ in range(3):
        till.get_by_label("Codice della carta").press_sequentially(carla.code)
        till.get_by_role("button", name="Aggiungi 1 timbro").wait_for()
        took.append(till.evaluate(TAP))
        till.get_by_role("heading", name="timbro per Carla").wait_for()
        home(till)
    assert min(took) <= 100


TAP = """() => new Promise((done) => {
  const begun = performance.now();
  new MutationObserver((_, watcher) => {
    if (!document.querySelector(".gain")) return;
    watcher.disconnect();
    requestAnimationFrame(() => done(performance.now() - begun));
  }).observe(document.body, { childList: true, subtree: true });
  document.querySelector("form[data-visit] [type=submit]").click();
})"""
