"""What a campaign brought: counted again here, by hand, from who was written to and who came."""

from datetime import timedelta

import pytest

from loyalty.analytics.effect import newcombe
from tests.builders import NOW
from tests.pages import Visitor
from tests.portal.letters import DAY, begin, desk, people, postbox, through

__all__ = ["desk", "postbox"]
NAMES = [f"Anna{chr(97 + first)}{chr(97 + second)}" for first in range(6) for second in range(10)]


@pytest.fixture
def aurora(desk, app, shop):
    visitor = Visitor(app)
    assert visitor.sign_in(shop.owner_email).status == 200
    return visitor


@pytest.fixture
def sent(aurora, desk, shop):
    """A letter to sixty, half of them held back; its page, and the cards of both groups."""
    cards = {card.customer: card for card in people(desk, *NAMES)}
    check = through(aurora, begin(aurora), how="usual")
    page = aurora.submit(check, "/launch")
    desk.work(minutes=1)
    listed = [aurora.get(f"{page.path}/people?state={state}") for state in ("sent", "held")]
    groups = [
        [card for customer, card in cards.items() if f"/portal/members/{customer}" in one.links]
        for one in listed
    ]
    assert sum(map(len, groups)) == 60
    return page, groups


def test_before_the_window_closes_it_is_too_early_to_tell(aurora, desk, shop, sent):
    page, (written, _) = sent
    for card in written:
        shop.visit(card, 500, at=NOW + DAY)
    desk.now = NOW + 3 * DAY
    aurora.sign_in(shop.owner_email)
    shown = aurora.get(page.path)
    assert "È presto per dirlo" in shown.words
    assert "giorno 3 di 28" in shown.words
    assert "Visite in più" not in shown.words


def test_the_difference_and_what_it_is_worth_agree_with_a_sum_by_hand(aurora, desk, shop, sent):
    page, (written, held) = sent
    for card in written[:20]:
        shop.visit(card, 500, at=NOW + DAY)
        shop.visit(card, 500, at=NOW + 2 * DAY)
    for card in held[:3]:
        shop.visit(card, 800, at=NOW + 4 * DAY)
    voided = shop.visit(held[5], 900, at=NOW + 5 * DAY)
    shop.void(voided.body["ref"], at=NOW + 5 * DAY)
    shop.visit(held[6], 900, at=NOW + 30 * DAY)  # after the window
    desk.now = NOW + 40 * DAY
    aurora.sign_in(shop.owner_email)
    shown = aurora.get(page.path)
    found = newcombe(20, len(written), 3, len(held))
    assert f"+{found.difference * 100:.1f}".replace(".", ",") in shown.words
    assert "Ha riportato clienti" in shown.words
    extra = (40 / len(written) - 3 / len(held)) * len(written)
    assert f"Visite in più +{round(extra)}" in shown.words
    gain = (20_000 / len(written) - 2_400 / len(held)) * len(written)
    assert f"{round(gain) / 100:.2f}".replace(".", ",") in shown.words
    sheet = aurora.get(f"{page.path}/effect.csv").html
    assert f";{len(written)};20;" in sheet
    assert f";{len(held)};3;" in sheet


def test_few_people_say_too_few_and_no_number_is_sold_as_an_effect(aurora, desk, shop, sent):
    page, (written, held) = sent
    for card in [*written[:3], *held[:2]]:
        shop.visit(card, 500, at=NOW + DAY)
    desk.now = NOW + timedelta(days=40)
    aurora.sign_in(shop.owner_email)
    shown = aurora.get(page.path)
    assert "Troppo pochi per dirlo" in shown.words
    assert "Visite in più" not in shown.words


def test_without_a_comparison_nothing_is_claimed(aurora, desk, shop):
    people(desk, "Anna", "Bea")
    check = through(aurora, begin(aurora), how="none")
    page = aurora.submit(check, "/launch")
    desk.work(minutes=1)
    desk.now = NOW + 40 * DAY
    aurora.sign_in(shop.owner_email)
    shown = aurora.get(page.path)
    assert "non c'è confronto" in shown.words
    assert "NaN" not in shown.html
