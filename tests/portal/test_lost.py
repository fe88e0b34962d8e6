"""Lost customers: by reason, with what is at stake; each one's file, written by the staff."""

from datetime import timedelta

import pytest

from loyalty.core import clock
from tests.worker.ladder import Ladder

PAGE = "/portal/lost"


@pytest.fixture
def ladder(shop):
    found = Ladder(shop)
    found.now = clock.now()
    return found


@pytest.fixture
def anna(ladder):
    """She came every ten days, and not for forty."""
    return ladder.regular("Anna")


def test_nobody_is_lost_in_a_shop_where_everybody_comes(aurora):
    assert "Nessuno è perso" in aurora.get(PAGE).words


def test_who_stays_away_stands_there_with_what_is_at_stake(ladder, anna, aurora):
    ladder.regular("Carla", silent=300)
    page = aurora.get(PAGE)
    assert "Anna" in page.words
    assert "Carla" in page.words
    assert "Non si sa" in page.words
    only = aurora.get(f"{PAGE}?state=lost")
    assert "Carla" in only.words
    assert "Anna" not in only.words


def test_a_reason_is_noted_once_and_counted(ladder, anna, aurora):
    page = aurora.get(f"{PAGE}/{anna.customer}")
    assert "Anna di solito viene ogni" in page.words
    assert "Non si sa ancora" in page.words
    for _ in range(2):
        done = aurora.submit(page, f"/{anna.customer}", reason="moved", words="Vive a Lecce")
        assert done.status == 200
    assert done.words.count("Vive a Lecce") == 1
    assert "Non è più in zona" in aurora.get(PAGE).words
    assert "Anna" in aurora.get(f"{PAGE}?reason=moved").words
    assert "Anna" not in aurora.get(f"{PAGE}?reason=price").words
    profile = aurora.get(f"/portal/members/{anna.customer}")
    assert "Perché non viene più Non è più in zona : Vive a Lecce" in profile.words


def test_without_a_reason_it_is_said_at_the_field_and_the_words_stay(ladder, anna, aurora):
    page = aurora.get(f"{PAGE}/{anna.customer}")
    wrong = aurora.submit(page, f"/{anna.customer}", reason="", words="Vive a Lecce")
    assert wrong.status == 422
    assert "Vive a Lecce" in wrong.html


def test_the_list_goes_into_a_file_with_contacts_and_reasons(ladder, anna, aurora):
    ladder.regular("=Carla", email="carla@example.it", silent=300)
    file = aurora.submit(aurora.get(PAGE), "/lost/file")
    lines = file.html.splitlines()
    assert len(lines) == 3
    assert any(line.startswith("Anna;anna@example.it;") for line in lines)
    assert any(line.startswith("'=Carla;") for line in lines)


def test_who_comes_again_is_lost_no_more(ladder, anna, aurora):
    ladder.shop.visit(anna, 1_000, at=clock.now() - timedelta(hours=1))
    assert "Nessuno è perso" in aurora.get(PAGE).words
