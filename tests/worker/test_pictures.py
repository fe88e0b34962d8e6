"""Pictures that nobody uses are deleted at night; what is or was in force stays."""

import io
from dataclasses import replace
from datetime import timedelta

from PIL import Image

from loyalty.core import pictures
from loyalty.core.ids import parse_ref
from loyalty.core.pictures import LOGO
from loyalty.merchants import card_looks
from loyalty.merchants.card_looks import PLAIN
from loyalty.programs import photos
from loyalty.programs.models import Program
from loyalty.worker import picturing
from tests.builders import NOW

DAY = timedelta(days=1)


def keep(shop, colour, at=NOW):
    drawn = io.BytesIO()
    Image.new("RGB", (40, 40), colour).save(drawn, "PNG")
    made = pictures.make(drawn.getvalue(), LOGO)
    with shop.database.write() as session:
        return pictures.keep(session, merchant_id=shop.merchant_id, made=made, at=at)


def wear(shop, digest, number):
    with shop.database.write() as session:
        logo = pictures.find(session, merchant_id=shop.merchant_id, digest=digest)
        look = replace(PLAIN, logo=logo)
        card_looks.save(session, duty=shop.owner, look=look, based_on=number, at=NOW)


def left(shop, digests):
    with shop.database.read() as session:
        mine = shop.merchant_id
        return [one for one in digests if pictures.find(session, merchant_id=mine, digest=one)]


def night(shop, at):
    picturing.run(shop.database, payload={}, at=at, beat=lambda: None)


def test_a_picture_that_was_only_tried_goes_after_a_day(shop, stranger):
    tried, fresh = keep(shop, "red"), keep(shop, "blue", at=NOW + DAY)
    theirs = keep(stranger, "red")
    night(shop, NOW + timedelta(hours=23))
    assert left(shop, [tried, fresh]) == [tried, fresh]
    night(shop, NOW + timedelta(hours=25))
    assert left(shop, [tried, fresh]) == [fresh]
    assert left(stranger, [theirs]) == []


def test_a_logo_stays_even_when_another_has_taken_its_place(shop):
    first, second = keep(shop, "red"), keep(shop, "blue")
    wear(shop, first, 0)
    wear(shop, second, 1)
    night(shop, NOW + 30 * DAY)
    assert left(shop, [first, second]) == [first, second]
    with shop.database.write() as session:
        assert card_looks.undo(session, duty=shop.owner, number=2, at=NOW).logo.digest == first


def test_the_photo_of_a_reward_stays_until_it_is_taken_away(shop):
    drawn = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(drawn, "PNG")
    made = pictures.make(drawn.getvalue(), pictures.PHOTO)
    key = (shop.merchant_id, parse_ref("prg", shop.programs["points"]))
    with shop.database.write() as session:
        program = session.get_one(Program, key)
        photos.keep(session, program=program, reward="coffee", made=made, at=NOW)
    night(shop, NOW + 2 * DAY)
    assert left(shop, [made.digest]) == [made.digest]
    with shop.database.write() as session:
        photos.remove(session, program=session.get_one(Program, key), reward="coffee")
    night(shop, NOW + 2 * DAY)
    assert left(shop, [made.digest]) == []


def test_a_picture_that_is_brought_again_has_its_day_again(shop):
    first = keep(shop, "red")
    assert keep(shop, "red", at=NOW + 3 * DAY) == first
    night(shop, NOW + 3 * DAY + timedelta(hours=1))
    assert left(shop, [first]) == [first]
