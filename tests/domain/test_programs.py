"""Programs: drafts, versions put into force one after the other, and what they promise."""

import pytest

from loyalty.core.errors import Invalid, StateConflict, Unknown, VersionFrozen
from loyalty.programs import catalogue, editor
from tests.builders import NOW, POINTS
from tests.domain.law import refused
from tests.programs import with_changes

EARLIER, LATER = NOW.replace(day=1), NOW.replace(day=28)


def find(session, shop, name="points"):
    return editor.find(session, merchant_id=shop.merchant_id, program_ref=shop.programs[name])


def add(shop, raw=POINTS, name="points"):
    with shop.database.write() as session:
        return editor.add_version(
            session,
            merchant_id=shop.merchant_id,
            currency="EUR",
            program_id=find(session, shop, name).id,
            raw=raw,
            at=NOW,
        )


def publish(shop, number, name="points", at=NOW):
    with shop.database.write() as session:
        editor.publish(
            session,
            merchant_id=shop.merchant_id,
            program_id=find(session, shop, name).id,
            number=number,
            at=at,
        )


def test_versions_are_numbered_and_the_newest_published_one_is_in_force(shop):
    assert [add(shop), add(shop)] == [2, 3]
    publish(shop, 3)
    assert shop.visit(shop.card(), 100).body["version"] == 3


def test_a_version_is_published_once_and_never_after_a_newer_one(shop):
    add(shop), add(shop)
    with refused(shop, VersionFrozen, version=1):
        publish(shop, 1)
    publish(shop, 3)
    with refused(shop, StateConflict, version=3):
        publish(shop, 2)
    with refused(shop, Unknown) as refusal:
        publish(shop, 9)
    assert refusal.value.code == "unknown_version"


def test_what_does_not_fit_can_be_drafted_and_is_refused_by_name_at_publish(shop):
    stars = [{"unit": "stars", "per": "day", "units": 1}]
    number = add(shop, with_changes(POINTS, caps=stars))
    with refused(shop, Invalid) as refusal:
        publish(shop, number)
    assert list(refusal.value.facts["fields"]) == ["caps.0.unit"]
    assert shop.visit(shop.card(), 100).body["version"] == 1


def test_new_rules_never_reach_a_program_of_another_shop(shop, stranger):
    for name in (shop.programs["points"], "prg_" + "0" * 26, "points", ""):
        with refused(stranger, Unknown) as refusal, stranger.database.read() as session:
            editor.find(session, merchant_id=stranger.merchant_id, program_ref=name)
        assert refusal.value.code == "unknown_program"


def test_a_version_keeps_the_sentence_that_it_promised(shop):
    add(shop, with_changes(POINTS, rewards=[]))
    with shop.database.read() as session:
        newest, first = editor.versions(
            session, merchant_id=shop.merchant_id, program_id=find(session, shop).id
        )
        assert "colazione" in first.terms_it
        assert "breakfast" in first.terms_en
        assert "colazione" not in newest.terms_it
        assert newest.published_at is None


def test_a_draft_is_nobodys_rules(shop):
    number = add(shop)
    with shop.database.read() as session, pytest.raises(Unknown):
        catalogue.version(
            session,
            merchant_id=shop.merchant_id,
            program_id=find(session, shop).id,
            number=number,
        )


def test_the_version_of_a_moment_is_the_last_one_begun_by_then():
    published = [(EARLIER, 1), (NOW, 4)]
    moments = {EARLIER.replace(year=2020): 1, EARLIER: 1, LATER: 4, NOW: 4}
    assert {at: catalogue.number_at(published, at) for at in moments} == moments


def test_programs_are_listed_page_by_page(shop, stranger):
    assert stranger.programs
    with shop.database.read() as session:
        first = editor.page(session, merchant_id=shop.merchant_id, limit=1)
        rest = editor.page(session, merchant_id=shop.merchant_id, after=first[0].id)
        assert [program.name for program in first + rest] == ["points", "stamps"]
