"""What publishing would do to cards is what it does to them, on either database."""

from collections import Counter
from datetime import timedelta

import pytest

from loyalty.core.ids import parse_ref, ref
from loyalty.counter import due, foreseen, trials
from loyalty.counter.dossier import steps_of
from loyalty.programs import drafts, editor, tiers
from loyalty.programs.loading import load
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.builders import NOW
from tests.domain import eventful
from tests.domain.rulebook.book import GOLD, SILVER
from tests.programs import POINTS, with_changes

BRONZE = {"key": "bronze", "name": {"it": "Bronzo", "en": "Bronze"}, "from": 2_000}


def levels(*steps):
    return {
        "measure": "spend", "window": {"kind": "rolling", "months": 12}, "levels": list(steps)
    }  # fmt: skip


WITH_LEVELS = with_changes(POINTS, tiers=levels(SILVER, {**GOLD, "from": 5_000}))


def look(shop, raw, *, program="points", at=NOW):
    program_id = parse_ref("prg", shop.programs[program])
    with shop.database.read() as session:
        here = due.shop_of(session, merchant_id=shop.merchant_id, program_id=program_id)
        return foreseen.look(session, shop=here, document=load(raw), at=at)


def after(found):
    """How many would be at each level."""
    counts = Counter()
    for _, level, _, many in found["levels"]:
        counts[level] += many
    return counts


def really(shop, program, raw):
    """How many are at each level by what is written down."""
    program_id = parse_ref("prg", shop.programs[program])
    with shop.database.read() as session:
        here = due.shop_of(session, merchant_id=shop.merchant_id, program_id=program_id)
        ids = due.cards(session, shop=here, after=None, limit=1_000).card_ids
        steps = steps_of(session, merchant_id=shop.merchant_id, card_ids=ids)
    rules = load(raw).tiers
    begin = tiers.entry(rules).level if rules else None
    return Counter(mine[-1].standing.level if mine else begin for mine in steps.values())


def test_after_eventful_days_it_is_exactly_what_publishing_does(shop):
    days = eventful.live(shop)
    for raw in eventful.RULES:
        found = look(shop, raw, program="club", at=days.at + timedelta(minutes=2))
        days.publish(raw)
        assert found["cards"] == sum(after(found).values())
        assert after(found) == really(shop, "club", raw)


@pytest.fixture
def club(shop):
    """Three regulars who have spent 60, 30 and 10 euros, and nobody's card."""
    shop.publish("points", WITH_LEVELS)
    cards = [shop.card("points", name=name) for name in ("Anna", "Bruno", "Carla", "Dora")]
    for card, euros in zip(cards, (60, 30, 10, 0), strict=True):
        if euros:
            shop.visit(card, euros * 100)
    return shop, cards


def test_who_rises_is_counted_and_named(club):
    shop, (_, bruno, *_) = club
    found = look(
        shop, with_changes(WITH_LEVELS, tiers=levels(SILVER, BRONZE, {**GOLD, "from": 5_000}))
    )
    assert found["levels"] == [
        ["gold", "gold", "kept", 1], ["silver", "bronze", "up", 1], ["silver", "silver", "kept", 2],
    ]  # fmt: skip
    assert found["moved"] == [[bruno.ref, "silver", "bronze", "up"]]


def test_nobody_falls_by_a_higher_limit_and_who_would_not_reach_it_is_counted(club):
    shop, _ = club
    found = look(shop, with_changes(WITH_LEVELS, tiers=levels(SILVER, {**GOLD, "from": 9_000})))
    assert found["moved"] == []
    assert found["below"] == {"gold": 1}


def test_a_level_that_goes_takes_its_people_down(club):
    shop, (anna, *_) = club
    found = look(shop, with_changes(WITH_LEVELS, tiers=levels(SILVER)))
    assert found["moved"] == [[anna.ref, "gold", "silver", "down"]]
    gone = look(shop, with_changes(WITH_LEVELS, tiers=None))
    assert ["gold", None, "down", 1] in gone["levels"]


def test_levels_that_are_new_raise_only_whom_they_raise(shop):
    card = shop.card("points")
    shop.card("points")
    shop.visit(card, 6_000)
    found = look(shop, WITH_LEVELS)
    assert found["moved"] == [[card.ref, None, "gold", "up"]]
    assert after(found) == {"gold": 1, "silver": 1}


def test_a_dearer_reward_moves_out_of_reach_of_whom_it_does(club):
    shop, (_, _, carla, _) = club
    dearer = [{**POINTS["rewards"][0], "cost": {"points": 20}}]
    found = look(shop, with_changes(WITH_LEVELS, rewards=dearer))
    assert (found["went"], found["came"]) == ({"breakfast": 1}, {})
    assert found["lost"] == [[carla.ref, "breakfast"]]


def test_a_reward_of_a_level_comes_into_reach_of_who_rises_to_it(club):
    shop, (anna, bruno, *_) = club
    lounge = {**POINTS["rewards"][0], "key": "lounge", "tiers": ["gold"]}
    rules = {"rewards": [*POINTS["rewards"], lounge],
             "tiers": levels(SILVER, {**GOLD, "from": 3_000})}  # fmt: skip
    found = look(shop, with_changes(WITH_LEVELS, **rules))
    assert found["came"] == {"lounge": 2}
    assert [card for card, _ in found["reached"]] == sorted(
        (anna.ref, bruno.ref), key=lambda each: parse_ref("crd", each)
    )


def test_nothing_is_written_by_looking(club):
    shop, _ = club
    raw = with_changes(WITH_LEVELS, tiers=levels(SILVER, BRONZE))
    before = really(shop, "points", raw)
    assert look(shop, raw) == look(shop, raw)
    assert really(shop, "points", raw) == before


def test_the_worker_looks_where_there_are_many(club):
    shop, _ = club
    raw = with_changes(WITH_LEVELS, tiers=levels(SILVER, BRONZE))
    shop.draft("points", raw)
    program_ref = shop.programs["points"]
    with shop.database.write() as session:
        program = editor.find(session, merchant_id=shop.merchant_id, program_ref=program_ref)
        newest = drafts.newest(session, merchant_id=shop.merchant_id, program_id=program.id)
        first, second = (
            trials.ask_cards(session, program=program, newest=newest, at=NOW) for _ in range(2)
        )
    assert first == second
    once(shop.database, CHORES, at=NOW)
    with shop.database.read() as session:
        trial = trials.latest_cards(session, program=program, seal=newest.seal)
    assert trial.is_done
    assert trial.found == look(shop, raw)
    assert ref("prg", program.id) == program_ref


def test_between_a_level_that_goes_and_a_new_one_their_limits_tell():
    old, new = (
        load(WITH_LEVELS).tiers,
        load(with_changes(POINTS, tiers=levels(SILVER, BRONZE))).tiers,
    )
    assert foreseen.direction(old, new, "gold", "bronze") == "down"
    assert foreseen.direction(new, old, "bronze", "gold") == "up"
    visits = load(with_changes(POINTS, tiers={**levels(SILVER, BRONZE), "measure": "visits"})).tiers
    assert foreseen.direction(old, visits, "gold", "bronze") == "other"
