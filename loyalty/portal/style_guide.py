"""The style guide: every component in every state, both schemes; in development only."""

from flask import abort, current_app, render_template

from loyalty.core.text import Text
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard
from loyalty.web.locale import pick

_SURFACES = ("portal", "till", "card")
_SAMPLE = {
    "reward": Text("Caffè in omaggio", "Free coffee"),
    "neutral": Text("cassa", "cashier"),
    "good": Text("in vigore", "in force"),
    "warn": Text("in pausa", "paused"),
    "bad": Text("bloccata", "blocked"),
    "wrong": Text("Non sembra un indirizzo e-mail.", "This does not look like an address."),
    "sentence": Text(
        "Una frase vera, lunga quanto serve per vedere come va a capo.",
        "A real sentence, long enough to show where it breaks.",
    ),
}


@blueprint.get("/_ui")
@blueprint.get("/_ui/<surface>")
@guard.public("samples only, and only in development")
def style_guide(surface: str = "portal") -> str:
    """The components of one surface, light beside dark."""
    if surface not in _SURFACES or not (current_app.debug or current_app.testing):
        abort(404)
    sample = {name: pick(text) for name, text in _SAMPLE.items()}
    names = ["Carla De Santis", "Marco De Luca", "Li"]
    return render_template("ui/guide.html", surface=surface, sample={**sample, "names": names})
