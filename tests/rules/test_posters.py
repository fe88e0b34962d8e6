"""A poster has its size, its code reads, and nothing that anybody types leaves the page."""

import time
from dataclasses import replace

import pytest

from loyalty.core.text import Text
from loyalty.merchants.card_looks import PALETTES, PLAIN, Look
from loyalty.portal.poster import sheets
from loyalty.portal.poster.sheets import Poster
from tests.rigs.paper import printed

LINK = "https://carta.example.it/j/prg_06F5R5Z8N1QK4W8T0000000000?s=poster"
AURORA = Poster(
    shop="Caffè Aurora",
    promise=Text("Con 10 timbri: caffè in omaggio.", "With 10 stamps: free coffee."),
    terms=Text("1 timbro per ogni caffè; 10 timbri = caffè in omaggio.", "1 stamp per coffee."),
    link=LINK,
    address="carta.example.it/j/7K3M2QX",
    look=PLAIN,
    logo=None,
    stamps=10,
    languages=("it",),
)
SIZES = {"a4": (210, 297), "a5": (148, 210), "a6": (105, 148), "tent": (210, 297)}
HOSTILE = {
    "a wall of letters": "W" * 10_000,
    "many words": "caffè " * 2_000,
    "only pictures": "😀🎉" * 500,
    "from right to left": "\u202e\u05e9\u05dc\u05d5\u05dd \u0645\u0642\u0647\u0649",
    "control marks": "Bar\x00\x1b[31m\u200f\u200bDario\n\n\n",
    "another alphabet": "Кофейня Заря",
    "accents that the face lacks": "Żółw Ångström",
}


@pytest.mark.parametrize("sheet", SIZES)
@pytest.mark.parametrize("languages", [("it",), ("en",), ("it", "en")])
def test_a_poster_has_its_size_and_its_code_reads(sheet, languages):
    seen = printed(sheets.make(replace(AURORA, languages=languages), sheet))
    assert seen.width == pytest.approx(SIZES[sheet][0], abs=1)
    assert seen.height == pytest.approx(SIZES[sheet][1], abs=1)
    assert seen.codes == [LINK] * (2 if sheet == "tent" else 1)
    assert "Caffè Aurora" in seen.words
    assert "7K3M2QX" in seen.words
    assert ("Con 10 timbri" in seen.words) is ("it" in languages)
    assert ("With 10 stamps" in seen.words) is ("en" in languages)


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("sheet", SIZES)
def test_whatever_a_shop_is_called_stays_on_the_page(what, sheet):
    said = HOSTILE[what]
    poster = replace(
        AURORA,
        shop=said,
        promise=Text(said, said),
        terms=Text(said * 3, said),
        address=f"{'x' * 200}.example.it/j/7K3M2QX",
        languages=("it", "en"),
    )
    seen = printed(sheets.make(poster, sheet))
    assert seen.is_within()
    assert seen.codes[0] == LINK
    if len(said) > 1_000 and said.isascii():
        assert "…" in seen.words
    for mark in "\x00\x1b\u202e\u200f\u200b":
        assert mark not in seen.words


def test_accents_that_the_face_lacks_become_plain_letters():
    seen = printed(sheets.make(replace(AURORA, shop="Żółw Ångström"), "a5"))
    assert "Zólw Ångström" in seen.words


@pytest.mark.parametrize("palette", PALETTES, ids=lambda each: each.key)
def test_each_palette_prints_in_its_colours(palette):
    look = Look(palette.background, palette.ink, palette.accent)
    seen = printed(sheets.make(replace(AURORA, look=look), "a6"))
    corner = seen.paper.getpixel((seen.paper.width // 2, seen.paper.height // 14))
    assert "#" + bytes(corner[:3]).hex() == palette.background
    assert seen.codes == [LINK]


def test_a_code_survives_a_stain_and_a_crease():
    seen = printed(sheets.make(AURORA, "a5"))
    stained = seen.paper.copy()
    wide, high = stained.size
    stained.paste(
        (90, 60, 30), (wide // 5, high * 6 // 10, wide // 5 + wide // 12, high * 65 // 100)
    )
    stained.paste((255, 255, 255), (0, high * 70 // 100, wide, high * 70 // 100 + 3))
    import zxingcpp

    assert [found.text for found in zxingcpp.read_barcodes(stained)] == [LINK]


def test_a_poster_is_made_at_once():
    sheets.make(AURORA, "a4")  # the faces are read once a process
    used = time.process_time()
    sheets.make(replace(AURORA, languages=("it", "en")), "tent")
    assert time.process_time() - used < 0.3
