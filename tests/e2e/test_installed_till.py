"""The till on the phone: opened at once, nobody's name kept, a new release taken calmly."""

import re

import pytest
from playwright.sync_api import expect

from loyalty.core import clock
from tests.e2e.tills import bruno, carla, home, in_time, kept, recorded

__all__ = ["bruno", "carla"]
pytestmark = pytest.mark.slow


def test_the_till_opens_from_the_phone_in_a_third_of_a_second(bruno):
    till = bruno.page
    took = []
    for _ in range(3):
        bruno.go("/till/")
        till.get_by_label("Codice della carta").wait_for()
        took.append(
            till.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        )
        assert till.evaluate("navigator.serviceWorker.controller !== null")
    assert min(took) <= 300
    till.context.set_offline(True)
    bruno.go("/till/")
    expect(till.get_by_label("Codice della carta")).to_be_visible()


def test_the_kept_page_comes_alive_under_the_hands_of_the_cashier(shop, bruno, carla):
    shop.visit(carla, coffees=1, at=clock.now())
    till = bruno.go("/till/")
    till.get_by_label("Codice della carta").press_sequentially(carla.code[:4])
    expect(till.get_by_role("link", name="Carla De Santis")).to_be_visible()
    till.get_by_label("Codice della carta").press_sequentially(carla.code[4:])
    expect(till.get_by_role("heading", name="Carla De Santis")).to_be_visible()


def test_nothing_of_a_person_is_kept_on_the_phone_after_signing_out(shop, bruno, carla):
    till = bruno.page
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    till.get_by_role("button", name="Aggiungi 1 timbro").click()
    till.get_by_role("link", name="Prossimo cliente").click()
    till.get_by_label("Menu").click()
    till.get_by_role("button", name="Esci").click()
    till.wait_for_url(re.compile("/sign-in"))
    found = till.evaluate(ALL_THAT_IS_KEPT)
    assert "/till/shell" not in found["names"]
    for word in ("Carla", "Bruno", "bruno@", carla.code, carla.token, shop.cashier.actor):
        assert word not in found["text"], word
    till.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_"):
        bruno.go("/till/")


def test_the_page_that_is_kept_names_nobody_while_somebody_is_signed_in(shop, bruno, carla):
    shop.visit(carla, coffees=3, at=clock.now())
    bruno.go("/till/").get_by_role("link", name="Carla De Santis").wait_for()
    kept(bruno.page)
    found = bruno.page.evaluate(ALL_THAT_IS_KEPT)
    assert "/till/shell" in found["names"]
    for word in ("Carla", "Bruno", "bruno@", 'csrf_token" value="I'):
        assert word not in found["text"], word


ALL_THAT_IS_KEPT = """async () => {
  const names = [], texts = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      names.push(new URL(request.url).pathname);
      texts.push(await (await cache.match(request, { ignoreVary: true })).text());
    }
  }
  return { names, text: texts.join("\\n") };
}"""


def test_a_till_left_open_over_a_release_goes_on_and_asks_to_reload(
    app, shop, bruno, carla, monkeypatch
):
    from loyalty import assets

    till = bruno.page
    monkeypatch.setattr(assets, "build", lambda: "release-two")
    monkeypatch.setitem(app.jinja_env.globals, "build", assets.build)
    till.evaluate("navigator.serviceWorker.getRegistration('/till/').then((r) => r.update())")
    till.get_by_label("Codice della carta").press_sequentially(carla.code)
    till.get_by_role("button", name="Aggiungi 1 timbro").click()
    expect(till.get_by_role("heading", name="timbro per Carla")).to_be_visible()
    home(till)
    expect(till.get_by_text("C'è una nuova versione")).to_be_visible(timeout=30_000)
    till.get_by_role("button", name="Ricarica").click()
    build = till.locator("meta[name=till-build]")
    expect(build).to_have_attribute("content", "release-two", timeout=15_000)
    in_time(till, "() => caches.keys().then((names) => names.join() === 'till-release-two')")
    assert recorded(shop) == 1


def test_the_till_can_be_installed(bruno):
    till = bruno.page
    link = till.locator("link[rel=manifest]").get_attribute("href")
    manifest = till.request.get(bruno.site + link).json()
    assert (manifest["start_url"], manifest["scope"], manifest["id"]) == ("/till/",) * 3
    assert manifest["name"] == "Cassa"
    for icon in [*manifest["icons"]]:
        answer = till.request.get(bruno.site + icon["src"])
        assert (answer.status, answer.headers["content-type"]) == (200, "image/png")
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
