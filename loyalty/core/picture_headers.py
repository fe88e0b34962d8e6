"""What an uploaded picture says of itself, read without decoding it: kind, size, the end of it.

A small file can hold a picture of gigabytes, a page, an archive or a film. All of that is seen in
the headers, before any decoder has been given a byte.
"""

import re
import struct
from dataclasses import dataclass
from typing import Literal

from loyalty.core.refusal import Refused
from loyalty.core.text import Text

Kind = Literal["png", "jpeg", "webp"]
BYTES_MAX = 2 * 1024 * 1024
SIDE_MAX = 4_096
# A JPEG is decoded at about the size that is needed. The others are decoded whole, at four bytes a
# pixel and two (PNG) or four (WebP) times over.
PIXELS_MAX: dict[str, int] = {"png": 5_000_000, "webp": 3_000_000, "jpeg": SIDE_MAX * SIDE_MAX}
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_CRITICAL = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_JPEG_MARK = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
_JPEG_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})


class PictureRefused(Refused):
    """The file cannot be used as a picture; the sentence says why and what to do."""

    code = "picture_refused"

    def __init__(self, it: str, en: str) -> None:
        super().__init__()
        self.said = Text(it, en)

    @property
    def sentence(self) -> Text:
        """Why, and what to send instead."""
        return self.said


@dataclass(frozen=True, slots=True)
class Header:
    """A picture that may be decoded: `clean` is the file without what no picture needs."""

    kind: Kind
    width: int
    height: int
    clean: bytes


def judge(file: bytes) -> Header:
    """What the file is, from its headers alone. Raises PictureRefused with a sentence."""
    if not file:
        raise PictureRefused(
            "Il file è vuoto: scegline un altro.", "The file is empty: choose another."
        )
    if len(file) > BYTES_MAX:
        raise too_large()
    if file.startswith(_PNG):
        found = _png(file)
    elif file.startswith(b"\xff\xd8\xff"):
        found = _jpeg(file)
    elif file[:4] == b"RIFF" and file[8:12] == b"WEBP":
        found = _webp(file)
    else:
        raise _other(file)
    _demand_size(found)
    return found


def too_large() -> PictureRefused:
    """The file has more bytes than are read."""
    return PictureRefused(
        "L'immagine supera 2 MB. Salvala più piccola, o fanne una copia con meno qualità.",
        "The picture is larger than 2 MB. Save it smaller, or make a copy of lower quality.",
    )


def broken() -> PictureRefused:
    """The file is not what it says, or not whole."""
    return PictureRefused(
        "L'immagine è rovinata o incompleta. Aprila sul computer, salvala di nuovo e riprova.",
        "The picture is damaged or not whole. Open it on a computer, save it anew and try again.",
    )


def _more_behind() -> PictureRefused:
    return PictureRefused(
        "Dietro l'immagine, nello stesso file, c'è altro (per esempio un filmato). Salvala come"
        " immagine semplice e riprova.",
        "There is more in this file behind the picture (a film, for example). Save it as a plain"
        " picture and try again.",
    )


def _moving() -> PictureRefused:
    return PictureRefused(
        "L'immagine è animata: qui serve un'immagine ferma, in PNG, JPEG o WebP.",
        "The picture is animated: a still one is needed here, as PNG, JPEG or WebP.",
    )


def _other(file: bytes) -> PictureRefused:
    start = file[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in start or start.startswith(b"<?xml"):
        return PictureRefused(
            "Un SVG può contenere programmi, quindi non lo prendiamo. Esportalo come PNG.",
            "An SVG can hold programs, so it is not taken. Export it as PNG.",
        )
    if start.startswith(b"gif8"):
        return _moving()
    if file[4:8] == b"ftyp":
        return PictureRefused(
            "È una foto HEIC o AVIF, che molti telefoni non mostrano. Condividila come JPEG.",
            "This is a HEIC or AVIF photo, which many phones do not show. Share it as JPEG.",
        )
    return PictureRefused(
        "Questo file non è un'immagine PNG, JPEG o WebP. Scegline una di questi tipi.",
        "This file is not a PNG, JPEG or WebP picture. Choose one of these kinds.",
    )


def _demand_size(found: Header) -> None:
    if not 0 < found.width <= SIDE_MAX or not 0 < found.height <= SIDE_MAX:
        raise PictureRefused(
            f"L'immagine misura {found.width} x {found.height} punti: al massimo {SIDE_MAX} per"
            " lato. Rimpiccioliscila e riprova.",
            f"The picture measures {found.width} x {found.height} pixels: at most {SIDE_MAX} a"
            " side. Make it smaller and try again.",
        )
    if found.width * found.height > PIXELS_MAX[found.kind]:
        millions = PIXELS_MAX[found.kind] // 100_000 / 10
        raise PictureRefused(
            f"L'immagine ha troppi punti: in questo formato al massimo {millions:g} milioni."
            " Rimpiccioliscila, o salvala come JPEG.",
            f"The picture has too many pixels: at most {millions:g} million in this format. Make it"
            " smaller, or save it as JPEG.",
        )


def _png(file: bytes) -> Header:
    """Walks the chunks; those that no picture needs (texts, profiles) stay behind."""
    kept, place, width, height = [_PNG], len(_PNG), 0, 0
    while place + 12 <= len(file):
        (length,) = struct.unpack_from(">I", file, place)
        name, end = file[place + 4 : place + 8], place + 12 + length
        if end > len(file):
            raise broken()
        if name == b"acTL":
            raise _moving()
        if name == b"IHDR":
            if length != 13 or place != len(_PNG):  # noqa: PLR2004  # the length of a header
                raise broken()
            width, height = struct.unpack_from(">II", file, place + 8)
        if name in _PNG_CRITICAL:
            kept.append(file[place:end])
        place = end
        if name == b"IEND":
            break
    else:
        raise broken()
    if place != len(file):
        raise _more_behind()
    return Header("png", width, height, b"".join(kept))


def _jpeg(file: bytes) -> Header:
    """Walks the segments to the end of the picture, past any thumbnail inside them."""
    place, size = 2, None
    while (found := _JPEG_MARK.search(file, place)) is not None:
        mark, place = found[1][0], found.end()
        if mark == 0xD9:  # noqa: PLR2004  # the end of the picture
            break
        if mark in (0x01, 0xD8):
            raise broken()
        if place + 2 > len(file):
            raise broken()
        (length,) = struct.unpack_from(">H", file, place)
        if mark in _JPEG_SIZES and length >= 8:  # noqa: PLR2004  # a frame header
            height, width = struct.unpack_from(">HH", file, place + 3)
            if size is not None:
                raise broken()
            size = (width, height)
        place += length
    else:
        raise broken()
    if file[place:].strip(b"\x00"):
        raise _more_behind()
    if size is None:
        raise broken()
    return Header("jpeg", *size, file)


def _webp(file: bytes) -> Header:
    (length,) = struct.unpack_from("<I", file, 4)
    if length + 8 + (length & 1) < len(file):
        raise _more_behind()
    if length + 8 > len(file):
        raise broken()
    place, size = 12, None
    while place + 8 <= len(file):
        name = file[place : place + 4]
        (inner,) = struct.unpack_from("<I", file, place + 4)
        body = file[place + 8 : place + 8 + min(inner, 32)]
        if name in (b"ANIM", b"ANMF"):
            raise _moving()
        size = size or _webp_size(name, body)
        place += 8 + inner + (inner & 1)
    if size is None or place < len(file):
        raise broken()
    return Header("webp", *size, file)


def _webp_size(name: bytes, body: bytes) -> tuple[int, int] | None:
    if name == b"VP8X" and len(body) >= 10:  # noqa: PLR2004  # its whole header
        if body[0] & 0x02:
            raise _moving()
        return (
            1 + int.from_bytes(body[4:7], "little"),
            1 + int.from_bytes(body[7:10], "little"),
        )
    if name == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", body, 6)
        return width & 0x3FFF, height & 0x3FFF
    if name == b"VP8L" and body[:1] == b"\x2f" and len(body) >= 5:  # noqa: PLR2004  # its header
        bits = int.from_bytes(body[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None
