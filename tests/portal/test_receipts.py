"""The receipt of a payout as a file: checked, kept once, and for the shop's own people."""

import io

import pytest

from loyalty.core import clock
from loyalty.core.pictures import PictureRefused
from loyalty.counter import papers
from tests.portal.test_causes import PAGE, giving, pay
from tests.portal.test_designer_publish import photo, send
from tests.wallet.phones import phone

__all__ = ["giving", "phone"]
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


@pytest.fixture
def paid(giving, aurora):
    """A payout without a file yet."""
    return pay(aurora, amount="5", receipt="CRO 123")


def attach(visitor, page, content, name="ricevuta.pdf"):
    form = page.form("/receipt")
    return visitor.post(form.action, {**form.fields, "file": (io.BytesIO(content), name)})


@pytest.mark.parametrize(("content", "kind"), [(PDF, "application/pdf"), (photo(), "image/webp")])
def test_a_receipt_is_kept_with_its_payout_and_comes_back(aurora, paid, content, kind):
    page = attach(aurora, paid, content)
    assert "La ricevuta è allegata." in page.words
    [link] = [each for each in page.links if each.endswith("/receipt")]
    answer = aurora.client.get(link)
    assert answer.mimetype == kind
    assert answer.headers["Content-Disposition"].startswith("attachment")
    if kind == "application/pdf":
        assert answer.data == PDF


@pytest.mark.parametrize("content", [b"", b"<html>%PDF-</html>", PDF[:20], b"MZ\x90\x00"])
def test_what_is_no_receipt_is_refused_with_what_to_send(aurora, paid, content):
    page = attach(aurora, paid, content)
    assert page.status == 422
    assert not [each for each in page.links if each.endswith("/receipt")]


def test_a_receipt_of_three_megabytes_is_too_large():
    with pytest.raises(PictureRefused, match="picture_refused"):
        papers.judge(PDF + b"x" * 3_000_000)


def test_a_receipt_is_not_exchanged_for_another(aurora, paid):
    attach(aurora, paid, PDF)
    again = attach(aurora, paid, PDF)
    assert again.status == 409
    assert "C'è già una ricevuta" in again.words


def test_a_receipt_of_the_shop_next_door_is_not_there(aurora, dario, paid):
    page = attach(aurora, paid, PDF)
    [link] = [each for each in page.links if each.endswith("/receipt")]
    assert dario.get(link).status == 404
    csrf = dario.get(PAGE).form("/language").fields["csrf_token"]
    assert dario.post(link, {"csrf_token": csrf}).status == 404


def test_the_photo_of_a_reward_shows_on_the_card(shop, aurora, phone):
    card = shop.card("points", name="Carla", at=clock.now())
    send(aurora, shop, photo())
    page = phone(card).get(f"/c/{card.ref}")
    assert 'class="goal-photo" src="/pictures/' in page.html
