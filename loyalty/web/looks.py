"""What templates need to look right: built files by their plain names, and somebody's initials."""

from flask import Flask, url_for

from loyalty import assets
from loyalty.web import guard


def init_app(app: Flask) -> None:
    """Add `asset`, `build`, `duty`, `initials` and `capital` to the templates."""
    app.jinja_env.globals.update(asset=asset, build=assets.build, duty=guard.duty)
    app.jinja_env.filters.update(initials=initials, capital=capital)


def asset(name: str) -> str:
    """The address of a built file: `asset("till.css")` is /static/dist/till-HASH.css."""
    return url_for("static", filename=f"dist/{assets.manifest()[name]}")


def initials(name: str | None) -> str:
    """Up to two letters for the round mark: "Carla De Santis" is CS; nothing for nobody."""
    words = [word for word in (name or "").split() if word[0].isalnum()]
    letters = [words[0], words[-1]] if len(words) > 1 else words
    return "".join(word[0] for word in letters).upper()


def capital(text: str) -> str:
    """The first letter large, the others as they are: names inside a sentence keep theirs."""
    return text[:1].upper() + text[1:]
