"""A campaign and a journey write to the same people: no more often than the shop allows, in all."""

import pytest

from loyalty.core.errors import Invalid
from tests.worker.ladder import Ladder


def test_a_campaign_and_a_journey_together_write_no_more_often_than_allowed(
    ladder: Ladder, postbox
):
    ladder.regular("Anna")
    ladder.rules(cap=1, cap_days=7)
    ladder.launch()
    ladder.work(minutes=1)
    assert len(postbox.arrived) == 1
    ladder.set()
    ladder.switch_on()
    ladder.days(6)
    assert len(postbox.arrived) == 1
    ladder.days(4)
    assert len(postbox.arrived) == 2
    with pytest.raises(Invalid):  # a campaign would reach nobody, so soon after the journey
        ladder.launch()
