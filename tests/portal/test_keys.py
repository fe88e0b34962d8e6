"""Keys for other programs, made and taken back in the portal."""

import re

from tests.pages import Visitor
from tests.tills import add_manager


def make(aurora, **typed):
    token = aurora.get("/portal/keys").form("/portal/keys").fields["csrf_token"]
    return aurora.post("/portal/keys", {"csrf_token": token, "name": "Registratore", **typed})


def visits(app, key):
    headers = {"Authorization": f"Bearer {key}"}
    return app.test_client().get("/api/v1/visits", headers=headers).status_code


def test_a_key_is_shown_once_and_does_what_it_says(app, shop, aurora):
    page = make(aurora, scopes=["visits:read"])
    key = re.search(r'value="(lp_[\w-]+)"', page.html)[1]
    assert visits(app, key) == 200
    again = aurora.get("/portal/keys")
    assert key not in again.html
    assert "Può leggere le visite" in again.words
    assert "Usata l'ultima volta" in again.words
    gone = aurora.submit(again, "/revoke")
    assert "La chiave non apre più niente." in gone.words
    assert visits(app, key) == 401
    log = aurora.get("/portal/staff/log").words
    assert "ha fatto una chiave" in log
    assert "ha ritirato una chiave" in log


def test_a_key_for_nothing_or_for_what_does_not_exist_is_refused(aurora):
    for scopes in ([], ["everything"], ["visits:read", "\x00"]):
        page = make(aurora, scopes=scopes)
        assert page.status == 422
        assert "Scegli almeno una cosa." in page.words
        assert 'value="Registratore"' in page.html
    assert "Nessuna chiave" in aurora.get("/portal/keys").words


def test_a_manager_makes_no_keys(app, shop):
    add_manager(shop, "Marta")
    marta = Visitor(app)
    marta.sign_in("marta@example.it")
    assert marta.get("/portal/keys").status == 403


def test_every_scope_has_its_words():
    from loyalty.merchants.keys import SCOPES
    from loyalty.portal.scope_words import WORDS

    assert set(WORDS) == SCOPES
