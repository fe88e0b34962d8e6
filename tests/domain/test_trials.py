"""Rules tried in the background, and how members usually come, on either database."""

from datetime import timedelta

import pytest

from loyalty.core.errors import Invalid
from loyalty.core.ids import parse_ref
from loyalty.counter import trials, usual
from loyalty.programs import drafts, editor
from loyalty.programs.outlook import Typical
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.builders import NOW


@pytest.fixture
def busy(shop):
    """Six sales of twelve euros, ten days apart."""
    card = shop.card("points", name="Carla")
    for number in range(6):
        shop.visit(card, 1_200, at=NOW - timedelta(days=10 * number))
    return shop


def ask(session, shop):
    program = editor.find(
        session, merchant_id=shop.merchant_id, program_ref=shop.programs["points"]
    )
    newest = drafts.newest(
        session,
        merchant_id=shop.merchant_id,
        program_id=parse_ref("prg", shop.programs["points"]),
    )
    trial_id = trials.ask(session, program=program, newest=newest, first_on=None, at=NOW)
    return program, newest.seal, trial_id


def test_a_trial_is_played_by_the_worker_and_kept(busy):
    with busy.database.write() as session:
        program, seal, trial_id = ask(session, busy)
        assert ask(session, busy)[2] == trial_id
    once(busy.database, CHORES, at=NOW)
    with busy.database.read() as session:
        found = trials.latest(session, program=program, seal=seal, first_on=None)
    assert found.is_done
    assert found.found["tried"]["sales"] == found.found["current"]["sales"] == 6


def test_only_the_last_trials_of_a_program_are_kept(busy, monkeypatch):
    monkeypatch.setattr(trials, "KEPT", 1)
    with busy.database.write() as session:
        first = ask(session, busy)[2]
    once(busy.database, CHORES, at=NOW)
    with busy.database.write() as session:
        program, seal, second = ask(session, busy)
        assert trials.latest(session, program=program, seal=seal, first_on=None).id == second
        assert second != first


def test_too_many_sales_are_not_begun(busy, monkeypatch):
    monkeypatch.setattr(trials, "SALES_MAX", 5)
    with pytest.raises(Invalid), busy.database.write() as session:
        ask(session, busy)


def test_the_usual_visit_is_the_mean_of_the_shops_own(busy, stranger):
    with busy.database.read() as session:
        assert usual.typical(session, merchant_id=busy.merchant_id) == Typical(1_200, 36)
        assert usual.typical(session, merchant_id=stranger.merchant_id) is None
