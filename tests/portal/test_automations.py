"""Automations in the portal: looked at, set, rewritten, switched on and off."""

import pytest

from loyalty.core import clock
from loyalty.core.ids import ref
from tests.pages import Visitor
from tests.worker.ladder import Ladder

LIST, PAGE = "/portal/automations", "/portal/automations/win_back"


@pytest.fixture
def ladder(shop):
    """A shop with somebody who stays away, and somebody who may not be written to."""
    found = Ladder(shop)
    found.now = clock.now()
    found.rules(from_hour=0, until_hour=24, on_sundays=True)  # whenever the tests run
    found.regular("Anna")
    found.regular("Bea", agrees=False)
    return found


def test_both_are_off_at_first_and_say_what_they_would_do(aurora):
    page = aurora.get(LIST)
    assert "Riconquista spento" in page.words
    assert "Benvenuto spento" in page.words
    assert "È spento" in aurora.get(f"{LIST}/welcome").words


def test_before_switching_on_one_sees_who_would_begin_and_who_not(ladder, aurora):
    page = aurora.get(PAGE)
    assert "oggi comincia 1 persona" in page.words
    assert "Anna di solito viene ogni" in page.words
    assert "Non hanno detto sì alle novità, o non hanno un indirizzo confermato 1" in page.words


def test_it_is_switched_on_once_and_off_again_either_way(ladder, aurora):
    ladder.set(offer=None)  # nobody is held back
    page = aurora.get(PAGE)
    for _ in range(2):
        on = aurora.submit(page, "/on")
        assert "È acceso" in on.words
    ladder.tend_only()
    assert ladder.steps() == [("reminder", "ready", None)]
    ending = aurora.submit(aurora.get(PAGE), "/off", how="finish")
    assert "Si sta chiudendo" in ending.words
    off = aurora.submit(ending, "/off", how="now")
    assert "È spento" in off.words
    assert ladder.steps() == [("reminder", "skipped", "stopped")]
    assert "Fermati a mano 1" in off.words


def test_a_letter_is_rewritten_with_what_is_wrong_said_at_its_field(ladder, aurora):
    page = aurora.get(f"{PAGE}/letters/question")
    assert "Una domanda sola da {{shop}}" in page.html
    wrong = aurora.submit(page, "/letters/question", subject_it="", body_it="Ciao {{nome}}")
    assert wrong.status == 422
    assert "Scrivi qualcosa." in wrong.words
    wrong = aurora.submit(wrong, "/letters/question", subject_it="Ciao")
    assert wrong.status == 422
    assert "Il segnaposto «nome» non c'è" in wrong.words
    assert "Ciao {{nome}}" in wrong.html
    saved = aurora.submit(wrong, "/letters/question", subject_it="Ci dici?", body_it="Ciao!")
    assert "Ci dici?" in saved.words
    assert "parole tue" in saved.words
    back = aurora.submit(aurora.get(f"{PAGE}/letters/question"), "/reset")
    assert "parole tue" not in back.words


def test_of_two_who_rewrite_it_at_once_the_second_keeps_what_was_typed(ladder, aurora):
    first = aurora.get(f"{PAGE}/letters/question")
    aurora.submit(first, "/letters/question", subject_it="Prima", body_it="Ciao!")
    second = aurora.submit(first, "/letters/question", subject_it="Seconda", body_it="Ciao!")
    assert second.status == 409
    assert "Qualcun altro l'ha cambiata" in second.words
    assert 'value="Seconda"' in second.html


def test_a_preview_shows_the_letter_as_somebody_reads_it(ladder, aurora):
    form = aurora.get(f"{PAGE}/letters/question").form("/letters/question").fields
    path, typed = f"{PAGE}/letters/question/preview", {**form, "shown": "it"}
    shown = aurora.post(path, {**typed, "body_it": "Cara **amica**"})
    assert "Cara <strong>amica</strong>" in shown.html
    assert "Rispondi con un tocco" in shown.html
    broken = aurora.post(path, {**typed, "body_it": "{{nome}}"})
    assert "L'anteprima torna" in broken.words


def test_the_gift_and_the_comparison_are_set_within_bounds(ladder, aurora):
    page = aurora.get(PAGE)
    gift = f"{ladder.shop.programs['points']}:breakfast"
    wrong = aurora.submit(page, "/terms", gift=gift, valid_days="0", holdout_percent="90")
    assert wrong.status == 422
    saved = aurora.submit(page, "/terms", gift=gift, valid_days="10", holdout_percent="30")
    assert 'value="10"' in saved.html
    assert "Senza un regalo questa si salta" not in saved.words


def test_a_shop_with_hostile_letters_sends_no_script(ladder, aurora):
    page = aurora.get(f"{PAGE}/letters/reminder")
    for body in ("<script>alert(1)</script>", "x" * 20_001, "a\u202eb"):
        shown = aurora.submit(page, "/letters/reminder", subject_it="Ciao", body_it=body)
        assert "<script>alert" not in shown.html
        assert shown.status in (200, 422)


def test_a_stranger_finds_nothing_of_it(ladder, aurora: Visitor):
    assert aurora.get(f"{LIST}/birthday").status == 404
    assert aurora.get(f"{PAGE}/letters/sunset").status == 404
    assert aurora.get(f"/portal/lost/{ref('cus', ladder.shop.merchant_id)}").status == 404


@pytest.mark.parametrize(("letters", "status"), [(10_000_000, 413), (50_000, 422)])
def test_a_paste_that_is_far_too_long_leaves_the_letter_as_it_is(aurora, letters, status):
    page = aurora.get(f"{PAGE}/letters/question")
    before = page.form("/letters/question").fields["body_it"]
    assert aurora.submit(page, "/letters/question", body_it="x" * letters).status == status
    again = aurora.get(f"{PAGE}/letters/question")
    assert again.form("/letters/question").fields["body_it"] == before
