"""QR codes as SVG and PNG; drawing one costs milliseconds, so each is drawn once and kept."""

import io
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import qrcode

QUIET_ZONE = 4
PNG_PIXELS_PER_MODULE = 12
# By address and length: the library tries all sizes, which takes a third of the time.
_versions: dict[tuple[str, int], int] = {}
_MASK = 0  # a fine chequer: no large plain area, whatever the code says


@lru_cache(maxsize=4_096)
def svg(text: str) -> str:
    """The code as one black path on nothing, with its quiet zone; goes inline into a page."""
    return _drawn(_code(text))


@lru_cache(maxsize=512)
def svg_once(text: str) -> str:
    """The same for a code that is over in a minute: kept for whoever looks twice in its time.

    Its mask is given: to search the best of eight, as the library does, takes most of the time.
    The live codes of one address are all of one size, which is remembered.
    """
    alike = text.rpartition("/")[0], len(text)
    code = _code(text, mask=_MASK, version=_versions.get(alike))
    _versions[alike] = code.version
    return _drawn(code)


def _drawn(code: "qrcode.QRCode[Any]") -> str:
    """A run of dark modules is one bar, which makes a third of the library's own drawing."""
    rows = code.get_matrix()
    bars = "".join(bar for y, row in enumerate(rows) for bar in _bars(y, row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(rows)} {len(rows)}" '
        f'shape-rendering="crispEdges"><path d="{bars}"/></svg>'
    )


def _bars(y: int, row: list[bool]) -> Iterator[str]:
    x = 0
    for is_dark, run in groupby(row):
        width = len(list(run))
        if is_dark:
            yield f"M{x} {y}h{width}v1h-{width}z"
        x += width


def matrix(text: str) -> list[list[bool]]:
    """The code's modules, dark is true, with its quiet zone; at level H, for paper gets stained."""
    rows: list[list[bool]] = _code(text, is_for_paper=True).get_matrix()
    return rows


@lru_cache(maxsize=256)
def png(text: str) -> bytes:
    """The code in black on white, for printing and sharing."""
    drawing = io.BytesIO()
    _code(text).make_image().save(drawing, "PNG")
    return drawing.getvalue()


def _code(
    text: str, mask: int | None = None, version: int | None = None, *, is_for_paper: bool = False
) -> "qrcode.QRCode[Any]":
    import qrcode  # noqa: PLC0415  # it loads an image library, which starting need not wait for

    code: qrcode.QRCode[Any] = qrcode.QRCode(
        error_correction=qrcode.ERROR_CORRECT_H if is_for_paper else qrcode.ERROR_CORRECT_M,
        box_size=PNG_PIXELS_PER_MODULE,
        border=QUIET_ZONE,
        mask_pattern=mask,
        version=version,
    )
    code.add_data(text)
    code.make(fit=version is None)
    return code
