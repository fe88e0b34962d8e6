"""The look keeps its promises: no inline code, both languages, small pages, no dead ends."""

import gzip
import re
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from loyalty import assets

ROOT = assets.asset_root()
# Mail programs know no style sheets: finished mail is shown in a frame with a policy of its own.
TEMPLATES = sorted(
    path for path in (ROOT / "templates").rglob("*.html") if path.parent.name != "mail"
)
FORBIDDEN = {
    "inline style": r"\sstyle\s*=|<style",
    "inline script": r"<script(?![^>]*\ssrc=)|\son[a-z]+\s*=\s*[\"']|javascript:",
    "hx-on": r"hx-on",
    "js: values": r"hx-(?:vals|headers|vars)\s*=\s*[\"'](?:js|javascript):",
    "a trigger filter": r"hx-trigger\s*=\s*[\"'][^\"']*\[",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_template_asks_for_a_weaker_policy(what):
    wanted = re.compile(FORBIDDEN[what], re.IGNORECASE)
    found = [path.name for path in TEMPLATES if wanted.search(path.read_text("utf-8"))]
    assert TEMPLATES
    assert not found, f"{what} in {found}"


def test_every_sentence_exists_in_italian():
    with (ROOT / "loyalty/translations/it/LC_MESSAGES/messages.po").open("rb") as file:
        italian = read_po(file, locale="it")
    missing = []
    for folder, methods in (
        (ROOT / "templates", [("**.html", "jinja2")]),
        (ROOT / "loyalty", [("**.py", "python")]),
    ):
        keywords = {"_": None, "gettext": None, "ngettext": (1, 2)}
        for _, _, message, _, _ in extract_from_dir(
            str(folder), methods, keywords=keywords, directory_filter=lambda _: True
        ):
            entry = italian.get(message if isinstance(message, str) else message[0])
            said = entry.string if entry else ""
            if not (all(said) if isinstance(said, tuple) else said) or entry.fuzzy:
                missing.append(message)
    assert not missing


@pytest.mark.parametrize(("sprite", "surface"), [("icons", ""), ("icons-card", "wallet")])
def test_every_icon_that_a_page_shows_is_in_the_sprite(sprite, surface):
    listed = (ROOT / f"frontend/src/{sprite}.txt").read_text("utf-8").split("\n")
    there = {name.strip() for name in listed if name and not name.startswith("#")}
    wanted = set()
    for path in (path for path in TEMPLATES if surface in ("", path.parent.name)):
        text = path.read_text("utf-8")
        wanted |= set(re.findall(r'icon\("([a-z0-9-]+)"\)', text))
        wanted |= set(re.findall(r'icon_name="([a-z0-9-]+)"', text))
    assert wanted
    assert wanted <= there, wanted - there


@pytest.mark.parametrize(
    ("surface", "parts", "kib_max"),
    [
        ("card", ["card.css", "card.js", "icons-card.svg"], 14),
        ("till", ["till.css", "till.js", "icons.svg"], 40),
        ("portal", ["portal.css", "portal.js", "icons.svg", "inter-latin-wght-normal.woff2"], 130),
    ],
)
def test_what_a_surface_loads_stays_within_its_budget(surface, parts, kib_max):
    assets.manifest.cache_clear()
    total = 0
    for part in parts:
        path = assets.dist_folder() / assets.manifest()[part]
        packed = Path(f"{path}.gz")
        total += packed.stat().st_size if packed.exists() else path.stat().st_size
    assert total <= kib_max * 1024, f"{surface}: {total / 1024:.1f} KiB"


def test_the_card_itself_is_a_small_answer(shop, app):
    from loyalty.cards import claims
    from loyalty.core import clock
    from loyalty.core.ids import parse_ref
    from tests.pages import Visitor

    carla = shop.card("stamps", name="Carla", at=clock.now())
    for _ in range(15):
        shop.visit(carla, coffees=1, at=clock.now())
    phone = Visitor(app)
    page = phone.get("/c/open/" + claims.claim_token(parse_ref("clm", carla.claim)))
    html = phone.submit(page, "/c/open/").html
    assert len(gzip.compress(html.encode())) <= 6 * 1024


def test_every_form_works_without_javascript():
    for path in TEMPLATES:
        for form in re.findall(r"<form[^>]*>", path.read_text("utf-8")):
            by_get = 'method="get"' in form and 'action="' in form
            plain = 'method="post"' in form or by_get or "ui.swaps(" in form
            assert plain or path.parent.name == "ui", f"{path.name}: {form}"


def test_the_style_guide_is_for_development_only(app, anybody):
    for surface in ("portal", "till", "card"):
        assert anybody.get(f"/_ui/{surface}").status == 200
    app.testing = False
    assert anybody.get("/_ui").status == 404
