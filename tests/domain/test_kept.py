"""What takes long in a large shop is found once in five minutes, whoever asks."""

from datetime import timedelta

import pytest

from loyalty.analytics import metrics, past, standing
from tests.builders import NOW

TODAY = NOW.date()


@pytest.fixture
def large(shop, monkeypatch):
    """A shop that counts as large, with one who came and one who came back."""
    monkeypatch.setattr(past, "LARGE", 1)
    monkeypatch.setattr(standing, "LARGE_GAPS", 0)
    for kept in (past.PASTS, metrics.FIGURES, standing.BACK):
        kept.forget()
    card = shop.card()
    for days in (20, 10, 0):
        shop.visit(card, 1_000, at=NOW - timedelta(days=days))
    yield shop
    for kept in (past.PASTS, metrics.FIGURES, standing.BACK):
        kept.forget()


def _figures(shop, **asked):
    period = metrics.period_of(first_on=None, last_on=None, today=TODAY)
    with shop.database.read() as session:
        return metrics.lately(session, merchant_id=shop.merchant_id, period=period, **asked)


def _again(shop):
    with shop.database.read() as session:
        measure = standing.yardstick(session, merchant_id=shop.merchant_id, on=TODAY)
        return standing.returned(session, merchant_id=shop.merchant_id, measure=measure)


def test_who_asks_again_gets_what_is_kept_and_its_age(large):
    first = _figures(large)
    with large.database.read():  # somebody else, at work at the same time
        second = _figures(large)
    assert second.metrics is first.metrics
    assert second.age_s > first.age_s


def test_who_came_back_is_looked_up_once(large):
    assert _again(large) is _again(large)


def test_another_period_and_another_place_are_other_figures(large):
    assert _figures(large).metrics is not _figures(large, location_id=large.merchant_id).metrics


def test_a_small_shop_is_asked_each_time(shop):
    assert _figures(shop).metrics is not _figures(shop).metrics
