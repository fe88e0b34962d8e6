"""Who is held back for comparison: always the same, as many as said, and others each time."""

from itertools import pairwise
from random import Random
from uuid import UUID

import pytest

from loyalty.campaigns.gathering import is_held

PEOPLE, CAMPAIGNS = 10_000, 6
CHI_SQUARE_MAX = 22.5  # 6 degrees of freedom, one false alarm in a thousand


def drawn(seed, percent):
    """Which of these people each of some campaigns holds back."""
    dice = Random(seed)
    people = [UUID(int=dice.getrandbits(128)) for _ in range(PEOPLE)]
    salts = [dice.randbytes(16) for _ in range(CAMPAIGNS)]
    return [{who for who in people if is_held(salt, who, percent)} for salt in salts]


@pytest.mark.parametrize("percent", [20, 50])
def test_as_many_as_was_said_and_others_in_each_campaign(percent):
    held = drawn(percent, percent)
    share = percent / 100
    variance = PEOPLE * share * (1 - share)
    assert sum((len(one) - PEOPLE * share) ** 2 / variance for one in held) < CHI_SQUARE_MAX
    both = [len(one & two) for one, two in pairwise(held)]
    spread = PEOPLE * share**2 * (1 - share**2)
    assert all(abs(many - PEOPLE * share**2) < 4 * spread**0.5 for many in both)


def test_who_is_held_back_is_so_at_every_try():
    who, salts = UUID(int=7), [Random(seed).randbytes(16) for seed in range(200)]
    first = [is_held(salt, who, 50) for salt in salts]
    assert [is_held(salt, who, 50) for salt in salts] == first
    assert 0 < sum(first) < len(first)
