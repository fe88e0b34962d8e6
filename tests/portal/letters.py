"""A shop on a Saturday morning that writes letters: its customers, its mail server, its clock."""

import re
from datetime import timedelta

import pytest

from loyalty.core import clock
from loyalty.customers.consents import Purpose
from tests.builders import NOW
from tests.rigs.postbox import open_postbox
from tests.worker.writing import Desk


@pytest.fixture
def postbox():
    with open_postbox() as box:
        yield box


@pytest.fixture
def desk(shop, postbox, monkeypatch):
    """The counter and the worker; pages see the same clock."""
    made = Desk(shop, postbox)
    monkeypatch.setattr(clock, "now", lambda: made.now)
    return made


def people(desk, *names, profiled=True):
    """Members who said yes to news, and to being picked by what they do."""
    found = []
    for name in names:
        card = desk.customer(name)
        if profiled:
            desk.say(card.customer, given=True, purpose=Purpose.PROFILING)
        found.append(card)
    return found


def begin(visitor, segment="everybody", **typed):
    """The first step; the page of the second."""
    return visitor.submit(
        visitor.get(f"/portal/campaigns/new?segment={segment}"), "/campaigns/new",
        segment=segment, **typed,
    )  # fmt: skip


def through(visitor, page, **answers):
    """The other steps, as they stand or with these answers (by field); the check."""
    for step in ("letter", "offer", "comparison", "time"):
        form = page.form(f"/steps/{step}")
        typed = {name: text for name, text in answers.items() if name in form.fields}
        page = visitor.submit(page, f"/steps/{step}", **typed)
        assert page.status == 200, page.words
    assert page.path.endswith("/check"), page.path
    return page


def launched(visitor, desk, segment="everybody", **answers):
    """A campaign on its way, and its page; nobody is held back unless told otherwise."""
    check = through(visitor, begin(visitor, segment), **{"how": "none", **answers})
    page = visitor.submit(check, "/launch")
    desk.work(minutes=1)
    return visitor.get(page.path)


def ref_in(page):
    """The campaign's ref."""
    return re.search(r"cmp_[0-9A-Z]{26}", page.path)[0]


DAY = timedelta(days=1)
__all__ = ["DAY", "NOW", "begin", "desk", "launched", "people", "postbox", "ref_in", "through"]
