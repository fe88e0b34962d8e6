"""A card that was lost gets new codes; found again, its old ones work and the new ones stop."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.cards import claims, keeping
from loyalty.cards.found import NeverReplaced, NewCardInUse
from loyalty.core.errors import CardBlocked, Forbidden, Unknown
from loyalty.core.ids import parse_ref
from loyalty.merchants.models import StaffAct
from tests.builders import NOW
from tests.domain.corrections.hands import merge, state, unmerge
from tests.domain.law import holds, keep, refused, stands

DAY = timedelta(days=1)


@pytest.fixture
def card(shop):
    """A card with something on it."""
    card = shop.card()
    shop.visit(card, 1_200)
    return card


def lose(shop, card, at=NOW + DAY):
    return keep(shop, keeping.replace, card, at)


def find(shop, card, at=NOW + 2 * DAY):
    return keep(shop, keeping.restore, card, at)


def open_link(shop, claim, at=NOW):
    with shop.database.write() as session:
        token = claims.claim_token(parse_ref("clm", claim))
        return claims.open_card(session, token=token, at=at)


def is_open(shop, card, secret):
    with shop.database.read() as session:
        found = claims.phone_of(session, card_id=parse_ref("crd", card.ref), secret=secret)
        return found is not None and found.merchant_id == shop.merchant_id


def test_the_old_codes_work_again_and_the_new_ones_stop(shop, card):
    before = state(shop, card)
    new = lose(shop, card)
    facts = find(shop, card)
    assert (facts.code, facts.token) == (card.code, card.token)
    assert state(shop, card) == before
    for scan in (new.code, new.token):
        with refused(shop, CardBlocked):
            shop.visit(card, 100, scan=scan)
    for scan in (card.code, card.token, card.ref):
        assert shop.visit(card, 100, scan=scan)


def test_so_does_the_phone_on_which_it_was_open(shop, card):
    secret = open_link(shop, card.claim).secret
    lose(shop, card)
    assert not is_open(shop, card, secret)
    find(shop, card)
    assert is_open(shop, card, secret)


def test_a_card_may_be_lost_and_found_and_lost_again(shop, card):
    for round_ in range(3):
        new = lose(shop, card, NOW + round_ * DAY)
        assert find(shop, card, NOW + round_ * DAY).code == card.code
    last = lose(shop, card, NOW + 9 * DAY)
    assert last.code not in (card.code, new.code)


def test_a_card_that_was_blocked_and_then_replaced_works_when_it_is_found(shop, card):
    keep(shop, keeping.block, card)
    lose(shop, card)
    assert find(shop, card).blocked_at is None
    assert shop.visit(card, 100)


def test_a_card_that_was_never_replaced_has_nothing_to_restore(shop, card):
    with refused(shop, NeverReplaced, card=card.ref):
        find(shop, card)
    lose(shop, card)
    find(shop, card)
    with refused(shop, NeverReplaced, card=card.ref):
        find(shop, card, NOW + 3 * DAY)


def test_who_has_the_new_card_in_use_keeps_it(shop, card):
    new = lose(shop, card)
    shop.visit(card, 100, scan=new.code, at=NOW + 2 * DAY)
    with refused(shop, NewCardInUse, card=card.ref, since="2026-11-23T10:00:00Z"):
        find(shop, card, NOW + 3 * DAY)
    assert shop.visit(card, 100, scan=new.code, at=NOW + 3 * DAY)


def test_so_does_who_has_it_on_the_phone(shop, card):
    lose(shop, card)
    with shop.database.write() as session:
        card_id = parse_ref("crd", card.ref)
        link = claims.make(session, merchant_id=shop.merchant_id, card_id=card_id, at=NOW + DAY)
    with shop.database.write() as session:
        claims.open_card(session, token=claims.claim_token(link), at=NOW + DAY)
    with refused(shop, NewCardInUse):
        find(shop, card)


def test_what_is_done_without_the_codes_does_not_count_as_use(shop, card):
    visit = shop.visit(card, 500).body["ref"]
    lose(shop, card)
    shop.void(visit, at=NOW + DAY)
    shop.adjust(card, "points", 3, at=NOW + DAY)
    find(shop, card)
    assert holds(shop, card)["available"] == 15


def test_a_lost_card_shuts_the_codes_of_those_merged_into_it_and_they_come_back_too(shop, card):
    young = shop.card()
    merge(shop, young, card)
    new = lose(shop, card)
    for scan in (young.code, young.token, card.code):
        with refused(shop, CardBlocked):
            shop.visit(card, 100, scan=scan)
    assert stands(shop, young)["ref"] == card.ref
    assert find(shop, card).code == card.code
    for scan in (young.code, young.token, card.code):
        assert shop.visit(card, 100, scan=scan).body["card"] == card.ref
    with refused(shop, CardBlocked):
        shop.visit(card, 100, scan=new.code)


def test_the_codes_of_a_card_parted_since_come_back_with_it_alone(shop, card):
    young = shop.card()
    merge(shop, young, card)
    lose(shop, card)
    unmerge(shop, young, at=NOW + DAY)
    assert find(shop, young).code == young.code
    assert shop.visit(young, 100).body["card"] == young.ref
    with refused(shop, CardBlocked):
        shop.visit(card, 100)


def test_who_may_and_what_is_kept_of_it(shop, stranger, card):
    lose(shop, card)
    with refused(stranger, Unknown):
        find(stranger, card)
    with refused(shop, Forbidden, permission="block"), shop.database.write() as session:
        keeping.restore(session, duty=shop.cashier, card_ref=card.ref, reason="x", at=NOW)
    find(shop, card)
    with shop.database.read() as session:
        acts = session.execute(sa.select(StaffAct).order_by(StaffAct.id)).scalars().all()
        assert [(act.act, act.target) for act in acts] == [
            ("card.replace", card.ref),
            ("card.restore", card.ref),
        ]
