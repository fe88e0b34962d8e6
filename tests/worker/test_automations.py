"""A journey writes to who has broken a habit, step by step, and stops as soon as they come."""

from tests.worker.ladder import Ladder


def subjects(postbox):
    return [str(mail["Subject"]) for mail in postbox.arrived]


def test_whoever_stays_away_gets_four_letters_in_their_order_and_then_silence(
    ladder: Ladder, postbox
):
    ladder.regular("Anna")
    ladder.set()
    ladder.switch_on()
    ladder.days(60)
    assert [one.partition(",")[0] for one in subjects(postbox)] == [
        "Anna",
        "Una domanda sola da Caffè Aurora",
        "Un pensiero per te da Caffè Aurora",
        "Il tuo regalo vale fino al 17 dicembre 2026",
    ]
    assert ladder.runs() == [(4, "sunset")]
    assert [step for step, _, _ in ladder.steps()] == [
        "reminder", "question", "offer", "last_day",
    ]  # fmt: skip
    # No campaign reaches them either, until they come by themselves.
    ladder.launch()
    ladder.days(1)
    assert ladder.messages()[-1] == ("skipped", "sunset")
