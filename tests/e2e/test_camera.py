"""The till's camera, from the code in view to the customer on the screen: how long it takes."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Crowd
from tests.e2e.sight import carla, easy, entering, hard, open_till, until, with_camera

__all__ = ["carla", "with_camera"]
pytestmark = pytest.mark.slow
TRIES = 3


def marks(page) -> dict[str, float]:
    """When the page reached what it marks, in milliseconds since it was opened."""
    until(page, "performance.getEntriesByName('till:painted').length > 0")
    found = page.evaluate("performance.getEntriesByType('mark').map(at => [at.name, at.startTime])")
    return dict(found)


def scan(crowd: Crowd, shop, card) -> dict[str, float]:
    """Open the till and wait for the customer; what it took."""
    bruno = open_till(crowd, shop.cashier_email)
    till = bruno.go("/till/")
    expect(till.get_by_role("heading", name="Carla De Santis")).to_be_focused(timeout=15_000)
    assert till.locator("form[data-visit] input[name=scan]").input_value() == card.qr
    took = marks(till)
    till.context.close()
    return took


def is_read_within(
    crowd: Crowd, shop, card, limit_ms: int, measure: Callable[[dict[str, float]], float]
) -> None:
    """In one of three tries: a machine that others use too is slow now and then."""
    took: list[float] = []
    while not took or (len(took) < TRIES and min(took) > limit_ms):
        took.append(measure(scan(crowd, shop, card)))
    assert min(took) <= limit_ms, took


def test_a_code_in_view_is_read_within_a_second_and_a_half_of_opening(shop, carla, with_camera):
    crowd = with_camera(easy(carla.qr))
    is_read_within(crowd, shop, carla, 1_500, lambda at: at["till:read"])


def test_from_the_code_in_view_to_the_customer_on_the_screen_takes_a_blink(
    shop, carla, with_camera
):
    till = open_till(with_camera(easy(carla.qr)), shop.cashier_email).go("/till/")
    customer = till.get_by_role("heading", name="Carla De Santis")
    took = []
    for _ in range(TRIES):
        customer.wait_for()
        till.get_by_role("link", name="Torna al codice").click()
        till.get_by_text("Già letto").wait_for()
        till.evaluate("performance.clearMarks()")
        till.get_by_role("button", name="Riavvia").click()
        at = marks(till)
        took.append(at["till:painted"] - at["till:frame"])
    assert min(took) <= 300, took


def test_a_card_that_comes_in_is_read_once_it_stands_still(shop, carla, with_camera):
    crowd = with_camera(entering(carla.qr))
    is_read_within(crowd, shop, carla, 4_500, lambda at: at["till:read"] - at["till:frame"])


def test_a_hard_code_is_read_as_soon_as_the_focus_is_found(shop, carla, with_camera):
    crowd = with_camera(hard(carla.qr))
    is_read_within(crowd, shop, carla, 6_000, lambda at: at["till:read"] - at["till:frame"])
