"""Why people left: read beside the remarks, without a name."""

from loyalty.feedback import exits
from tests.builders import NOW

PAGE = "/portal/remarks/exits"


def leave(shop, reason=None, words=None):
    with shop.database.write() as session:
        exits.answer(session, merchant_id=shop.merchant_id, reason=reason, words=words, at=NOW)


def test_answers_stand_beside_the_remarks_and_silence_leaves_nothing(shop, stranger, aurora):
    assert PAGE in aurora.get("/portal/remarks").links
    assert "Nessuno ha detto perché" in aurora.get(PAGE).words
    leave(shop, "rewards", "Il caffè era buono")
    leave(shop)
    leave(stranger, "wrong", "Da Dario")
    page = aurora.get(PAGE)
    assert "I premi non fanno per me Il caffè era buono" in page.words
    assert "Da Dario" not in page.words
    assert page.words.count("21 novembre 2026") == 1


def test_many_answers_are_read_page_by_page_and_none_is_missed(shop, aurora):
    for number in range(45):
        leave(shop, words=f"risposta {number:02d}.")
    seen, path = [], PAGE
    for _ in range(5):
        page = aurora.get(path)
        seen += [number for number in range(45) if f"risposta {number:02d}." in page.words]
        further = [link for link in page.links if "before=" in link]
        if not further:
            break
        path = further[0]
    assert sorted(seen) == list(range(45))


def test_words_are_shown_as_they_are(shop, aurora):
    leave(shop, words="<b>via</b>")
    assert "&lt;b&gt;via&lt;/b&gt;" in aurora.get(PAGE).html


def test_a_cashier_does_not_read_them(bruno):
    assert bruno.get(PAGE).status == 403
