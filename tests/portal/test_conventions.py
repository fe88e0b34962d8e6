"""Conventions that no other page test holds: empty lists, and money as each language writes it."""

import pytest

from loyalty.core import clock
from tests.portal.test_first_steps import chiara

__all__ = ["chiara"]

LISTS = (
    "/portal/programs", "/portal/members", "/portal/remarks", "/portal/tasks", "/portal/causes",
    "/portal/tills", "/portal/locations", "/portal/imports", "/mail", "/portal/keys",
    "/portal/evidence", "/portal/jobs", "/portal/remarks/exits",
)  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
def test_every_list_says_what_will_be_there_before_anything_is(chiara, path):
    page = chiara.get(path)
    assert page.status == 200
    assert 'class="empty"' in page.html, path


def test_money_numbers_and_plurals_are_those_of_the_language(shop, aurora):
    card = shop.card("points", name="Carla", at=clock.now())
    for _ in range(3):
        shop.visit(card, 41_150, at=clock.now())
    italian = aurora.get("/portal/").words
    assert "1.234,50 €" in italian.replace("\N{NO-BREAK SPACE}", " ")
    aurora.submit(aurora.get("/portal/"), "/language", language="en")
    assert "€1,234.50" in aurora.get("/portal/").words
