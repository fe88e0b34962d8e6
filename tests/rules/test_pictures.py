"""A picture is judged by its header before anything decodes it, and made anew small."""

import io
import struct
import zlib

import pytest
from PIL import Image, PngImagePlugin

from loyalty.core import pictures
from loyalty.core.pictures import LOGO, PHOTO, PictureRefused
from tests.rigs import weighed

SEEN = Image.linear_gradient("L").resize((640, 480)).convert("RGB")


def packed(picture: Image.Image, form: str, **how) -> bytes:
    written = io.BytesIO()
    picture.save(written, form, **how)
    return written.getvalue()


def chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def claimed(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is that large."""
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    pixels = zlib.compress(bytes((width // 8 + 1) * min(height, 2_000)), 9)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def moving(form: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    return packed(frames[0], form, save_all=True, append_images=frames[1:], duration=100)


def png_of_lies() -> bytes:
    whole = packed(SEEN, "PNG")
    return whole[:2_000] + whole[4_000:]


REFUSED = {
    "nothing": (b"", "vuoto"),
    "a page": (b"<!doctype html><script>alert(1)</script>", "PNG, JPEG o WebP"),
    "an SVG": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "an SVG that hides its name": (b"\xef\xbb\xbf  <!-- x --><svg onload='x'/>", "SVG"),
    "a PDF": (b"%PDF-1.7", "PNG, JPEG o WebP"),
    "a photo of an iPhone": (b"\x00\x00\x00\x18ftypheic", "HEIC"),
    "a bomb of 81 megapixels": (claimed(9_000, 9_000), "9000 x 9000"),
    "a bomb within the sides": (claimed(4_096, 4_096), "troppi punti"),
    "a picture without size": (claimed(0, 5), "0 x 5"),
    "one that moves, GIF": (moving("GIF"), "animata"),
    "one that moves, PNG": (moving("PNG"), "animata"),
    "one that moves, WebP": (moving("WEBP"), "animata"),
    "too many bytes": (packed(SEEN, "PNG") + b"\x00" * pictures.BYTES_MAX, "2 MB"),
    "a PNG and an archive": (packed(SEEN, "PNG") + b"PK\x03\x04" + b"x" * 99, "altro"),
    "a JPEG and a page": (packed(SEEN, "JPEG") + b"<script>alert(1)</script>", "altro"),
    "a WebP and a film": (packed(SEEN, "WEBP") + b"\x00\x00\x00\x18ftypmp42", "altro"),
    "half a PNG": (packed(SEEN, "PNG")[:-400], "rovinata"),
    "half a JPEG": (packed(SEEN, "JPEG")[:900], "rovinata"),
    "half a WebP": (packed(SEEN, "WEBP")[:-50], "rovinata"),
    "a PNG whose middle is gone": (png_of_lies(), "rovinata"),
    "a JPEG of nothing": (b"\xff\xd8\xff\xd9", "rovinata"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_plain_picture_is_refused_with_what_to_do(what):
    file, said = REFUSED[what]
    with weighed.watched() as used, pytest.raises(PictureRefused) as refused:
        pictures.make(file, LOGO)
    sentence = refused.value.sentence
    assert said in sentence.it
    assert sentence.en != sentence.it
    assert sentence.it.endswith(".")
    assert used() < 50
    assert "\x00" not in sentence.it


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize(("purpose", "kind"), [(LOGO, "PNG"), (PHOTO, "WEBP")])
def test_a_picture_is_made_anew_within_its_size(form, purpose, kind):
    noise = Image.effect_noise((1_700, 1_200), 90).convert("RGB")
    file = packed(noise, form, **({"quality": 80} if form != "PNG" else {"compress_level": 9}))
    if len(file) > pictures.BYTES_MAX:
        file = packed(noise.resize((800, 600)), form)
    made = pictures.make(file, purpose)
    with Image.open(io.BytesIO(made.content)) as shown:
        assert shown.format == kind
        assert shown.size == (made.width, made.height)
        assert max(shown.size) <= purpose.side_max
    assert len(made.content) <= purpose.bytes_max


def test_what_is_seen_through_stays_so_and_a_tone_is_told():
    logo = Image.new("RGBA", (300, 100), (0, 0, 0, 0))
    logo.paste((200, 30, 40, 255), (20, 20, 280, 80))
    for form in ("PNG", "WEBP"):
        made = pictures.make(
            packed(logo, form, **({"lossless": True} if form == "WEBP" else {})), LOGO
        )
        with Image.open(io.BytesIO(made.content)) as shown:
            assert shown.convert("RGBA").getpixel((2, 2))[3] == 0
        assert made.tone == "#c81e28"
    assert pictures.make(packed(SEEN, "JPEG"), LOGO).tone is None


def test_where_a_photo_was_taken_and_what_was_written_into_it_is_gone():
    exif = Image.Exif()
    exif[0x010E] = "in casa di Carla"
    exif[0x0112] = 6  # taken with the phone upright
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", "<?php carla ?>" * 1_000)
    for file in (packed(SEEN, "JPEG", exif=exif), packed(SEEN, "PNG", pnginfo=said)):
        made = pictures.make(file, PHOTO)
        assert b"arla" not in made.content
        assert b"Exif" not in made.content
    assert pictures.make(packed(SEEN, "JPEG", exif=exif), PHOTO).height > 480


def test_a_text_that_unpacks_to_gigabytes_is_never_unpacked():
    whole = packed(SEEN, "PNG")
    bomb = chunk(b"zTXt", b"x\x00\x00" + zlib.compress(bytes(60_000_000), 9))
    with weighed.watched() as used:
        made = pictures.make(whole[:33] + bomb + whole[33:], LOGO)
    assert made.width == 360
    assert used() < 50


@pytest.mark.parametrize("colours", ["P", "1", "L", "LA", "I;16", "CMYK"])
def test_every_way_to_write_a_picture_is_understood(colours):
    if colours == "CMYK":
        file = packed(SEEN.convert("CMYK"), "JPEG")
    elif colours == "I;16":
        file = packed(SEEN.convert("L").convert("I").convert("I;16"), "PNG")
    else:
        file = packed(SEEN.convert(colours), "PNG")
    made = pictures.make(file, LOGO)
    assert made.width >= 200
    assert abs(made.width / made.height - 4 / 3) < 0.02


def test_the_same_picture_has_the_same_name():
    one, other = (pictures.make(packed(SEEN, "PNG"), LOGO) for _ in range(2))
    assert one.digest == other.digest
    assert len(one.digest) == 32
