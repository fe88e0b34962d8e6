"""The card designer: whatever is chosen can be read, is seen at once, and can be taken back."""

import io
import re

import pytest
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from loyalty.core.ids import ref
from tests.pages import Visitor

GOOD = {"palette": "own", "background": "#1b2440", "ink": "#f7f8fc", "accent": "#8fb8ff"}
UNREADABLE = {**GOOD, "ink": "#2b3450"}


def drawn(form="PNG", size=(300, 90), colour=(240, 180, 90, 255)):
    written = io.BytesIO()
    picture = Image.new("RGBA", size, (0, 0, 0, 0))
    picture.paste(colour, (10, 10, size[0] - 10, size[1] - 10))
    (picture if form != "JPEG" else picture.convert("RGB")).save(written, form)
    return written.getvalue()


def send(visitor, path="/portal/card", file=None, name="logo.png", **typed):
    page = visitor.get("/portal/card")
    form = page.form("/portal/card")
    data = {**form.fields, **typed}
    data.pop("file", None)
    if file is not None:
        data["file"] = FileStorage(io.BytesIO(file), filename=name)
    boundary, body = encode_multipart(data)  # in memory: the client's own file stays open
    answer = visitor.client.post(
        path,
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Accept-Language": visitor.language},
        follow_redirects=True,
    )
    return visitor._page(answer)


def test_the_card_that_customers_hold_changes_at_once_and_back(shop, aurora, app):
    holder = Visitor(app)
    before = holder.get(f"/j/{shop.programs['points']}")
    assert "/c/look/" not in before.html
    page = send(aurora, **GOOD, stamp="star")
    assert page.status == 200
    assert "salvata" in page.words
    after = holder.get(f"/j/{shop.programs['points']}")
    assert "look-1b2440-f7f8fc-8fb8ff" in after.html
    sheet = re.search(r'href="(/c/look/[^"]+)"', after.html)[1]
    answer = holder.client.get(sheet)
    assert "--m-bg:#1b2440" in answer.text
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Set-Cookie" not in answer.headers
    back = aurora.submit(page, "/portal/card/undo")
    assert "come prima" in back.words
    assert "/c/look/" not in holder.get(f"/j/{shop.programs['points']}").html


def test_a_palette_needs_one_choice_and_nothing_else(aurora):
    assert send(aurora, palette="crema").status == 200
    page = aurora.get("/portal/card")
    assert page.form("/portal/card").fields["palette"] == "crema"
    assert page.form("/portal/card").fields["background"] == "#f5ecdc"


def test_what_cannot_be_read_is_said_at_its_field_with_the_nearest_that_can(aurora):
    page = send(aurora, **UNREADABLE)
    assert page.status == 422
    assert "Il testo non si legge" in page.words
    assert page.form("/portal/card").fields["ink"] == "#2b3450"
    better = re.search(r"Usa (#[0-9a-f]{6})", page.words)[1]
    mended = send(aurora, path="/portal/card/try", **UNREADABLE, fix="ink")
    assert mended.form("/portal/card").fields["ink"] == better
    assert send(aurora, **{**UNREADABLE, "ink": better}).status == 200


def test_trying_saves_nothing(aurora):
    tried = send(aurora, path="/portal/card/try", **GOOD)
    assert "si legge benissimo" in tried.words
    assert aurora.get("/portal/card").form("/portal/card").fields["palette"] == "bosco"


@pytest.mark.parametrize(
    "typed",
    [
        {"background": "red"},
        {"ink": "#fff;}body{display:none"},
        {"accent": "url(https://evil.example)"},
        {"palette": "viola"},
        {"stamp": "<script>alert(1)</script>"},
        {"logo": "x" * 10_000},
        {"based_on": "9" * 40},
        {"ink": "\x00"},
        {"background": "\u202e#0a4a38" * 2_000},
    ],
    ids=lambda typed: next(iter(typed)),
)
def test_what_is_no_colour_and_no_stamp_is_refused_calmly(aurora, typed):
    page = send(aurora, **{**GOOD, **typed})
    assert page.status == 422
    assert "da correggere" in page.words
    assert "<script>alert" not in page.html
    assert aurora.get("/portal/card").form("/portal/card").fields["based_on"] == "0"


def test_a_logo_is_on_the_card_and_its_picture_is_served_for_ever(shop, aurora, app):
    page = send(aurora, file=drawn(), **GOOD)
    assert page.status == 200
    joined = Visitor(app).get(f"/j/{shop.programs['points']}")
    url = re.search(r'src="(/pictures/[^"]+)"', joined.html)[1]
    answer = Visitor(app).client.get(url)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert len(answer.data) <= 20 * 1024
    assert 'class="sr">Caffè Aurora' in joined.html  # a wide logo is the name
    assert send(aurora, no_logo="1", **GOOD).status == 200
    assert "/pictures/" not in Visitor(app).get(f"/j/{shop.programs['points']}").html


def test_a_logo_that_was_taken_is_not_lost_when_a_colour_is_refused(aurora):
    page = send(aurora, file=drawn(), **UNREADABLE)
    assert page.status == 422
    kept = re.search(r'name="logo" value="([0-9a-f]{32})"', page.html)[1]
    assert send(aurora, logo=kept, **GOOD).status == 200
    assert kept in aurora.get("/portal/card").html


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "SVG"),
        (drawn() + b"PK\x03\x04 an archive", "altro"),
        (b"x" * (3 * 1024 * 1024), "2 MB"),
        (b"not a picture", "PNG, JPEG o WebP"),
    ],
    ids=["svg", "polyglot", "large", "other"],
)
def test_a_file_that_is_no_picture_is_refused_at_its_field(aurora, file, said):
    page = send(aurora, file=file, **GOOD)
    assert page.status == 422
    assert said in page.words
    assert page.form("/portal/card").fields["background"] == "#1b2440"
    assert aurora.get("/portal/card").form("/portal/card").fields["based_on"] == "0"


def test_two_people_at_once_the_second_sees_it_and_keeps_what_was_chosen(aurora):
    assert send(aurora, palette="notte", based_on="0").status == 200
    page = send(aurora, **{**GOOD, "accent": "#ffffff", "based_on": "0"})
    assert page.status == 409
    assert "Nel frattempo" in page.words
    fields = page.form("/portal/card").fields
    assert (fields["accent"], fields["based_on"]) == ("#ffffff", "1")
    del fields["file"]
    assert send(aurora, **fields).status == 200


def test_the_preview_stands_in_our_own_frame_and_in_no_other(aurora):
    page = aurora.get("/portal/card")
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    inside = aurora.get("/portal/card/preview?palette=notte&stamp=paw-print&scheme=dark")
    assert inside.status == 200
    assert "frame-ancestors 'self'" in inside.headers["Content-Security-Policy"]
    assert "look-1b2440" in inside.html
    assert "scheme-dark" in inside.html
    for bad in ("stamp=<x>", "background=%00", "palette=" + "x" * 5_000, "logo=../../etc"):
        assert aurora.get(f"/portal/card/preview?{bad}").status == 200


def test_another_shops_picture_is_never_on_our_card(shop, aurora, dario):
    send(dario, file=drawn(colour=(10, 20, 200, 255)), **GOOD)
    theirs = re.search(r'name="logo" value="([0-9a-f]{32})"', dario.get("/portal/card").html)[1]
    assert send(aurora, logo=theirs, **GOOD).status == 200
    assert theirs not in aurora.get("/portal/card").html
    wrong = f"/pictures/{ref('mer', shop.merchant_id)}/{theirs}.png"
    assert aurora.client.get(wrong).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/c/look/x.css",
        "/c/look/0a4a38.css",
        "/c/look/0a4a38-fbfdfc-f6b95a;}.css",
        "/c/look/" + ".".join(["0a4a38-fbfdfc-f6b95a"] * 30) + ".css",
        "/pictures/x/y.png",
        "/pictures/mer_00000000000000000000000000/" + "0" * 32 + ".png",
    ],
)
def test_an_address_that_says_no_look_is_not_found_and_not_kept(anybody, path):
    answer = anybody.client.get(path)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_cashier_designs_nothing(bruno):
    for path in ("/portal/card", "/portal/card/preview", "/portal/posters"):
        assert bruno.get(path).status == 403


def test_a_stranger_cannot_make_us_read_a_large_file(anybody):
    large = {"file": (io.BytesIO(b"x" * 200_000), "logo.png")}
    answer = anybody.client.post("/portal/card", data=large, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")
