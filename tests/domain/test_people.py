"""The people and programs who act: staff and their links, failed sign-ins, roles, keys."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.core.errors import Forbidden, Invalid, StateConflict, TooMany, Unknown
from loyalty.core.ids import ref
from loyalty.merchants import accounts, keys, passwords
from loyalty.merchants.models import ApiKey, SignInAttempt
from loyalty.merchants.models import Directory as Names
from loyalty.merchants.roles import PERMISSIONS, Permission, Role, staff_duty
from tests.builders import NOW, PASSWORD
from tests.domain.law import refused

HOUR = timedelta(hours=1)


def write(shop, verb, **facts):
    with shop.database.write() as session:
        return verb(session, **facts)


def read(shop, verb, **facts):
    with shop.database.read() as session:
        return verb(session, **facts)


def invite(shop, email="gina@example.it", at=NOW):
    return write(
        shop,
        accounts.invite_staff,
        merchant_id=shop.merchant_id,
        email=email,
        name="Gina",
        role=Role.MANAGER,
        at=at,
    )


def accept(shop, token, at=NOW):
    return write(shop, accounts.accept_link, token=token, password_hash="hash", at=at)


# --- staff ---------------------------------------------------------------------------------------


def test_an_invited_person_comes_in_by_a_link_that_works_once(shop):
    token = invite(shop, " Gina@Example.it ")
    seen = read(shop, accounts.open_link, token=token, at=NOW)
    assert (seen.merchant_name, seen.email, seen.role) == (
        "Caffè Aurora", "gina@example.it", Role.MANAGER,
    )  # fmt: skip
    assert read(shop, accounts.find_sign_in, email="gina@example.it").password_hash is None
    person = accept(shop, token)
    assert person == read(shop, accounts.find_sign_in, email=" GINA@example.it")
    assert person.password_hash == "hash"
    with refused(shop, Unknown) as refusal:
        accept(shop, token)
    assert refusal.value.code == "unknown_link"


def test_a_link_lasts_three_days_and_a_guess_is_no_link(shop):
    token = invite(shop)
    for late in ((token, NOW + HOUR * 72), ("A" * 32, NOW), ("", NOW)):
        with refused(shop, Unknown):
            accept(shop, *late)
    assert accept(shop, token, NOW + HOUR * 72 - timedelta(seconds=1))


def test_a_second_link_for_the_same_person_ends_older_sessions(shop):
    first = accept(shop, invite(shop))
    again = accept(shop, invite(shop))
    assert first.staff_id == again.staff_id
    assert first.stamp != again.stamp


def test_of_several_links_only_the_first_one_used_works(shop):
    older, newer = invite(shop), invite(shop)
    accept(shop, newer)
    with refused(shop, Unknown):
        accept(shop, older)


def test_an_address_belongs_to_one_shop_and_is_an_address(shop, stranger):
    with refused(stranger, StateConflict, field="email"):
        invite(stranger, shop.owner_email)
    with refused(shop, Invalid):
        invite(shop, "gina")


def test_a_dismissed_person_is_out_at_once_and_may_come_back(shop, stranger):
    person = accept(shop, invite(shop))
    name = ref("stf", person.staff_id)
    dismiss = {"merchant_id": shop.merchant_id, "staff_ref": name}
    for verb in (accounts.dismiss_staff, accounts.reinstate_staff):
        with refused(stranger, Unknown):
            write(stranger, verb, merchant_id=stranger.merchant_id, staff_ref=name)
    gone = write(shop, accounts.dismiss_staff, **dismiss)
    assert (gone.active, gone.stamp == person.stamp) == (False, False)
    assert not read(shop, accounts.find_sign_in, email=person.email).active
    assert [each.active for each in read(
        shop, accounts.list_staff, merchant_id=shop.merchant_id
    )] == [True, True, False]  # fmt: skip
    token = invite(shop)
    with refused(shop, Unknown):
        accept(shop, token)
    assert write(shop, accounts.reinstate_staff, **dismiss).active


def test_nobody_is_found_in_another_shop(shop, stranger):
    found = read(
        shop,
        accounts.staff_by_id,
        merchant_id=stranger.merchant_id,
        staff_id=shop.owner.staff_id,
    )
    assert found is None
    assert read(shop, accounts.find_sign_in, email="nobody@example.it") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", "  "), ("currency", "EURO"), ("currency", "eur"), ("timezone", "Roma"),
     ("timezone", "../etc/passwd"), ("language", "fr")],
)  # fmt: skip
def test_a_shop_opens_only_with_what_exists(shop, field, value):
    facts = {"name": "Bar", "currency": "EUR", "timezone": "Europe/Rome", "language": "it"}
    with refused(shop, Invalid) as refusal:
        write(shop, accounts.create_merchant, at=NOW, **{**facts, field: value})
    assert list(refusal.value.facts["fields"]) == [field]


# --- failed sign-ins -----------------------------------------------------------------------------


def fails(shop, email="aurora@example.it", origin="10.0.0.1", at=NOW):
    read(shop, accounts.check_attempts, email=email, origin=origin, at=at)
    write(shop, accounts.count_attempt, email=email, origin=origin, at=at)


def test_five_failures_in_a_quarter_of_an_hour_shut_the_door_for_that_name_from_there(shop):
    for _ in range(accounts.ATTEMPTS_MAX):
        fails(shop)
    with refused(shop, TooMany, retry_after_s=900):
        fails(shop, at=NOW + timedelta(minutes=15, seconds=-1))
    fails(shop, email="bruno@example.it")
    fails(shop, origin="10.0.0.2")
    fails(shop, at=NOW + timedelta(minutes=15))


def test_who_tries_many_names_from_one_place_is_stopped_there(shop):
    for number in range(accounts.ORIGIN_ATTEMPTS_MAX):
        fails(shop, email=f"{number}@example.it")
    with refused(shop, TooMany):
        fails(shop, email="new@example.it")
    fails(shop, email="new@example.it", origin="10.0.0.2")


def test_failures_are_kept_for_a_day_and_name_nobody(shop):
    fails(shop)
    fails(shop, at=NOW + HOUR * 25)
    with shop.database.read() as session:
        rows = session.execute(sa.select(SignInAttempt.__table__)).all()
    assert {len(row.digest) for row in rows} == {16}
    assert {row.at for row in rows} == {NOW + HOUR * 25}


def test_a_password_is_kept_as_a_slow_hash_and_nothing_else_fits(shipped_secrets):
    hashed = passwords.hash_password(PASSWORD)
    assert hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords._NOBODY.startswith("$argon2id$v=19$m=19456,t=2,p=1$"), (
        "an unknown name as well"
    )
    assert passwords.verify_password(hashed, PASSWORD)
    for wrong in (PASSWORD + " ", "", PASSWORD.upper()):
        assert not passwords.verify_password(hashed, wrong)
    assert not passwords.verify_password(None, "nobody has this password")
    assert not passwords.verify_password("not a hash", PASSWORD)
    for length in (11, 201):
        with pytest.raises(Invalid):
            passwords.hash_password("x" * length)


# --- what each role may do -----------------------------------------------------------------------


def test_roles_may_do_what_their_work_takes_and_no_more():
    counter = {"accrue", "redeem", "void", "refund", "enrol"}
    assert PERMISSIONS[Role.CASHIER] == counter
    assert PERMISSIONS[Role.MARKETER] == {"reports", "programs", "members", "export", "campaigns"}
    assert PERMISSIONS[Role.MANAGER] == set(Permission) - {"staff", "keys"}
    assert PERMISSIONS[Role.OWNER] == set(Permission)


@pytest.mark.parametrize("role", Role)
def test_a_duty_refuses_exactly_what_its_role_may_not_do(shop, role):
    duty = staff_duty(shop.merchant_id, shop.owner.staff_id, role)
    for permission in Permission:
        if permission in PERMISSIONS[role]:
            duty.demand(permission)
        else:
            with refused(shop, Forbidden, permission=permission.value):
                duty.demand(permission)


# --- keys ----------------------------------------------------------------------------------------


def test_a_key_acts_for_its_shop_within_its_scopes_until_it_is_revoked(shop, stranger):
    key = shop.api_key("visits:write", "cards:read")
    facts = read(shop, keys.find_key, presented=key)
    assert (facts.merchant_id, facts.scopes) == (
        shop.merchant_id, {"visits:write", "cards:read"},
    )  # fmt: skip
    with refused(stranger, Unknown):
        write(
            stranger, keys.revoke_key, merchant_id=stranger.merchant_id, key_id=facts.key_id, at=NOW
        )
    write(shop, keys.revoke_key, merchant_id=shop.merchant_id, key_id=facts.key_id, at=NOW)
    assert read(shop, keys.find_key, presented=key) is None


def test_a_key_is_shown_once_and_kept_as_a_digest(shop):
    key = shop.api_key()
    assert key.startswith("lp_")
    with shop.database.read() as session:
        kept = repr(session.execute(sa.select(ApiKey.__table__)).all())
        kept += repr(session.execute(sa.select(Names.__table__)).all())
    assert key not in kept
    assert key.removeprefix("lp_") not in kept


def test_what_is_not_a_key_finds_nobody(shop):
    key = shop.api_key()
    for presented in ("", "lp_", key[:-1], key + "x", key.lower(), shop.owner_email, "\ud800"):
        assert read(shop, keys.find_key, presented=presented) is None


def test_a_key_has_scopes_that_exist(shop):
    for scopes in ((), ("visits:delete",), ("all", "visits:write")):
        with refused(shop, Invalid):
            write(
                shop, keys.create_key, merchant_id=shop.merchant_id, name="x", scopes=scopes, at=NOW
            )
