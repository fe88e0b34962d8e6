"""Sessions, second factors, places and new addresses, on both databases."""

from base64 import b32decode
from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.core import otp
from loyalty.core.errors import Invalid, StateConflict, TooMany, Unknown
from loyalty.core.ids import new_id
from loyalty.core.mail import Mail
from loyalty.merchants import accounts, factors, sessions, staffing, stations
from loyalty.merchants.places import find_or_add_location
from loyalty.merchants.roles import Role
from tests.builders import NOW
from tests.conftest import SECRET
from tests.domain.law import refused
from tests.domain.races import THREADS, at_once

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def person(shop, email=""):
    with shop.database.read() as session:
        return accounts.find_sign_in(session, email=email or shop.owner_email)


def begin(shop, secret="s", at=NOW, **more):
    with shop.database.write() as session:
        sessions.begin(session, person=person(shop), secret=secret, at=at, **more)


def find(shop, secret="s", merchant_id=None):
    with shop.database.read() as session:
        return sessions.find(session, merchant_id=merchant_id or shop.merchant_id, secret=secret)


# --- sessions ------------------------------------------------------------------------------------


def test_a_session_is_found_by_its_secret_and_in_its_own_shop(shop, stranger):
    begin(shop)
    assert find(shop).person == person(shop)
    assert find(shop, "other") is None
    assert find(shop, merchant_id=stranger.merchant_id) is None


@pytest.mark.parametrize(
    ("by_pin", "used_after", "asked_after", "is_over"),
    [
        (False, 59 * MINUTE, 118 * MINUTE, False),
        (False, 59 * MINUTE, 120 * MINUTE, True),
        (False, 12 * HOUR, 12 * HOUR, False),
        (False, 12 * HOUR + MINUTE, 12 * HOUR + MINUTE, True),
        (True, 14 * HOUR, 14 * HOUR, False),
        (True, 14 * HOUR + MINUTE, 14 * HOUR + MINUTE, True),
    ],
)
def test_a_session_ends_when_it_is_idle_or_old(shop, by_pin, used_after, asked_after, is_over):
    begin(shop, by_pin=by_pin)
    with shop.database.write() as session:
        sessions.touch(session, seat=find(shop), at=NOW + used_after)
    assert find(shop).is_over(NOW + asked_after) is is_over


def test_a_new_stamp_ends_every_session(shop):
    begin(shop)
    with shop.database.write() as session:
        duty, who = shop.owner, person(shop)
        staffing.set_password(session, duty=duty, person=who, password_hash="x", at=NOW)
    assert find(shop) is None


def test_dead_sessions_go_when_somebody_signs_in_and_at_night(shop):
    begin(shop, "old")
    begin(shop, "new", at=NOW + 15 * HOUR)
    assert find(shop, "old") is None
    with shop.database.write() as session:
        gone = sessions.forget_old(session, before=NOW + 16 * HOUR, limit=10)
    assert gone == 1
    assert find(shop, "new") is None


# --- the second factor ---------------------------------------------------------------------------


def set_up(shop, at=NOW):
    """The app's key, and the codes on paper."""
    who = person(shop)
    with shop.database.write() as session:
        factors.prepare(session, person=who, at=at)
        made = factors.setup(session, secret=SECRET, person=who, shop=shop.name)
        key = b32decode(made.key)
        code = otp.code_at(key, otp.step_at(at), 6)
        codes = factors.confirm(
            session, secret=SECRET, duty=shop.owner, person=who, code=code, at=at
        )
    return key, codes


def use(shop, typed, at):
    with shop.database.write() as session:
        return factors.use(session, secret=SECRET, person=person(shop), typed=typed, at=at)


def test_the_codes_are_those_of_the_standard():
    key = b"12345678901234567890"  # RFC 6238, appendix B, its last six digits
    for seconds, digits in ((59, "287082"), (1111111109, "081804"), (20000000000, "353130")):
        assert otp.code_at(key, seconds // otp.STEP_S, 6) == digits


def test_one_code_lets_one_of_eight_in(shop):
    key, _ = set_up(shop)
    at = NOW + 2 * MINUTE
    code = otp.code_at(key, otp.step_at(at), 6)
    seen = []
    at_once(lambda _: seen.append(use(shop, code, at)))
    assert seen.count(True) == 1


def test_one_code_on_paper_lets_one_of_eight_in(shop):
    _, codes = set_up(shop)
    seen = []
    at_once(lambda _: seen.append(use(shop, codes[0], NOW)))
    assert seen.count(True) == 1


def test_five_wrong_codes_are_five_however_many_try_at_once(shop):
    set_up(shop)
    told = at_once(lambda number: use(shop, f"00000{number}", NOW + HOUR))
    assert told == {"done": 5, "too_many": THREADS - 5}
    with pytest.raises(TooMany):
        use(shop, "000000", NOW + HOUR)


def test_a_code_of_half_a_minute_ago_still_goes_and_an_older_one_does_not(shop):
    key, _ = set_up(shop)
    at = NOW + HOUR
    now = otp.step_at(at)
    assert not use(shop, otp.code_at(key, now - 2, 6), at)
    assert use(shop, otp.code_at(key, now - 1, 6), at)
    assert use(shop, otp.code_at(key, now + 1, 6), at)
    assert not use(shop, otp.code_at(key, now, 6), at)  # older than the last one used


def test_another_installation_makes_other_codes(shop):
    key, _ = set_up(shop)
    at = NOW + HOUR
    code = otp.code_at(key, otp.step_at(at), 6)
    with shop.database.write() as session:
        who = person(shop)
        assert not factors.use(session, secret=b"x" * 32, person=who, typed=code, at=at)


@pytest.mark.parametrize("typed", ["", "è", "1" * 10_000, "12 34", "\x00", "١٢٣٤٥٦", "-00000"])
def test_what_is_no_code_is_none(shop, typed):
    set_up(shop)
    assert not use(shop, typed, NOW + HOUR)


# --- places, roles, addresses --------------------------------------------------------------------


def test_nobody_is_given_a_place_of_another_shop(shop, stranger):
    with shop.database.write() as session:
        theirs = find_or_add_location(
            session, merchant_id=stranger.merchant_id, name="Centro", at=NOW
        )
    for place in (theirs, new_id()):
        with refused(shop, Unknown) as refusal, shop.database.write() as session:
            who = shop.cashier.staff_id
            stations.assign(session, duty=shop.owner, staff_id=who, places=[place], at=NOW)
        assert refusal.value.code == "unknown_location"


def test_the_last_owner_who_works_here_stays_owner(shop):
    facts = {"duty": shop.owner, "staff_ref": shop.owner.actor, "at": NOW}
    with pytest.raises(Invalid), shop.database.write() as session:
        staffing.change_role(session, role=Role.CASHIER, **facts)
    assert person(shop).role is Role.OWNER


def test_two_who_want_one_address_do_not_both_get_it(shop):
    tokens = {}
    for email in (shop.owner_email, shop.cashier_email):
        with shop.database.write() as session:
            who = person(shop, email)
            staffing.ask_new_address(session, person=who, address="uno@example.it", at=NOW)
    with shop.database.read() as session:
        mails = session.execute(sa.select(Mail).where(Mail.kind == "staff_address")).scalars()
        tokens = [mail.facts["link"].rpartition("/")[2] for mail in mails]
    with shop.database.write() as session:
        staffing.take_new_address(session, token=tokens[0], at=NOW)
    with pytest.raises(StateConflict), shop.database.write() as session:
        staffing.take_new_address(session, token=tokens[1], at=NOW)
    assert person(shop, "uno@example.it") is not None


def test_a_forgotten_password_of_nobody_makes_no_mail(shop):
    from loyalty.core.signing import digest

    for address, many in (("nobody@example.it", 0), (shop.owner_email, 1)):
        with shop.database.write() as session:
            staffing.answer_forgotten(session, who=digest(address).hex(), at=NOW)
        with shop.database.read() as session:
            mails = sa.select(sa.func.count()).where(Mail.kind == "staff_reset")
            assert session.execute(mails).scalar_one() == many
