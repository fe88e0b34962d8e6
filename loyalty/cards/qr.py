"""QR codes as SVG and PNG; drawing one costs milliseconds, so each is drawn once and kept."""

import io
from functools import lru_cache
from typing import Any

import qrcode
from qrcode.constants import ERROR_CORRECT_M
from qrcode.image.svg import SvgPathImage

QUIET_ZONE = 4
PNG_PIXELS_PER_MODULE = 12


@lru_cache(maxsize=4_096)
def svg(text: str) -> str:
    """The code as one black path on nothing, with its quiet zone; goes inline into a page."""
    drawing = io.BytesIO()
    _code(text).make_image(image_factory=SvgPathImage).save(drawing)
    return drawing.getvalue().decode().partition("?>")[2].strip()


@lru_cache(maxsize=256)
def png(text: str) -> bytes:
    """The code in black on white, for printing and sharing."""
    drawing = io.BytesIO()
    _code(text).make_image().save(drawing, "PNG")
    return drawing.getvalue()


def _code(text: str) -> "qrcode.QRCode[Any]":
    code: qrcode.QRCode[Any] = qrcode.QRCode(
        error_correction=ERROR_CORRECT_M, box_size=PNG_PIXELS_PER_MODULE, border=QUIET_ZONE
    )
    code.add_data(text)
    code.make(fit=True)
    return code
