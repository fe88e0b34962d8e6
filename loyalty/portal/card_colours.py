"""What the card designer reads from its form, and how it speaks about colours."""

from dataclasses import dataclass, replace
from typing import Any

from marshmallow import ValidationError, fields

from loyalty.core import colours, pictures
from loyalty.core.colours import READABLE, SEEN
from loyalty.core.text import Text
from loyalty.merchants import card_looks
from loyalty.merchants.card_looks import PALETTES, STAMPS, Look
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Choice, Line, Spoken, wrong
from loyalty.web.forms import FormState, Tick, TypedWhole
from loyalty.web.locale import language, pick

OWN = "own"
COLOURS = ("background", "ink", "accent")
_VERY_GOOD = 7.0
STAMP_NAMES = {
    "check": Text("Spunta", "Tick"),
    "coffee": Text("Tazzina", "Cup"),
    "croissant": Text("Cornetto", "Croissant"),
    "pizza": Text("Pizza", "Pizza"),
    "ice-cream-cone": Text("Gelato", "Ice cream"),
    "wine": Text("Calice", "Glass"),
    "scissors": Text("Forbici", "Scissors"),
    "paw-print": Text("Zampa", "Paw"),
    "heart": Text("Cuore", "Heart"),
    "star": Text("Stella", "Star"),
    "flower": Text("Fiore", "Flower"),
    "book-open": Text("Libro", "Book"),
    "shirt": Text("Maglia", "Shirt"),
    "dumbbell": Text("Manubrio", "Dumbbell"),
    "leaf": Text("Foglia", "Leaf"),
}


class Colour(Spoken, fields.String):
    """A colour as #rrggbb, or as people shorten it."""

    def _deserialize(self, value: Any, *_args: Any, **_more: Any) -> str:
        found = colours.tidy(str(value))
        if found is None:
            raise wrong("Serve un colore, come #0a4a38.", "A colour is needed, like #0a4a38.")
        return found


class LookForm(Body):
    """Colours, stamp and logo, and the number of the look that they were made from."""

    palette = Choice(OWN, *(each.key for each in PALETTES), load_default=OWN)
    background = Colour(load_default=card_looks.PLAIN.background)
    ink = Colour(load_default=card_looks.PLAIN.ink)
    accent = Colour(load_default=card_looks.PLAIN.accent)
    stamp = Choice(*STAMPS, load_default=None, allow_none=True)
    logo = Line((0, pictures.DIGEST_LETTERS), load_default="")
    no_logo = Tick()
    based_on = TypedWhole(load_default=0)
    fix = Choice("ink", "accent")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well one colour shows on the background; `better` is the nearest that does."""

    field: str
    what: str
    ratio: str
    words: str
    is_good: bool
    better: str


def look_of(form: FormState, now: Look) -> Look:
    """The look that a form describes, as far as it can be read; the rest stays as it is now."""
    values = form.values or _as_far_as_it_goes(form)
    palette = next((each for each in PALETTES if each.key == values["palette"]), None)
    chosen = {name: getattr(palette, name) if palette else values[name] for name in COLOURS}
    look = Look(**chosen, stamp=values["stamp"] or now.stamp, number=now.number)
    if values.get("fix"):
        look = mended(look, values["fix"])
    return look if values["no_logo"] else replace(look, logo=_logo(values["logo"]))


def _as_far_as_it_goes(form: FormState) -> dict[str, Any]:
    """The values of the fields that can be read; the others as if nothing had been sent."""
    sent = {name: text for name, text in form.raw.items() if name in LookForm().fields and text}
    try:
        found = LookForm().load(sent)
    except ValidationError as error:
        wrong_ones = error.messages if isinstance(error.messages, dict) else sent
        found = LookForm().load({name: sent[name] for name in sent.keys() - wrong_ones.keys()})
    values: dict[str, Any] = found
    return values


def mended(look: Look, field: str) -> Look:
    """The look with the nearest colour that shows."""
    wanted = READABLE if field == "ink" else SEEN
    better = colours.nearest(getattr(look, field), look.background, wanted)
    return replace(look, ink=better) if field == "ink" else replace(look, accent=better)


def _logo(digest: str) -> pictures.Facts | None:
    merchant_id = guard.duty().merchant_id
    return pictures.find(reads.session(), merchant_id=merchant_id, digest=digest)


def verdicts(look: Look) -> list[Verdict]:
    """Text and stamps on the background, in words."""
    return [
        _verdict(look, "ink", Text("Testo", "Text"), READABLE),
        _verdict(look, "accent", Text("Timbri", "Stamps"), SEEN),
    ]


def _verdict(look: Look, field: str, what: Text, wanted: float) -> Verdict:
    ratio = colours.contrast(getattr(look, field), look.background)
    is_good = ratio >= wanted
    return Verdict(
        field=field,
        what=pick(what),
        ratio=_ratio(ratio),
        words=pick(_words(field, ratio, wanted)),
        is_good=is_good,
        better="" if is_good else getattr(mended(look, field), field),
    )


def _ratio(ratio: float) -> str:
    """Cut, not rounded: 4.49 is not 4.5."""
    said = f"{int(ratio * 10) / 10} : 1"
    return said.replace(".", ",") if language() == "it" else said


def _words(field: str, ratio: float, wanted: float) -> Text:
    if field == "ink":
        if ratio >= _VERY_GOOD:
            return Text("si legge benissimo, anche al sole", "reads very well, in the sun too")
        if ratio >= wanted:
            return Text("si legge bene", "reads well")
        return Text("non si legge: serve almeno 4,5 : 1", "cannot be read: it takes 4.5 : 1")
    if ratio >= READABLE:
        return Text("si vedono benissimo", "are seen very well")
    if ratio >= wanted:
        return Text("si vedono bene", "are seen well")
    return Text("non si vedono: serve almeno 3 : 1", "cannot be seen: it takes 3 : 1")


def palette_of(look: Look) -> str:
    """The key of the palette that the look is, or OWN."""
    mine = [getattr(look, name) for name in COLOURS]
    return next(
        (each.key for each in PALETTES if [getattr(each, name) for name in COLOURS] == mine), OWN
    )
