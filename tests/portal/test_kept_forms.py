"""A session lost in the middle of a form: nothing typed is lost, and nobody else gets it."""

import re
import secrets
from datetime import timedelta

from loyalty.core import clock
from loyalty.core.sealing import seal, unseal
from loyalty.merchants import sessions
from tests.builders import PASSWORD
from tests.pages import Visitor
from tests.tills import add_manager, later

TYPED = {"name": "Gino Über <b>&", "email": "gino@example.it", "role": "manager"}


def lost(visitor, monkeypatch, **typed):
    """An invitation that is sent hours after the page was opened."""
    page = visitor.get("/portal/staff")
    later(monkeypatch, hours=3)
    return visitor.submit(page, "/portal/staff", **(typed or TYPED))


def sign_in_there(visitor, page, email):
    return visitor.submit(page, "/sign-in", email=email, password=PASSWORD)


def test_what_was_typed_goes_on_after_signing_in(shop, aurora, monkeypatch):
    door = lost(aurora, monkeypatch)
    assert door.status == 401
    assert "quello che hai scritto" in door.words
    assert "gino" not in door.html.lower()
    kept = sign_in_there(aurora, door, shop.owner_email)
    assert "Non si è perso niente" in kept.words
    assert "Gino Über <b>&" in kept.words
    sent = aurora.submit(kept, "/portal/staff")
    assert sent.status == 200
    assert "Gino Über" in sent.words
    assert "gino@example.it" in aurora.get("/portal/staff").words


def test_a_wrong_password_in_between_loses_nothing(shop, aurora, monkeypatch):
    door = lost(aurora, monkeypatch)
    again = aurora.submit(door, "/sign-in", email=shop.owner_email, password="sbagliata davvero")
    assert again.status == 422
    kept = sign_in_there(aurora, again, shop.owner_email)
    assert aurora.submit(kept, "/portal/staff").status == 200


def test_somebody_else_gets_nothing_of_it(app, shop, aurora, monkeypatch):
    add_manager(shop, "Marta")
    door = lost(aurora, monkeypatch)
    page = sign_in_there(aurora, door, "marta@example.it")
    assert page.path == "/portal/"
    assert "Gino" not in page.html
    assert "gino@example.it" not in page.html


def test_nothing_is_done_by_signing_in_alone(shop, aurora, monkeypatch):
    sign_in_there(aurora, lost(aurora, monkeypatch), shop.owner_email)
    assert "gino@example.it" not in aurora.get("/portal/staff").words


def test_a_kept_form_that_was_changed_is_dropped(shop, aurora, monkeypatch):
    door = lost(aurora, monkeypatch)
    sealed = door.form("/sign-in").fields["kept"]
    for broken in (sealed[:-2] + "AA", "", "x" * 500, "è", sealed[10:]):
        fields = {**door.form("/sign-in").fields, "kept": broken}
        visitor = Visitor(aurora.app)
        opened = visitor.get("/sign-in").form("/sign-in").fields
        page = visitor.post(
            "/sign-in",
            {**fields, "csrf_token": opened["csrf_token"], "email": shop.owner_email,
             "password": PASSWORD},
        )  # fmt: skip
        assert page.path == "/portal/"
        assert ("va scritto di nuovo" in page.words) == bool(broken)


def test_a_form_is_kept_for_a_day_and_not_longer(shop, aurora, monkeypatch):
    door = lost(aurora, monkeypatch)
    later(monkeypatch, hours=3 + 25)
    page = sign_in_there(aurora, aurora.get("/sign-in"), shop.owner_email)
    fields = {**door.form("/sign-in").fields, "email": shop.owner_email, "password": PASSWORD}
    fields["csrf_token"] = page.form("/language").fields["csrf_token"]
    late = aurora.post("/sign-in", fields)
    assert "Gino" not in late.html
    assert "va scritto di nuovo" in late.words


def test_what_was_sealed_for_one_purpose_opens_for_no_other():
    at, secret = clock.now(), secrets.token_bytes(32)
    sealed = seal(secret, "one", "è mio", at=at)
    more = {"at": at, "seconds_max": 60, "letters_max": 100}
    assert unseal(secret, "one", sealed, **more) == "è mio"
    assert unseal(secret, "other", sealed, **more) is None
    assert unseal(secrets.token_bytes(32), "one", sealed, **more) is None
    assert unseal(secret, "one", sealed, **{**more, "letters_max": 3}) is None
    assert unseal(secret, "one", sealed, **{**more, "at": at + timedelta(seconds=61)}) is None
    assert "mio" not in sealed


def test_passwords_are_never_kept(shop, aurora, monkeypatch):
    page = aurora.get("/portal/account")
    later(monkeypatch, hours=3)
    door = aurora.submit(
        page, "/portal/account/password", old=PASSWORD, password="una password nuova"
    )
    kept = sign_in_there(aurora, door, shop.owner_email)
    assert PASSWORD not in kept.html
    assert "una password nuova" not in kept.html
    assert aurora.submit(kept, "/portal/account/password").status == 422


def test_a_form_of_the_same_person_from_before_signing_in_again_just_works(shop, aurora):
    page = aurora.get("/portal/staff")
    aurora.submit(aurora.get("/portal/account"), "/sign-out")
    aurora.sign_in(shop.owner_email)
    sent = aurora.submit(page, "/portal/staff", **TYPED)
    assert sent.status == 200
    assert "gino@example.it" in sent.words


def test_after_signing_out_elsewhere_the_form_asks_who_it_is(shop, aurora):
    page = aurora.get("/portal/staff")
    aurora.submit(aurora.get("/portal/account"), "/sign-out")
    door = aurora.submit(page, "/portal/staff", **TYPED)
    assert door.status == 401
    kept = sign_in_there(aurora, door, shop.owner_email)
    assert aurora.submit(kept, "/portal/staff").status == 200


def test_a_form_made_for_somebody_else_in_this_browser_is_refused(shop, aurora):
    add_manager(shop, "Marta")
    page = aurora.get("/portal/tills")
    aurora.submit(aurora.get("/portal/account"), "/sign-out")
    aurora.sign_in("marta@example.it")
    refused = aurora.submit(page, "/portal/tills", name="Banco 7")
    assert refused.status == 400
    assert "Banco 7" not in aurora.get("/portal/tills").words


def test_ten_thousand_letters_are_kept_too(shop, aurora, monkeypatch):
    long = "è una storia lunga " * 600
    door = lost(aurora, monkeypatch, **{**TYPED, "name": long})
    kept = sign_in_there(aurora, door, shop.owner_email)
    assert kept.form("/portal/staff").fields["name"] == long


def test_a_form_that_is_too_long_to_keep_still_leads_to_the_door(aurora, monkeypatch):
    door = lost(aurora, monkeypatch, **{**TYPED, "name": secrets.token_urlsafe(40_000)})
    assert door.path == "/sign-in"
    assert "kept" not in door.form("/sign-in").fields


def test_a_step_that_matters_asks_again_and_goes_on(shop, aurora, monkeypatch):
    page = aurora.get("/portal/staff")
    later(monkeypatch, minutes=sessions.FRESH_MINUTES + 1)
    asked = aurora.submit(page, "/portal/staff", **TYPED)
    assert asked.status == 403
    assert "Sei tu?" in asked.words
    wrong = aurora.submit(asked, "/portal/confirm", proof="non è questa")
    assert wrong.status == 422
    right = aurora.submit(wrong, "/portal/confirm", proof=PASSWORD)
    assert "data-send" in right.html
    assert "gino@example.it" in aurora.submit(right, "/portal/staff").words


def test_asking_again_gives_the_session_another_secret(app, aurora, monkeypatch):
    page = aurora.get("/portal/staff")
    copied = aurora.client.get_cookie("loyalty").value
    later(monkeypatch, minutes=6)
    asked = aurora.submit(page, "/portal/staff", **TYPED)
    aurora.submit(asked, "/portal/confirm", proof=PASSWORD)
    thief = Visitor(app)
    thief.client.set_cookie("loyalty", copied)
    assert thief.get("/portal/").path == "/sign-in"
    assert aurora.get("/portal/").path == "/portal/"


def test_every_field_for_a_password_is_one_that_is_never_kept():
    from loyalty.assets import asset_root
    from loyalty.web.kept import NEVER_KEPT

    found = set()
    for page in (asset_root() / "templates" / "portal").glob("*.html"):
        text = page.read_text()
        found |= set(re.findall(r'ui\.field\("([a-z_]+)"[^}]*?type="password"', text))
        found |= set(re.findall(r'ui\.field\("([a-z_]+)"[^}]*?one-time-code', text))
    assert {"password", "old", "proof", "code"} <= found <= NEVER_KEPT
