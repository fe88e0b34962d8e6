"""Finding one's way: the menu holds what is there and theirs, and the page says what was done."""

import flask
import pytest

from loyalty.core.text import Text
from loyalty.merchants.roles import PERMISSIONS, Role, staff_duty
from loyalty.portal import listing, places
from loyalty.web import toasts


@pytest.fixture
def here(app):
    """A request to some page of the portal."""
    with app.test_request_context("/portal/staff?role=cashier&empty=&before=stf_x&sort=-name"):
        yield


def test_every_place_that_is_listed_has_a_page_and_the_owner_sees_all_of_them(app, here, shop):
    listed = {place.endpoint for group in places.GROUPS for place in group.places}
    duty = staff_duty(shop.merchant_id, shop.merchant_id, Role.OWNER)
    shown = {place.endpoint for _, mine in places.open_to(duty) for place in mine}
    assert "portal.home" in shown
    assert shown == listed
    assert listed <= app.view_functions.keys()


@pytest.mark.parametrize("role", list(Role))
def test_everybody_sees_their_own_places_and_no_others(here, shop, role):
    duty = staff_duty(shop.merchant_id, shop.merchant_id, role)
    for _, mine in places.open_to(duty):
        for place in mine:
            assert place.permission is None or place.permission in PERMISSIONS[role]


def test_no_two_places_have_the_same_letter_and_there_are_at_most_ten_shortcuts():
    letters = [place.letter for group in places.GROUPS for place in group.places if place.letter]
    letters.append(places.TILL.letter)
    assert len(letters) == len(set(letters))
    assert len(letters) + len("/?") <= 10


def test_the_menu_says_where_one_is_also_on_pages_beneath(shop, aurora):
    assert 'href="/portal/remarks" aria-current="page"' in aurora.get("/portal/remarks/exits").html
    assert 'href="/portal/staff" aria-current="page"' in aurora.get("/portal/staff").html
    assert 'href="/portal/staff" aria-current="page"' not in aurora.get("/portal/").html


def test_a_phone_reaches_every_place_through_more(shop, aurora):
    page = aurora.get("/portal/more")
    for path in ("/portal/programs", "/portal/tills", "/mail", "/portal/jobs"):
        assert page.links.count(path) >= 2, path  # at the side, and here


def test_a_list_keeps_its_state_in_the_address_and_begins_anew_with_another_filter(here):
    assert listing.state() == {"role": "cashier", "sort": "-name"}
    assert listing.here(role=None, place="loc_1") == "/portal/staff?sort=-name&place=loc_1"
    assert listing.here(role="", sort="") == "/portal/staff"


def test_a_header_sorts_the_other_way_round_at_the_second_tap(here):
    sort = listing.Sort.read({"name", "last"}, "-last")
    assert (sort.by, sort.is_down, sort.aria("name")) == ("name", True, "descending")
    assert sort.turned("name", down_first=False) == "name"
    assert sort.turned("last", down_first=True) == "-last"
    assert sort.aria("last") == ""


def test_a_list_is_never_sorted_by_what_it_does_not_have(app):
    with app.test_request_context("/portal/staff?sort=password_hash"):
        assert listing.Sort.read({"name"}, "-name") == listing.Sort("name", is_down=True)


def test_what_was_done_is_said_once_with_the_way_back(app, shop, aurora):
    with app.test_request_context("/"):
        toasts.say(Text("Tolta <b>Ada</b>", "Removed <b>Ada</b>"), undo="/undone", ref="stf_1")
        kept = dict(flask.session)
    with aurora.client.session_transaction() as cookie:
        cookie.update(kept)
    page = aurora.get("/portal/staff")
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page.html
    assert page.form("/undone").fields["ref"] == "stf_1"
    assert "Ada" not in aurora.get("/portal/staff").html


def test_a_setting_changed_on_a_refused_form_leads_to_a_page_and_not_into_nothing(shop, aurora):
    refused = aurora.post(
        "/portal/staff/stf_x/dismiss",
        {"csrf_token": aurora.get("/portal/staff").form("/look").fields["csrf_token"]},
    )
    assert refused.status == 404
    page = aurora.submit(aurora.get("/portal/staff"), "/portal/staff", name="", email="")
    assert page.status == 422
    assert aurora.submit(page, "/portal/look", scheme="dark").status == 200
    filtered = aurora.get("/portal/remarks?state=done")
    assert filtered.form("/look").fields["next"] == "/portal/remarks?state=done"
