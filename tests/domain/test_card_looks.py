"""How a shop's cards look: chosen by one person at a time, taken back, and never another shop's."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image
from sqlalchemy.exc import IntegrityError

from loyalty.cards import short_links
from loyalty.core import pictures
from loyalty.core.errors import Invalid, StateConflict
from loyalty.core.ids import parse_ref
from loyalty.core.pictures import LOGO, Picture
from loyalty.merchants import card_looks, first_steps
from loyalty.merchants.acts import latest
from loyalty.merchants.card_looks import PLAIN, Look
from tests.builders import NOW

NIGHT = Look("#1b2440", "#f7f8fc", "#8fb8ff", "star")
CREAM = Look("#f5ecdc", "#3a2a18", "#a4571f", "coffee")


def save(shop, look, based_on):
    with shop.database.write() as session:
        return card_looks.save(session, duty=shop.owner, look=look, based_on=based_on, at=NOW)


def undo(shop, number):
    with shop.database.write() as session:
        return card_looks.undo(session, duty=shop.owner, number=number, at=NOW)


def now(shop):
    with shop.database.read() as session:
        return card_looks.find(session, merchant_id=shop.merchant_id)


def logo(shop, colour=(200, 30, 40, 255)):
    drawn = io.BytesIO()
    Image.new("RGBA", (300, 100), colour).save(drawn, "PNG")
    made = pictures.make(drawn.getvalue(), LOGO)
    with shop.database.write() as session:
        digest = pictures.keep(session, merchant_id=shop.merchant_id, made=made, at=NOW)
        return pictures.find(session, merchant_id=shop.merchant_id, digest=digest)


def test_a_shop_that_has_not_chosen_has_the_look_of_the_house(shop):
    assert now(shop) == PLAIN


def test_a_look_is_in_force_at_once_and_the_same_again_changes_nothing(shop):
    first = save(shop, NIGHT, 0)
    assert (first.number, now(shop).background, now(shop).stamp) == (1, "#1b2440", "star")
    assert save(shop, NIGHT, 0).number == 1
    assert save(shop, NIGHT, 1).number == 1


def test_who_was_overtaken_hears_of_it_and_may_save_again(shop):
    save(shop, NIGHT, 0)
    with pytest.raises(StateConflict) as told:
        save(shop, CREAM, 0)
    assert told.value.facts == {"number": 1}
    assert now(shop).background == NIGHT.background
    assert save(shop, CREAM, 1).number == 2


def test_a_look_is_taken_back_once_and_never_under_a_later_one(shop):
    save(shop, NIGHT, 0)
    save(shop, CREAM, 1)
    assert undo(shop, 2).background == NIGHT.background
    assert undo(shop, 2).number == 3  # sent twice
    save(shop, CREAM, 3)
    assert undo(shop, 3).background == CREAM.background


def test_the_first_look_taken_back_is_the_look_of_the_house_with_its_own_stamp(shop):
    save(shop, NIGHT, 0)
    back = undo(shop, 1)
    assert (back.background, back.stamp, now(shop).stamp) == (PLAIN.background, None, None)


def test_what_cannot_be_read_is_never_in_force(shop):
    for look, field in (
        (Look("#ffffff", "#dddddd", "#000000", "star"), "ink"),
        (Look("#ffffff", "#000000", "#eeeeee", "star"), "accent"),
    ):
        with pytest.raises(Invalid) as told:
            save(shop, look, 0)
        assert list(told.value.facts["fields"]) == [field]
    assert now(shop) == PLAIN


def test_a_logo_belongs_to_one_shop(shop, stranger):
    ours = logo(shop)
    assert save(shop, Look(*("#1b2440", "#f7f8fc", "#8fb8ff"), "star", ours), 0).logo == ours
    assert now(shop).logo == ours
    with stranger.database.read() as session:
        where = {"merchant_id": stranger.merchant_id, "digest": ours.digest}
        assert pictures.find(session, **where) is None
        assert pictures.content(session, **where) is None
    with pytest.raises(IntegrityError):
        save(stranger, Look(*("#1b2440", "#f7f8fc", "#8fb8ff"), "star", ours), 0)


def test_the_same_picture_is_kept_once(shop):
    assert logo(shop) == logo(shop)
    with shop.database.read() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(Picture)).scalar_one() == 1


def test_looks_of_several_shops_are_found_together(shop, stranger):
    save(shop, NIGHT, 0)
    save(shop, CREAM, 1)
    with shop.database.read() as session:
        ids = [shop.merchant_id, stranger.merchant_id]
        found = card_looks.of_shops(session, merchant_ids=ids)
    assert {key: look.number for key, look in found.items()} == {shop.merchant_id: 2}


def test_who_changed_the_card_is_in_the_staff_log(shop):
    save(shop, NIGHT, 0)
    undo(shop, 1)
    with shop.database.read() as session:
        acts = latest(
            session,
            merchant_id=shop.merchant_id,
            among=["card.look", "card.look_undone"],
            limit=5,
        )
    assert [(act.act, act.target) for act in acts] == [
        ("card.look_undone", "look 2"),
        ("card.look", "look 1"),
    ]
    assert acts[0].actor == shop.owner.actor


def test_a_short_link_is_the_same_each_time_and_bears_what_people_mistype(shop):
    program_id = parse_ref("prg", shop.programs["points"])
    with shop.database.write() as session:
        code = short_links.keep(session, merchant_id=shop.merchant_id, program_id=program_id)
        assert code == short_links.keep(
            session, merchant_id=shop.merchant_id, program_id=program_id
        )
    with shop.database.read() as session:
        for typed in (code, code.lower(), f"{code[:3]}-{code[3:]}", code.replace("0", "O")):
            assert short_links.find(session, typed=typed) == program_id
        for other in ("", "0000000", code[:-1], code + "X", "x" * 10_000, "\x00"):
            assert short_links.find(session, typed=other) is None
        assert short_links.kept(session, program_id=program_id) == code
        other = parse_ref("prg", shop.programs["stamps"])
        assert short_links.kept(session, program_id=other) is None


def test_the_first_steps_are_remembered(shop, stranger):
    with shop.database.write() as session:
        where = {"merchant_id": shop.merchant_id}
        first_steps.choose_goal(session, goal="visits", **where)
        assert first_steps.print_poster(session, at=NOW, **where)
        assert not first_steps.print_poster(session, at=NOW, **where)
        first_steps.put_away(session, at=NOW, **where)
    with shop.database.read() as session:
        found = first_steps.find(session, **where)
        assert (found.goal, found.poster_at, found.put_away_at) == ("visits", NOW, NOW)
        assert first_steps.find(session, merchant_id=stranger.merchant_id) == first_steps.Steps()
