"""A live code at the counter: what it proves, how often, and what a photo of it is worth."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loyalty.cards import claims, keeping, live
from loyalty.core.errors import CardBlocked, InsufficientUnits, ProofTooWeak
from loyalty.core.ids import parse_ref
from loyalty.core.money import Money
from loyalty.counter import offline, redemptions, visits
from loyalty.counter.offline import Kept
from loyalty.counter.requests import VisitRequest, intent
from tests.builders import NOW, POINTS, fresh_key
from tests.domain.law import holds, keep, refused
from tests.programs import with_changes

STEP = timedelta(seconds=live.STEP_S)


@pytest.fixture
def strict(shop):
    """A program whose rewards ask for the code that changes."""
    shop.program("strict", with_changes(POINTS, proof={"redeem": "live"}))
    return "strict"


class Phone:
    """A phone on which a card is open."""

    def __init__(self, shop, card):
        self.shop, self.card = shop, card
        token = claims.claim_token(parse_ref("clm", card.claim))
        with shop.database.write() as session:
            opened = claims.open_card(session, token=token, at=NOW)
        card_id = parse_ref("crd", card.ref)
        with shop.database.read() as session:
            self.itself = claims.phone_of(session, card_id=card_id, secret=opened.secret)

    def shows(self, at=NOW):
        key = live.key_of(self.shop.database.settings.secret, self.itself.device_id)
        return f"{self.card.token}.{live.code_at(key, live.step_at(at))}"


@pytest.fixture
def rich(shop, strict):
    card = shop.card(strict)
    shop.visit(card, 3_500)
    return card


def visit(shop, scan, at=NOW, duty=None):
    request = VisitRequest(scan=scan, amount=Money(500, "EUR"))
    with shop.database.write() as session:
        return visits.accrue(
            session,
            duty=duty or shop.cashier,
            request=request,
            intent=intent(fresh_key(), scan),
            at=at,
        ).body


def redeem(shop, scan, at=NOW, key=None, duty=None):
    with shop.database.write() as session:
        return redemptions.reserve(
            session,
            duty=duty or shop.cashier,
            scan=scan,
            reward="breakfast",
            intent=intent(key or fresh_key(), scan),
            at=at,
        )


def test_a_fresh_code_proves_that_the_phone_is_there(shop, rich):
    phone = Phone(shop, rich)
    assert visit(shop, phone.shows())["proof"] == "live"
    assert redeem(shop, phone.shows()).body["proof"] == "live"


def test_a_printed_code_earns_but_opens_no_reward_where_the_phone_is_asked_for(shop, rich):
    assert visit(shop, rich.token)["proof"] == "static"
    with refused(shop, ProofTooWeak, needed="live", given="static"):
        redeem(shop, rich.token)


@pytest.mark.parametrize("needed", ["typed", "static", "live"])
def test_a_photo_of_a_code_opens_no_reward_after_ninety_seconds(shop, needed):
    shop.program("club", with_changes(POINTS, proof={"redeem": needed}))
    card = shop.card("club")
    shop.visit(card, 1_500)
    photo = Phone(shop, card).shows()
    later = NOW + timedelta(seconds=91)
    with refused(shop, ProofTooWeak) as no:
        redeem(shop, photo, at=later)
    assert "foto" in no.value.sentence.it
    assert visit(shop, photo, at=later)["proof"] == "static"


def test_one_code_serves_one_visit_and_one_reward(shop, rich):
    shown = Phone(shop, rich).shows()
    assert visit(shop, shown)["proof"] == "live"
    assert visit(shop, shown)["proof"] == "static"
    redeem(shop, shown)
    with refused(shop, ProofTooWeak):
        redeem(shop, shown)


def test_the_same_key_is_answered_again_even_when_the_code_is_over(shop, rich):
    shown, key = Phone(shop, rich).shows(), fresh_key()
    first = redeem(shop, shown, key=key)
    again = redeem(shop, shown, key=key, at=NOW + 10 * STEP)
    assert again.replayed
    assert again.body == first.body


def test_a_reward_that_cannot_be_given_leaves_the_code_good(shop, strict):
    card = shop.card(strict)
    shown = Phone(shop, card).shows()
    with refused(shop, InsufficientUnits):
        redeem(shop, shown)
    shop.visit(card, 1_500)
    assert redeem(shop, shown).body["proof"] == "live"


def test_each_phone_has_codes_of_its_own_and_none_when_it_is_put_away(shop, rich):
    one = Phone(shop, rich)
    with shop.database.write() as session:
        claims.put_away(session, phone=one.itself, at=NOW)
    with refused(shop, ProofTooWeak):
        redeem(shop, one.shows())


def test_a_replaced_card_leaves_its_phones_without_codes(shop, rich):
    phone = Phone(shop, rich)
    keep(shop, keeping.replace, rich)
    with refused(shop, CardBlocked):
        redeem(shop, phone.shows())


def test_a_code_of_one_card_proves_nothing_for_another(shop, strict, rich):
    other = Phone(shop, shop.card(strict)).shows()
    digits = other.rpartition(".")[2]
    with refused(shop, ProofTooWeak):
        redeem(shop, f"{rich.token}.{digits}")


def test_another_program_proves_live_with_a_fresh_code_and_api_else(shop, rich):
    duty = replace(shop.cashier, via="api")
    phone = Phone(shop, rich)
    assert visit(shop, phone.shows(), duty=duty)["proof"] == "live"
    assert visit(shop, rich.token, duty=duty)["proof"] == "api"
    assert visit(shop, phone.shows(), at=NOW + 5 * STEP, duty=duty)["proof"] == "api"


def test_a_visit_kept_without_network_is_judged_as_of_when_the_code_was_shown(shop, rich):
    shown, sent_at = Phone(shop, rich).shows(), NOW + timedelta(hours=3)
    request = VisitRequest(scan=shown, amount=Money(500, "EUR"))
    with shop.database.write() as session:
        body = offline.record(
            session,
            duty=shop.cashier,
            request=request,
            kept=Kept(happened_at=NOW, sent_at=sent_at),
            intent=intent(fresh_key(), shown),
            at=sent_at,
        ).body
    assert body["proof"] == "live"
    assert holds(shop, rich)["available"] == 40
