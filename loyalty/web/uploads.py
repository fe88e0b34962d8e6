"""Files that people send with a form: how much a route takes, and the picture among them."""

from collections.abc import Callable
from typing import TypeVar

from flask import request

from loyalty.core import pictures
from loyalty.core.pictures import Made, PictureRefused, Purpose

View = TypeVar("View", bound=Callable[..., object])
# A photo straight from a phone is read, to a file on disk, so that it can be refused at its field.
PICTURE_FORM_BYTES_MAX = 16 * 1024 * 1024


def takes(body_bytes_max: int, fields_bytes_max: int | None = None) -> Callable[[View], View]:
    """The route reads a body of that size, where others stop at the size of a form.

    `fields_bytes_max` is for a form of very many fields: what of the body is not a file. Stands
    under the guard: `@guard.staff(…)`, then `@uploads.takes(…)`.
    """

    def decorate(view: View) -> View:
        view.__body_max__ = body_bytes_max  # type: ignore[attr-defined]  # read by the guard
        view.__fields_max__ = fields_bytes_max  # type: ignore[attr-defined]  # so is this
        return view

    return decorate


def allowed_by(view: object) -> int | None:
    """The size that a view asks for, if it asks; read before any of the body."""
    found: int | None = getattr(view, "__body_max__", None)
    return found


def fields_allowed_by(view: object) -> int | None:
    """The size of all fields that a view asks for, if it asks."""
    found: int | None = getattr(view, "__fields_max__", None)
    return found


def picture(name: str, purpose: Purpose) -> Made | None:
    """The picture of that field, made anew for its purpose; None where nothing was chosen.

    Raises PictureRefused. Slow: call it before the write begins.
    """
    file = request.files.get(name)
    if file is None or not file.filename:
        return None
    with file.stream as stream:  # it may be a file on disk
        content = stream.read(pictures.BYTES_MAX + 1)
    if len(content) > pictures.BYTES_MAX:
        raise pictures.too_large()
    return pictures.make(content, purpose)


__all__ = ["PICTURE_FORM_BYTES_MAX", "PictureRefused", "allowed_by", "picture", "takes"]
