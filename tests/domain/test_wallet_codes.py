"""Codes to open a wallet cannot be guessed, however many try from wherever, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.cards import wallet_door, wallets
from loyalty.cards.models import WalletRequest
from loyalty.core.errors import TooMany
from loyalty.core.signing import digest
from loyalty.counter import merging
from tests.builders import NOW

ANNA = "anna@example.it"
MINUTE = timedelta(minutes=1)


class Guesser:
    """Somebody who wants into Anna's wallet from one origin."""

    def __init__(self, shop, origin):
        self.shop, self.origin, self.secret = shop, origin, ""

    def ask(self, at, address=ANNA):
        with self.shop.database.write() as session:
            self.secret = wallet_door.ask(
                session, address=address, origin=self.origin, language="it", at=at
            )
        return self.secret

    def guess(self, code, at):
        with self.shop.database.write() as session:
            return wallet_door.prove(
                session,
                secret=self.secret,
                code=code,
                origin=self.origin,
                browser=None,
                here=None,
                at=at,
            )


def right_code(shop, secret):
    with shop.database.read() as session:
        found = session.execute(
            sa.select(WalletRequest.id).where(WalletRequest.secret_hash == digest(secret))
        ).scalar_one()
    return wallet_door.code_of(found)


@pytest.mark.slow
def test_ten_thousand_guesses_from_a_hundred_places_open_nothing(shop, monkeypatch):
    shop.card(email=ANNA)
    compared = []
    code_of = wallet_door.code_of
    monkeypatch.setattr(
        wallet_door, "code_of", lambda request_id: compared.append(1) or code_of(request_id)
    )
    guesses = 10_000 if shop.database.settings.is_sqlite else 2_000
    people = [Guesser(shop, f"10.0.0.{number}") for number in range(100)]
    opened = 0
    for number in range(guesses):
        who, at = people[number % 100], NOW + number * MINUTE / 200
        try:
            if not who.secret or number % 500 == 0:
                who.ask(at)
            opened += who.guess(f"{number * 7919 % 10**6:06d}", at).secret is not None
        except TooMany:
            continue
    assert opened == 0
    assert 0 < len(compared) <= 25


def test_one_place_guesses_wrong_sixty_times_an_hour_whatever_the_address(shop):
    thief = Guesser(shop, "10.0.0.1")
    wrong = 0
    for number in range(30):
        thief.ask(NOW, address=f"somebody{number}@example.it")
        for _ in range(5):
            try:
                wrong += thief.guess("not it", NOW).secret is None
            except TooMany:
                assert wrong == 60
                return
    pytest.fail("nobody stopped it")


def test_five_tries_are_five_however_many_try_at_once(shop):
    shop.card(email=ANNA)
    thief = Guesser(shop, "10.0.0.1")
    code = right_code(shop, thief.ask(NOW))
    wrong = "000000" if code != "000000" else "111111"
    with ThreadPoolExecutor(8) as pool:
        tried = list(pool.map(lambda _: thief.guess(wrong, NOW), range(16)))
    assert sorted(proof.left for proof in tried if proof.left) == [1, 2, 3, 4]
    assert thief.guess(code, NOW).secret is None


def test_five_codes_are_five_however_many_ask_at_once(shop):
    def ask(number):
        try:
            Guesser(shop, f"10.0.0.{number}").ask(NOW)
        except TooMany:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(16))) == 5


def test_a_right_code_opens_one_wallet_however_often_it_is_sent(shop):
    shop.card(email=ANNA)
    anna = Guesser(shop, "10.0.0.1")
    code = right_code(shop, anna.ask(NOW))
    with ThreadPoolExecutor(4) as pool:
        proofs = list(pool.map(lambda _: anna.guess(code, NOW), range(4)))
    assert sum(proof.secret is not None for proof in proofs) == 1


def test_the_hour_goes_by(shop):
    thief = Guesser(shop, "10.0.0.1")
    for _ in range(5):
        thief.ask(NOW)
    with pytest.raises(TooMany):
        thief.ask(NOW + 59 * MINUTE)
    assert thief.ask(NOW + 61 * MINUTE)
    with shop.database.read() as session:
        left = session.execute(sa.select(sa.func.count(WalletRequest.id))).scalar_one()
    assert left == 1, "who asked an hour ago is forgotten"


def test_a_merged_customer_is_found_by_the_address_that_lives_on(shop):
    one, two = shop.card(email=ANNA), shop.card("stamps", email="vecchia@example.it")
    with shop.database.write() as session:
        merging.merge(
            session, duty=shop.owner, customer_ref=two.customer, into_ref=one.customer, at=NOW
        )
    with shop.database.read() as session:
        refs = {card.ref for card in wallets.cards(session, address=ANNA)}
        assert refs == {one.ref, two.ref}
        assert wallets.cards(session, address="vecchia@example.it") == []
