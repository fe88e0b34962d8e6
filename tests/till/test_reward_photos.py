"""The photo of a reward at the till: beside its name, loaded after everything else."""

import io
import re

import pytest
from PIL import Image

from loyalty.core import clock, pictures
from loyalty.core.pictures import PHOTO
from loyalty.programs import editor, photos


@pytest.fixture
def pictured(shop):
    """Rules whose one reward has a photo; the shop, and a card that has enough for it."""
    drawn = io.BytesIO()
    Image.new("RGB", (400, 300), (200, 120, 60)).save(drawn, "JPEG")
    made = pictures.make(drawn.getvalue(), PHOTO)
    with shop.database.write() as session:
        program = editor.find(
            session, merchant_id=shop.merchant_id, program_ref=shop.programs["points"]
        )
        photos.keep(session, program=program, reward="breakfast", made=made, at=clock.now())
    card = shop.card("points", name="Carla", at=clock.now())
    shop.visit(card, 2_000, at=clock.now())
    return card


def look_up(visitor, card):
    return visitor.submit(visitor.get("/till/"), "/till/look-up", code=card.code)


def photos_of(page):
    return re.findall(r'<img class="prize-photo"[^>]*>', page.html)


def test_whoever_hands_it_over_sees_what_it_is(bruno, pictured):
    page = look_up(bruno, pictured)
    found = photos_of(page)
    assert len(found) == 2  # beside the button, and in the list of rewards
    for photo in found:
        assert 'loading="lazy"' in photo
        assert 'alt=""' in photo
        assert re.search(r'width="\d+" height="\d+"', photo)
    answer = bruno.client.get(re.search(r'src="([^"]+)"', found[0])[1])
    assert answer.mimetype == "image/webp"
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_reserved_one_shows_it_on_the_card_and_on_its_voucher(shop, bruno, pictured):
    given = shop.reserve(pictured, "breakfast", at=clock.now()).body
    assert photos_of(look_up(bruno, pictured))
    voucher = bruno.get(f"/till/vouchers/{given['vouchers'][0]['code']}")
    assert len(photos_of(voucher)) == 1


def test_without_a_photo_there_is_none(shop, bruno):
    card = shop.card("points", name="Carla", at=clock.now())
    shop.visit(card, 2_000, at=clock.now())
    page = look_up(bruno, card)
    assert not photos_of(page)
    assert "Consegna: colazione in omaggio" in page.words
