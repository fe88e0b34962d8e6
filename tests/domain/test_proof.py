"""The proof of consent: the exact words, in the language that was read, for ever."""

import hashlib
from datetime import timedelta
from operator import attrgetter

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from loyalty.core.errors import Unknown
from loyalty.core.text import Text
from loyalty.customers import consents, proof, texts, wording
from loyalty.customers.consents import Consent, Purpose
from loyalty.customers.models import ConsentText
from tests.builders import NOW
from tests.domain.folk import customer, merge, read, say, write
from tests.domain.law import refused

DAY = timedelta(days=1)


def publish(shop, name="Caffè Aurora", at=NOW):
    return write(shop, texts.publish, merchant_id=shop.merchant_id, shop_name=name, at=at)


def prove(shop, who):
    return read(shop, proof.of, customer_ref=who)


def test_a_consent_leads_to_the_words_in_the_language_that_was_read(shop):
    anna, said = customer(shop), publish(shop)[Purpose.MARKETING]
    say(shop, anna, text_id=said.named_in("it"))
    say(shop, anna, given=False, text_id=said.named_in("en"), at=NOW + DAY)
    first, second = prove(shop, anna)
    assert first.text.startswith("Novità e offerte\nCaffè Aurora può scrivermi")
    assert second.text.startswith("News and offers\nCaffè Aurora may write me")
    assert first.sha256 == hashlib.sha256(first.text.encode()).hexdigest()
    assert [(line.text_id, line.language, line.version) for line in (first, second)] == [
        ("marketing-2026-11/it", "it", 1),
        ("marketing-2026-11/en", "en", 1),
    ]
    assert (first.given, first.at, first.source, first.actor) == (
        True,
        NOW,
        "counter",
        shop.cashier.actor,
    )


def test_a_shop_with_a_new_name_asks_anew_and_the_old_words_stay(shop):
    anna, old = customer(shop), publish(shop)[Purpose.MARKETING]
    say(shop, anna, text_id=old.named_in("it"))
    new = publish(shop, "Bar Aurora", at=NOW + DAY)[Purpose.MARKETING]
    say(shop, anna, text_id=new.named_in("it"), at=NOW + DAY)
    assert (old.id, new.id, new.version) == ("marketing-2026-11", "marketing-2026-11.2", 2)
    before, after = prove(shop, anna)
    assert "Caffè Aurora" in before.text
    assert "Bar Aurora" in after.text


def test_publishing_the_same_words_again_keeps_one_text(shop):
    first = publish(shop)
    assert publish(shop, at=NOW + DAY) == first
    assert len(read(shop, texts.published)) == len(Purpose)
    assert all(text.published_at == NOW for text in first.values())


def test_a_changed_word_changes_the_seal_of_the_page(shop):
    said = publish(shop)
    other = {**said, Purpose.TRACKING: publish(shop, "Bar Aurora")[Purpose.TRACKING]}
    assert texts.seal(said) == texts.seal(dict(said))
    assert texts.seal(other) != texts.seal(said)


def test_text_of_another_program_is_named_and_not_invented(shop):
    anna = customer(shop)
    publish(shop)
    for text_id in ("news-it-1", "marketing-2026-11", "marketing-2026-11/de", "/it"):
        say(shop, anna, text_id=text_id)
    told = attrgetter("text", "sha256", "version", "language")
    assert {told(line) for line in prove(shop, anna)} == {(None,) * 4}


def test_what_was_said_before_a_merge_is_part_of_the_proof(shop):
    anna, double = customer(shop), customer(shop)
    said = publish(shop)[Purpose.PROFILING]
    say(shop, double, "profiling", text_id=said.named_in("it"))
    merge(shop, double, anna)
    lines = prove(shop, anna)
    assert lines[0].customer == double
    assert lines[1].source == "merge"
    assert {line.text for line in lines} == {said.words.it}


def test_nobody_reads_the_proof_of_anothers_customer(shop, stranger):
    anna = customer(shop)
    say(shop, anna)
    with refused(stranger, Unknown):
        prove(stranger, anna)


def test_a_text_once_used_is_never_changed_or_taken_out(shop):
    publish(shop)
    columns = [column.name for column in ConsentText.__table__.columns]
    damages = [f"UPDATE consent_text SET {column} = {column}" for column in columns]
    for damage in (*damages, "DELETE FROM consent_text"):
        with pytest.raises(IntegrityError), shop.database.write() as session:
            session.execute(sa.text(damage))


def test_the_fingerprint_kept_with_a_text_is_that_of_its_words(shop):
    publish(shop)
    with shop.database.read() as session:
        for row in session.execute(sa.select(ConsentText)).scalars():
            assert row.hash == texts.fingerprint(Text(row.it, row.en))


@pytest.mark.parametrize("purpose", Purpose)
def test_each_text_names_the_shop_in_both_languages_and_nothing_is_left_open(purpose):
    for name in ("Caffè Aurora", "{shop} & <b>Figli</b>", "Bar {it}"):
        said = wording.of(purpose, name)
        for words in (said.it, said.en):
            assert name in words
            title, _, rest = words.partition("\n")
            assert title
            assert rest


WORDS = st.tuples(
    st.sampled_from(list(Purpose)), st.booleans(), st.integers(0, 6), st.integers(0, 6)
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=st.lists(WORDS, max_size=12))
def test_the_state_of_any_past_moment_is_a_naive_replay_of_the_log(shop, said):
    """What was said on which day, told when: late words too, in whatever order they come."""
    who = customer(shop)
    told = []
    for number, (purpose, was_given, day, late) in enumerate(said):
        moment, at = NOW + day * DAY, NOW + (day + late) * DAY
        consent = Consent(purpose, was_given, "t/it", "web", moment)
        write(shop, consents.record, duty=shop.cashier, customer_ref=who, consent=consent, at=at)
        told.append((moment, number, purpose, was_given))
    for day in range(-1, 8):
        at, naive = NOW + day * DAY, dict.fromkeys(Purpose)
        for moment, _, purpose, was_given in sorted(told):
            if moment <= at:
                naive[purpose] = was_given
        assert read(shop, consents.of, customer_ref=who, at=at) == naive
