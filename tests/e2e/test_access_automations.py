"""Automations, the question in a letter, and lost customers, in a browser and for everybody."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.automations.models import AutomationStep
from loyalty.campaigns import tokens
from loyalty.core import clock
from tests.e2e.conftest import DESK, PHONE
from tests.e2e.test_access import check, device, press
from tests.worker.ladder import Ladder

__all__ = ["device"]
pytestmark = pytest.mark.slow


@pytest.fixture
def ladder(shop):
    """Somebody has been asked why, and there is a gift to come."""
    found = Ladder(shop)
    found.now = clock.now().replace(microsecond=0)
    found.rules(from_hour=0, until_hour=24, on_sundays=True)
    found.regular("Anna", silent=60)
    now, found.now = found.now, found.now - timedelta(days=8)
    found.set()
    found.switch_on()
    found.days(8)
    found.now = now
    return found


def question(ladder):
    with ladder.database.read() as session:
        query = sa.select(AutomationStep.message_id).where(AutomationStep.step == "question")
        message_id = session.execute(query).scalar_one()
    return f"/q/{tokens.of(message_id, ladder.database.settings.secret)}"


def test_an_automation_is_for_everybody(ladder, device):
    aurora = device(DESK)
    aurora.sign_in(ladder.shop.owner_email)
    check(aurora.go("/portal/automations"), "automations")
    page = aurora.go("/portal/automations/win_back")
    check(page, "an automation")
    page.set_viewport_size(PHONE)
    check(page, "an automation on a phone")
    page = aurora.go("/portal/automations/win_back/letters/question")
    check(page, "a letter on a phone", iframes=False)  # axe cannot talk into a sandbox


def test_who_is_asked_answers_and_the_shop_reads_it(ladder, device):
    aurora = device(PHONE)
    page = aurora.go(question(ladder))
    check(page, "the question")
    press(page, "È diventato troppo caro per me")
    page.get_by_role("heading", name="Grazie, ci aiuta").wait_for()
    check(page, "the answer")
    aurora.sign_in(ladder.shop.owner_email)
    page = aurora.go("/portal/lost")
    check(page, "lost customers on a phone")
    page.get_by_role("link", name="Anna").click()
    page.get_by_text("l'ha detto nella risposta a una lettera").wait_for()
    check(page, "the file of somebody lost")
