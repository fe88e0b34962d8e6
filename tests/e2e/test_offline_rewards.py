"""Rewards from a till without network: as many as the owner allows, one for a card."""

import pytest
from playwright.sync_api import expect

from loyalty.audit import audit
from loyalty.cards.tokens import qr_text
from loyalty.core import clock
from loyalty.merchants import trust
from tests.domain.law import stands
from tests.e2e.tills import bruno, carla, home, in_time, waits
from tests.programs import POINTS, with_changes

__all__ = ["bruno", "carla"]
pytestmark = pytest.mark.slow
OFFERS = """() => caches.match('/till/shell').then((found) => found.text())
  .then((text) => text.includes('data-hand-over'))"""


def test_without_network_a_till_hands_over_as_many_rewards_as_the_owner_allows(shop, bruno, carla):
    anna, dora = (shop.card("points", name=name, at=clock.now()) for name in ("Anna", "Dora"))
    shop.visit(anna, 1_500, at=clock.now())
    with shop.database.write() as session:
        trust.allow_offline_rewards(session, duty=shop.owner, rewards=2, at=clock.now())
    till = bruno.page
    till.evaluate("sessionStorage.removeItem('till.shell')")
    till.goto(till.url)
    in_time(till, OFFERS)
    till.context.set_offline(True)
    on_trust(till, anna)
    expect(till.get_by_role("heading", name="Consegnato, sulla fiducia")).to_be_focused()
    home(till)
    on_trust(till, anna, code=anna.code.lower())
    expect(till.locator("[data-toast-live]")).to_contain_text("ha già avuto un premio")
    till.get_by_role("link", name="Torna al codice").click()
    on_trust(till, dora)
    home(till)
    on_trust(till, carla)
    expect(till.locator("[data-toast-live]")).to_contain_text("tutti i premi")
    till.get_by_role("link", name="Torna al codice").click()
    waits(till, 2)
    till.context.set_offline(False)
    till.get_by_role("button", name="1 da guardare").click(timeout=40_000)
    row = till.get_by_role("listitem").filter(has_text="colazione in omaggio")
    expect(row).to_contain_text("È già stato consegnato")
    with shop.database.read() as session:
        assert audit(session) == []
    assert stands(shop, anna, clock.now())["balances"]["points"]["available"] == 5
    assert stands(shop, dora, clock.now())["balances"]["points"]["available"] == 0


def test_where_the_program_wants_the_qr_a_typed_code_opens_no_reward(shop, bruno):
    strict = with_changes(POINTS, proof={"redeem": "static"})
    shop.program("strict", strict, at=clock.now())
    card = shop.card("strict", at=clock.now())
    with shop.database.write() as session:
        trust.allow_offline_rewards(session, duty=shop.owner, rewards=2, at=clock.now())
    till = bruno.page
    till.evaluate("sessionStorage.removeItem('till.shell')")
    till.goto(till.url)
    in_time(till, OFFERS)
    till.context.set_offline(True)
    for typed, offered in ((card.code, 0), (qr_text("http://127.0.0.1:8000", card.token), 1)):
        till.get_by_label("Codice della carta").fill(typed)
        till.get_by_role("button", name="Cerca").click()
        till.get_by_label("strict", exact=True).check()
        till.get_by_text("Un premio, sulla fiducia").locator("visible=true").click()
        asked = till.get_by_text("leggi il QR della carta").locator("visible=true")
        expect(asked).to_have_count(1 - offered)
        hand_over = till.get_by_role("button", name="Consegna: colazione in omaggio")
        expect(hand_over.locator("visible=true")).to_have_count(offered)
        till.get_by_role("link", name="Torna al codice").click()
    till.context.set_offline(False)


def on_trust(till, card, code=None):
    """The reward of a card that the phone does not know."""
    till.get_by_label("Codice della carta").press_sequentially(code or card.code)
    till.get_by_label("points", exact=True).check()
    till.get_by_text("Un premio, sulla fiducia").locator("visible=true").click()
    till.get_by_role("button", name="Consegna: colazione in omaggio").click()
