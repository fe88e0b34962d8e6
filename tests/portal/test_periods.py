"""The period picker on the home page and in the staff log: state in the address, no JavaScript."""

from datetime import timedelta

import pytest

from loyalty.core import clock
from loyalty.core.calendar import local_day


@pytest.fixture
def busy(shop):
    """Visits of 10 euros: one today, two in the last week, one ten days ago, one last year."""
    card = shop.card("points", name="Carla", at=clock.now() - timedelta(days=400))
    for days in (0, 3, 4, 10, 365):
        shop.visit(card, 1_000, at=clock.now() - timedelta(days=days))
    return shop


def visits_of(page):
    return page.words.split("Visite con la carta ")[1].split(" ")[0]


def test_each_preset_counts_its_own_days(busy, aurora):
    assert visits_of(aurora.get("/portal/")) == "3"
    assert visits_of(aurora.get("/portal/?period=7")) == "2"
    assert visits_of(aurora.get("/portal/?period=today")) == "1"


def test_own_dates_count_both_ends(busy, aurora):
    today = local_day(clock.now(), "Europe/Rome")
    first = (today - timedelta(days=10)).isoformat()
    page = aurora.get(f"/portal/?period=own&from={first}&to={today.isoformat()}")
    assert visits_of(page) == "4"
    assert f'value="{first}"' in page.html


def test_the_same_days_of_a_year_before_can_stand_beside(busy, aurora):
    page = aurora.get("/portal/?period=today&beside=year")
    assert "prima: 1" in page.words
    assert "prima: 0" in aurora.get("/portal/?period=today").words
    assert "prima:" not in aurora.get("/portal/?period=today&beside=none").words


def test_the_choice_stands_in_links_that_keep_the_rest(busy, aurora):
    page = aurora.get("/portal/?period=7&beside=year")
    assert "/portal/?period=month&beside=year#h-weeks" in page.links
    assert "/portal/?beside=year#h-weeks" in page.links  # back to the usual
    assert "/portal/?period=7#h-weeks" in page.links


def test_dates_that_make_no_sense_are_said_at_the_field_and_stay(busy, aurora):
    page = aurora.get("/portal/?period=own&from=2026-03-02&to=2026-03-01")
    assert page.status == 200
    assert "viene prima dell'inizio" in page.words
    assert 'value="2026-03-01"' in page.html
    assert visits_of(page) == "3"


@pytest.mark.parametrize(
    "query",
    ["?period=x", "?period=own", "?period=own&from=%00&to=9999-99-99", "?beside=x",
     "?period=own&from=" + "9" * 9_000],
)  # fmt: skip
def test_nonsense_is_answered_with_the_usual_days(busy, aurora, query):
    assert visits_of(aurora.get(f"/portal/{query}")) == "3"


def test_with_too_many_visits_the_page_says_so_and_keeps_the_rest(busy, aurora, monkeypatch):
    monkeypatch.setattr("loyalty.analytics.pulse.ASKED_MAX", 1)
    page = aurora.get("/portal/?period=7")
    assert "troppe visite da contare subito" in page.words
    assert visits_of(page) == "2"


def test_the_staff_log_begins_with_everything_and_can_be_cut_to_days(shop, aurora):
    aurora.submit(
        aurora.get("/portal/staff"), "/portal/staff", name="Gino", email="gino@example.it"
    )
    said = "ha fatto un link per entrare"
    assert "Da sempre" in aurora.get("/portal/staff/log").words
    for query in ("", "?period=today", "?period=7"):
        assert said in aurora.get(f"/portal/staff/log{query}").words
    empty = aurora.get("/portal/staff/log?period=last_month").words
    assert said not in empty
    assert "Nessuno ha fatto" in empty
