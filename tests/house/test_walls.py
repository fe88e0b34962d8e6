"""Every route, for every role and for the things of another shop: generated from the URL map."""

import re

import pytest
from flask import Flask

from loyalty.merchants.roles import PERMISSIONS, Role
from loyalty.web.guard import guard_of
from tests.api.routes import OPERATIONS
from tests.builders import PASSWORD
from tests.house.objects import PLAIN, SECRETS, address, form, gaps, things_of
from tests.pages import Visitor, app, built
from tests.tills import PIN, add_till, choose_pin, hire, join

__all__ = ["app", "built"]

# Things that a shop shows to everybody: whoever has the address may read them.
OPEN_TO_ALL = {"program_ref", "shop_ref", "name"}
NOBODY, BY_PIN = "nobody", "by PIN"
ROLES = [*(role.value for role in Role), NOBODY, BY_PIN]


def rules(app: Flask, kind: str):
    """(rule, method, guard) of every route of that kind."""
    for rule in app.url_map.iter_rules():
        found = guard_of(app.view_functions[rule.endpoint])
        if found is not None and found.kind == kind:
            for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
                yield rule.rule, method, found


@pytest.fixture
def visitor(app, shop, role):
    """A browser in which somebody of that role is signed in."""
    browser = Visitor(app)
    if role == BY_PIN:
        owner = Visitor(app)
        owner.sign_in(shop.owner_email)
        join(browser, add_till(owner))
        choose_pin(browser, shop.cashier_email, PIN)
    elif role != NOBODY:
        browser.sign_in(hire(shop, Role(role)))
    return browser


def token_of(browser: Visitor) -> str:
    """The token of this browser's forms."""
    for path in ("/portal/account", "/till/", "/sign-in"):
        page = browser.get(path)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page.html)
        if found:
            return found[1]
    raise AssertionError("no page shows a form")


def send(browser, method, path, typed=None, token=""):
    """One request, and nothing of what it leads to."""
    data = {"csrf_token": token, **(typed or {})} if method == "POST" else None
    return browser.client.open(path, method=method, data=data)


@pytest.mark.parametrize("role", ROLES)
def test_every_route_opens_to_those_it_names_and_to_nobody_else(app, shop, visitor, role):
    token, seen = token_of(visitor), 0
    for rule, method, guard in rules(app, "staff"):
        path = re.sub("<[^>]+>", "x", rule)
        answer = send(visitor, method, path, token=token)
        seen += 1
        assert answer.status_code < 500, (role, method, rule)
        is_shut = _is_shut(answer)
        if role == NOBODY or (role == BY_PIN and not rule.startswith("/till")):
            assert is_shut == "door", (role, method, rule, answer.status_code)
            continue
        mine = PERMISSIONS[Role.CASHIER if role == BY_PIN else Role(role)]
        may = mine.issuperset(guard.needs)
        assert is_shut == ("" if may else "forbidden"), (role, method, rule, answer.status_code)
    assert seen >= 90


# Where something else than the role decides, once somebody is in.
BEYOND_ROLES = {"/portal/members/<member_ref>/notes/<note_ref>/rewrite": "its author alone"}


@pytest.mark.parametrize("role", [Role.MANAGER.value, Role.MARKETER.value, Role.CASHIER.value])
def test_whom_a_guard_lets_in_nothing_behind_it_refuses(app, shop, visitor, role):
    """A view that demands more than its guard says would refuse a real thing, not a made-up one."""
    token, own, mine = token_of(visitor), things_of(app, shop), PERMISSIONS[Role(role)]
    for rule, method, guard in sorted(rules(app, "staff"), key=lambda one: one[1]):
        if mine.issuperset(guard.needs) and gaps(rule) and rule not in BEYOND_ROLES:
            answer = send(visitor, method, address(rule, own), form(rule, own), token)
            assert answer.status_code != 403, (role, method, rule)


def _is_shut(answer) -> str:
    """Whether the guard sent somebody to the door or away; empty where it let them in."""
    where = answer.headers.get("Location", "")
    if where.startswith(("/sign-in", "/till/people")) or answer.status_code == 401:
        return "door"
    return "forbidden" if answer.status_code == 403 else ""


@pytest.fixture
def next_door(app, stranger):
    """A real thing of each kind in the shop next door."""
    return things_of(app, stranger)


# Where the owner of a thing is told 404 as well, once the walk before has been there, and why.
OWN_404 = {
    "/portal/jobs/<job_ref>/retry": "the walk has discarded it a moment ago",
    "/portal/campaigns/<campaign_ref>/preview": "the walk has dropped the draft a moment ago",
    "/till/cards/<card_ref>/phone": "shown once, after the card was made",
}


def test_things_of_another_shop_do_not_exist_for_the_owner_of_this_one(
    app, shop, stranger, next_door
):
    aurora, dario = Visitor(app), Visitor(app)
    aurora.sign_in(shop.owner_email)
    dario.sign_in(stranger.owner_email)
    ours, theirs = token_of(aurora), token_of(dario)
    walked = [one for one in rules(app, "staff") if set(gaps(one[0])) - PLAIN.keys()]
    assert len(walked) >= 40
    for rule, method, _ in walked:
        path, typed = address(rule, next_door), form(rule, next_door)
        answer = send(aurora, method, path, typed, ours)
        if method == "GET" and answer.status_code == 303:  # on to the thing's own page
            answer = send(aurora, method, answer.headers["Location"])
        said = (
            f"{method} {rule} answers {answer.status_code}: if its form is read before its object"
            " is looked for, say in FORMS (tests/house/objects.py) what is typed there"
        )
        assert answer.status_code == 404, said
        assert "Zeno" not in answer.text
        assert "Elio" not in answer.text
    for rule, method, _ in sorted(walked, key=lambda one: one[1]):  # first those that only look
        path, typed = address(rule, next_door), form(rule, next_door)
        answer = send(dario, method, path, typed, theirs)
        assert answer.status_code < 500, (method, rule)
        if rule not in OWN_404:
            assert answer.status_code != 404, f"{method} {path}: no such thing even for its owner"


def test_a_thing_of_another_shop_does_not_come_in_beside_ones_own(app, shop, stranger, next_door):
    """Where an address names several things, one that is next door's is enough for 404."""
    aurora, own = Visitor(app), things_of(app, shop)
    aurora.sign_in(shop.owner_email)
    token, seen = token_of(aurora), 0
    for rule, method, _ in rules(app, "staff"):
        named = [name for name in gaps(rule) if name in own and name not in PLAIN]
        for foreign in named if len(named) > 1 else []:
            mixed = {**own, foreign: next_door[foreign]}
            answer = send(aurora, method, address(rule, mixed), form(rule, mixed), token)
            assert answer.status_code == 404, (method, rule, foreign, answer.status_code)
            assert "Zeno" not in answer.text
            seen += 1
    assert seen >= 30


def test_pages_for_everybody_tell_a_stranger_nothing_of_somebody_elses_thing(app, shop, next_door):
    anybody = Visitor(app)
    token = token_of(anybody)
    nothing = {
        name: f"{text.partition('_')[0]}_{'0' * 26}"
        for name, text in next_door.items()
        if text[3:4] == "_"
    }
    for rule, method, _ in rules(app, "public"):
        named = set(gaps(rule)) - PLAIN.keys() - SECRETS
        if not named or named <= OPEN_TO_ALL:
            continue
        real = send(anybody, method, address(rule, next_door), token=token)
        void = send(anybody, method, address(rule, nothing), token=token)
        assert "Zeno" not in real.text, (method, rule)
        assert "Carla" not in real.text, (method, rule)
        assert _told(real, next_door) == _told(void, nothing), (method, rule)


def _told(answer, things):
    """Status and way on, without the name that was asked for."""
    where = answer.headers.get("Location", "")
    for text in things.values():
        where = where.replace(text, "…")
    return answer.status_code, where


def test_every_call_of_the_api_is_one_that_its_own_walk_knows(app):
    """tests/api/test_doors.py asks all of these without a key, with others, and of strangers."""
    known = {(one.method, f"/api/v1{one.name.partition(' ')[2]}") for one in OPERATIONS}
    there = {(method, rule) for rule, method, _ in rules(app, "key")}
    assert there == known


# A mail program that presses gets no error: there is nothing that whoever sees it could mend.
SILENT = [("POST", "/u/<token>")]


def test_secrets_that_are_nobodys_open_nothing(app, shop):
    anybody = Visitor(app)
    token = token_of(anybody)
    for rule, method, _ in rules(app, "public"):
        if not set(gaps(rule)) & SECRETS or rule.startswith("/C/"):
            continue
        typed = {"password": PASSWORD}
        answer = send(anybody, method, address(rule, {}), typed, token)
        expected = (200,) if (method, rule) in SILENT else (404, 410)
        assert answer.status_code in expected, (method, rule, answer.status_code)


def test_a_gap_that_nobody_can_fill_is_said_in_a_sentence():
    with pytest.raises(AssertionError, match="what a shop has of that kind"):
        address("/portal/whales/<whale_ref>", {})
