"""Static files: built ones are named by their content and kept for ever, and come compressed."""

import mimetypes
from pathlib import Path

from flask import Flask, Response, request, send_from_directory, url_for

from loyalty.assets import asset_root, manifest
from loyalty.web import guard

_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_FOR_EVER = "public, max-age=31536000, immutable"
_AN_HOUR = "public, max-age=3600"
# Not on every machine's list of types, and a wrong one is refused under nosniff.
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm",
          ".woff2": "font/woff2", ".webmanifest": "application/manifest+json"}  # fmt: skip


def init_app(app: Flask) -> None:
    """Serve `/static/…` as the endpoint "static"; the app is made with `static_folder=None`."""
    folder = asset_root() / "static"

    @guard.public("style, scripts and pictures, the same for everybody")
    def static(filename: str) -> Response:
        return _send(folder, filename)

    app.add_url_rule("/static/<path:filename>", "static", static)
    app.jinja_env.globals["asset"] = asset


def asset(name: str) -> str:
    """The address of a built file by its plain name: `asset("till.css")`."""
    return url_for("static", filename=f"dist/{manifest()[name]}")


def _send(folder: Path, filename: str) -> Response:
    built = filename.startswith("dist/")
    encoding, suffix = _best_encoding(folder, filename) if built else (None, "")
    response = send_from_directory(
        folder, filename + suffix, mimetype=_type_of(filename), conditional=True
    )
    if encoding:
        response.headers["Content-Encoding"] = encoding
    if built:
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = _FOR_EVER if built else _AN_HOUR
    return response


def _best_encoding(folder: Path, filename: str) -> tuple[str | None, str]:
    for encoding, suffix in _ENCODINGS:
        if request.accept_encodings.quality(encoding) > 0 and _is_there(folder, filename + suffix):
            return encoding, suffix
    return None, ""


def _is_there(folder: Path, filename: str) -> bool:
    path = (folder / filename).resolve()
    return path.is_relative_to(folder.resolve()) and path.is_file()


def _type_of(filename: str) -> str:
    known = _TYPES.get(Path(filename).suffix)
    return known or mimetypes.guess_type(filename)[0] or "application/octet-stream"
