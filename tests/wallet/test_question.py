"""The question in a letter: one tap answers it, without a password, as often as one likes."""

import pytest
import sqlalchemy as sa

from loyalty.automations.models import AutomationStep
from loyalty.campaigns import tokens
from loyalty.core import clock
from loyalty.feedback import losses
from loyalty.feedback.loss_models import LossNote
from loyalty.feedback.models import Remark
from loyalty.persons import erasure
from tests.worker.ladder import Ladder


@pytest.fixture
def ladder(shop, monkeypatch):
    found = Ladder(shop)
    found.rules(from_hour=0, until_hour=24, on_sundays=True)
    monkeypatch.setattr(clock, "now", lambda: found.now)
    return found


@pytest.fixture
def anna(ladder):
    """She has been asked why."""
    card = ladder.regular("Anna")
    ladder.set()
    ladder.switch_on()
    ladder.days(8)
    return card


def path(ladder, step="question"):
    with ladder.database.read() as session:
        message_id = session.execute(
            sa.select(AutomationStep.message_id).where(AutomationStep.step == step)
        ).scalar_one()
    return f"/q/{tokens.of(message_id, ladder.database.settings.secret)}"


def notes(ladder):
    with ladder.database.read() as session:
        rows = session.execute(sa.select(LossNote.reason, LossNote.words).order_by(LossNote.id))
        return [tuple(row) for row in rows]


def test_a_look_changes_nothing_and_names_nobody(ladder, anna, anybody):
    page = anybody.get(path(ladder))
    assert page.status == 200
    assert "Perché non passi più?" in page.words
    assert "anna" not in page.words.lower()
    assert notes(ladder) == []


def test_one_tap_answers_and_the_same_again_changes_nothing(ladder, anna, anybody):
    page = anybody.get(path(ladder))
    for _ in range(2):
        done = anybody.submit(page, "", reason="price")
        assert "Grazie, ci aiuta La tua risposta: È diventato troppo caro per me" in done.words
    assert notes(ladder) == [("price", None)]
    told = anybody.submit(done, "", words="Il caffè a due euro!")
    assert "Il caffè a due euro!" in told.html
    assert notes(ladder) == [("price", None), ("price", "Il caffè a due euro!")]


def test_who_is_unhappy_ends_the_journey_and_waits_for_an_answer(ladder, anna, anybody):
    anybody.submit(anybody.get(path(ladder)), "", reason="service", words="Venti minuti di attesa")
    with ladder.database.read() as session:
        (remark,) = session.execute(sa.select(Remark)).scalars()
        assert (remark.kind, remark.words, remark.state) == (
            "service", "Venti minuti di attesa", "open",
        )  # fmt: skip
    ladder.days(30, every=3)
    assert [step for step, _, _ in ladder.steps()] == ["reminder", "question"]
    assert ladder.runs() == [(2, "answered")]


def test_who_answers_after_the_last_letter_may_be_written_to_again(ladder, anna, anybody):
    ladder.days(40, every=2)
    assert ladder.runs() == [(4, "sunset")]
    anybody.submit(anybody.get(path(ladder)), "", reason="back_soon")
    ladder.launch()
    ladder.work(minutes=5)
    assert ladder.messages()[-1] == ("sent", "kept")


@pytest.mark.parametrize("wrong", ["xxx", "", "moved' OR 1=1"])
def test_an_answer_that_nobody_knows_is_refused_with_the_question(ladder, anna, anybody, wrong):
    page = anybody.submit(anybody.get(path(ladder)), "", reason=wrong)
    assert page.status == 422
    assert "Perché non passi più?" in page.words
    assert notes(ladder) == []


def test_hostile_words_are_shown_as_they_are_or_refused(ladder, anna, anybody):
    page = anybody.get(path(ladder))
    shown = anybody.submit(page, "", reason="other", words="<script>alert(1)</script>")
    assert "<script>alert(1)" not in shown.html
    for words in ("x" * 10_000, "a\x00b"):
        assert anybody.submit(page, "", reason="other", words=words).status == 422


def test_links_of_other_letters_and_of_nobody_lead_nowhere(ladder, anna, anybody):
    for wrong in (path(ladder, "reminder"), "/q/x", path(ladder)[:-1] + "_"):
        assert anybody.get(wrong).status == 404
        assert anybody.post(wrong, {"reason": "price"}).status in (400, 404)


def test_who_is_forgotten_leaves_the_reason_without_their_words(ladder, anna, anybody):
    anybody.submit(anybody.get(path(ladder)), "", reason="other", words="Perché sì")
    with ladder.database.write() as session:
        erasure.erase(session, duty=ladder.shop.owner, customer_ref=anna.customer, at=ladder.now)
    assert notes(ladder) == [("other", None)]
    assert anybody.get(path(ladder)).status == 404
    assert set(losses.REASONS) == set(losses.NAMES)
