"""Somebody who brings friends, the friends, and the worker who comes an hour later."""

from datetime import timedelta

import sqlalchemy as sa

from loyalty.cards import joining, referrals
from loyalty.cards.joining import Wish
from loyalty.cards.lookup import find
from loyalty.cards.referral_models import Referral
from loyalty.cards.referrals import Offer
from loyalty.core.ids import parse_ref, random_code, ref
from loyalty.counter import standing
from loyalty.customers import texts
from loyalty.programs import editor
from loyalty.worker import referring
from tests.builders import NOW, CardInHand

DAY = timedelta(days=1)
LATER = NOW + DAY + timedelta(minutes=1)


def set_offer(shop, program="points", *, friend=5, bringer=3, is_on=True, duty=None, unit="points"):
    with shop.database.write() as session:
        referrals.set_offer(
            session,
            duty=duty or shop.owner,
            program=editor.find(
                session, merchant_id=shop.merchant_id, program_ref=shop.programs[program]
            ),
            offer=Offer(unit, friend, bringer),
            is_on=is_on,
            at=NOW,
        )


def link(shop, card):
    card_id = parse_ref("crd", card.ref)
    with shop.database.write() as session:
        referrals.publish(session, merchant_id=shop.merchant_id, card_id=card_id)
    return referrals.code_of(card_id)


def join(shop, code, *, email=None, phone=None, own=(), program="points", at=NOW):
    """Somebody joins by a link; their card."""
    with shop.database.write() as session:
        door = joining.find_door(session, program_ref=shop.programs[program])
        said = texts.in_force(session, merchant_id=shop.merchant_id, shop_name=door.shop_name)
        wish = Wish(
            name="Bea",
            email=email,
            phone=phone,
            language="it",
            agreed=frozenset(),
            source="referral",
            seal=texts.seal(said),
            origin="192.0.2.1",
            friend_code=code,
            own_codes=frozenset(own),
        )
        made = joining.join(session, door=door, wish=wish, key=random_code(26), at=at)
        facts = find(session, merchant_id=shop.merchant_id, card_ref=made.card_ref)
    return CardInHand(made.card_ref, facts.code, facts.token, "", ref("cus", facts.customer_id))


def work(shop, at=LATER):
    referring.run(shop.database, payload={}, at=at, beat=lambda: None)


def points(shop, card, unit="points"):
    with shop.database.read() as session:
        facts = find(session, merchant_id=shop.merchant_id, card_ref=card.ref)
        return standing.card_standing(session, facts=facts, at=LATER)["balances"][unit]["available"]


def outcome(shop):
    with shop.database.read() as session:
        rows = session.execute(sa.select(Referral.state, Referral.why).order_by(Referral.id))
        return [tuple(row) for row in rows]
