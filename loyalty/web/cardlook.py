"""The colours and pictures of a shop's cards, as style sheet and files that are kept for ever.

A strict policy allows no style in the page, so the colours stand in a sheet whose address says
them: it needs no database, is the same for everybody, and other colours are another address.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from flask import Blueprint, Flask, Response, abort, g, url_for
from markupsafe import Markup

from loyalty import assets
from loyalty.core import pictures
from loyalty.core.ids import parse_ref, ref
from loyalty.merchants import card_looks
from loyalty.merchants.card_looks import PLAIN, Look
from loyalty.web import guard, headers, reads

blueprint = Blueprint("cardlook", __name__)
_HEX = r"[0-9a-f]{6}"
_ONE = re.compile(rf"({_HEX})-({_HEX})-({_HEX})(?:-({_HEX}))?")
_SPEC = re.compile(rf"{_ONE.pattern}(?:\.{_ONE.pattern}){{0,23}}")
_RULE = (
    ".{name}{{--m-bg:{look.background};--m-ink:{look.ink};--m-soft:{look.soft};"
    "--m-accent:{look.accent};--m-on-accent:{look.on_accent};--m-line:{look.line};"
    "--m-plate:{plate}}}"
)


@dataclass(frozen=True, slots=True)
class Logo:
    """A logo to show: where it is, how large, and on what."""

    url: str
    width: int
    height: int
    is_wide: bool
    has_plate: bool


@dataclass(frozen=True, slots=True)
class Dress:
    """What a template needs to draw a card in the shop's look; empty for the look of the house."""

    name: str  # the class of whatever wears it
    sheet: str  # the address of the style sheet, if there is one
    stamp: str  # the icon, if the shop has chosen one
    logo: Logo | None


def init_app(app: Flask) -> None:
    """Add the routes, and `dress` and `stamp_symbol` to the templates."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(dress=dress_of_shop, stamp_symbol=stamp_symbol)


def dress_of_shop() -> Dress:
    """The look of the shop whose page this is; asked for once a request."""
    if "dress" not in g:
        here = g.get("shop")
        if here is None:
            return dress(PLAIN, None)
        g.dress = dress(card_looks.find(reads.session(), merchant_id=here.id), here.id)
    found: Dress = g.dress
    return found


def dress(look: Look, merchant_id: UUID | None) -> Dress:
    """The look for a template; `merchant_id` is whose logo it is."""
    spec = spec_of(look)
    sheet = url_for("cardlook.sheet", spec=spec) if spec else ""
    logo = _logo(look, merchant_id) if merchant_id else None
    return Dress(f"look-{spec}" if spec else "", sheet, look.stamp or "", logo)


def spec_of(look: Look) -> str:
    """The colours as a word of hexes; nothing for the look of the house."""
    shown = [look.background, look.ink, look.accent]
    if shown == [PLAIN.background, PLAIN.ink, PLAIN.accent] and not look.needs_plate:
        return ""
    return "-".join(each[1:] for each in [*shown, *([look.plate] if look.needs_plate else [])])


def sheet_of(looks: Iterable[Look]) -> str:
    """The address of one sheet for several shops' cards, or nothing."""
    specs = dict.fromkeys(filter(None, map(spec_of, looks)))
    return url_for("cardlook.sheet", spec=".".join(list(specs)[:24])) if specs else ""


def _logo(look: Look, merchant_id: UUID) -> Logo | None:
    if look.logo is None:
        return None
    return Logo(
        picture_url(merchant_id, look.logo.digest, look.logo.kind),
        look.logo.width,
        look.logo.height,
        look.is_logo_wide,
        look.needs_plate,
    )


def picture_url(merchant_id: UUID, digest: str, kind: str) -> str:
    """Where a shop's picture is shown."""
    return url_for("cardlook.picture", shop_ref=ref("mer", merchant_id), name=f"{digest}.{kind}")


@lru_cache(maxsize=64)
def stamp_symbol(name: str) -> Markup:
    """The drawing of a stamp as the symbol "stamp", to stand in a page."""
    sprite = (assets.dist_folder() / assets.manifest()["icons-stamps.svg"]).read_text("utf-8")
    drawn = sprite.partition(f'<symbol id="{name}"')[2].partition("</symbol>")[0]
    return Markup(f'<symbol id="stamp"{drawn}</symbol>')  # noqa: S704  # our own built file


@blueprint.get("/c/look/<spec>.css")
@guard.public("colours and nothing else, named by the address itself")
def sheet(spec: str) -> Response:
    """The colours of the address as a sheet; 404 where it says no colours."""
    if not _SPEC.fullmatch(spec):
        abort(404)
    rules = "".join(_rule(*found.groups()) for found in _ONE.finditer(spec))
    return headers.kept_for_ever(Response(rules, mimetype="text/css"))


def _rule(background: str, ink: str, accent: str, plate: str | None) -> str:
    look = Look(f"#{background}", f"#{ink}", f"#{accent}")
    name = "-".join(filter(None, ("look", background, ink, accent, plate)))
    return _RULE.format(name=name, look=look, plate=f"#{plate}" if plate else "transparent")


@blueprint.get("/pictures/<shop_ref>/<name>")
@guard.public("a logo and the photos of rewards, which every customer sees")
def picture(shop_ref: str, name: str) -> Response:
    """A picture of the shop, by the digest of its bytes."""
    digest, _, kind = name.partition(".")
    merchant_id = parse_ref("mer", shop_ref)
    found = merchant_id and pictures.content(
        reads.session(), merchant_id=merchant_id, digest=digest[: pictures.DIGEST_LETTERS]
    )
    if not found or len(digest) != pictures.DIGEST_LETTERS or pictures.TYPES.get(kind) != found[0]:
        abort(404)
    return headers.kept_for_ever(Response(found[1], mimetype=found[0]))
