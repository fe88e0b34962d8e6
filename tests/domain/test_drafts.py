"""One draft at a time: kept in place, sent twice once, and never over somebody else's change."""

import pytest
import sqlalchemy as sa

from loyalty.core.errors import Unknown
from loyalty.core.ids import parse_ref
from loyalty.programs import drafts, editor
from loyalty.programs.drafts import Change, Overtaken
from loyalty.programs.models import Program
from tests.builders import NOW
from tests.programs import POINTS, STAMPS, with_changes

DEARER = with_changes(POINTS, rewards=[{**POINTS["rewards"][0], "cost": {"points": 20}}])


def named(shop, program="points"):
    return {"merchant_id": shop.merchant_id, "program_id": parse_ref("prg", shop.programs[program])}


def newest(shop):
    with shop.database.read() as session:
        return drafts.newest(session, **named(shop))


def save(shop, raw, seal):
    with shop.database.write() as session:
        return drafts.save(session, **named(shop), change=Change(raw, seal, "EUR"), at=NOW)


def begin(shop, key, raw=POINTS, name="Carta"):
    with shop.database.write() as session:
        made = drafts.begin(
            session,
            merchant_id=shop.merchant_id,
            currency="EUR",
            name=name,
            raw=raw,
            key=key,
            at=NOW,
        )
        return made.id


def test_a_new_program_sent_twice_is_one(shop):
    key = drafts.new_key()
    assert begin(shop, key) == begin(shop, key)
    assert begin(shop, drafts.new_key()) != begin(shop, key)


def test_the_key_of_one_shop_makes_another_program_in_the_next(shop, stranger):
    key = drafts.new_key()
    assert begin(shop, key) != begin(stranger, key)


def test_programs_stay_in_the_order_in_which_they_were_begun(shop):
    keys = [drafts.new_key() for _ in range(3)]
    made = [begin(shop, key) for key in keys]
    assert made == sorted(made)


@pytest.mark.parametrize("key", ["", "x", "prg_00000000000000000000000000", "new_" + "Z" * 26])
def test_a_key_of_somebody_elses_making_makes_nothing(shop, key):
    with pytest.raises(Unknown):
        begin(shop, key)


def test_after_a_published_version_a_draft_begins_and_is_then_changed_in_place(shop):
    assert save(shop, DEARER, newest(shop).seal) == 2
    seen = newest(shop)
    assert (seen.number, seen.is_draft, seen.raw) == (2, True, DEARER)
    assert save(shop, with_changes(DEARER, rewards=[]), seen.seal) == 2
    assert newest(shop).raw["rewards"] == []


def test_a_save_that_changes_nothing_makes_no_draft(shop):
    seen = newest(shop)
    assert save(shop, seen.raw, seen.seal) == 1


def test_the_second_tap_of_save_is_no_second_change(shop):
    seal = newest(shop).seal
    assert save(shop, DEARER, seal) == save(shop, DEARER, seal) == 2


def test_whoever_saves_second_hears_that_somebody_was_faster(shop):
    seal = newest(shop).seal
    save(shop, DEARER, seal)
    with pytest.raises(Overtaken):
        save(shop, with_changes(POINTS, rewards=[]), seal)
    assert newest(shop).raw == DEARER


def test_what_is_published_is_what_was_seen(shop):
    save(shop, DEARER, newest(shop).seal)
    seen = newest(shop)
    save(shop, with_changes(DEARER, rewards=[]), seen.seal)
    with pytest.raises(Overtaken), shop.database.write() as session:
        drafts.publish(session, **named(shop), seal=seen.seal, at=NOW)
    with shop.database.write() as session:
        assert drafts.publish(session, **named(shop), seal=newest(shop).seal, at=NOW) == 2
    assert not newest(shop).is_draft


def test_a_published_version_is_not_changed_by_a_draft(shop):
    save(shop, STAMPS, newest(shop).seal)
    with shop.database.read() as session:
        rows = editor.versions(session, **named(shop))
        told = [(row.document, row.terms_it.split()[1]) for row in rows]
    assert told == [(STAMPS, "timbro"), (POINTS, "punto")]


def test_a_program_can_be_called_something_else(shop):
    with shop.database.write() as session:
        drafts.rename(session, **named(shop), name="Carta Aurora")
    with shop.database.read() as session:
        names = set(session.execute(sa.select(Program.name)).scalars())
    assert "Carta Aurora" in names
