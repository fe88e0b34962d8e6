"""The till on the home screen: manifest, service worker, and the page kept for no network."""

import gzip
import json
from dataclasses import dataclass

from flask import Response, g, render_template, request, url_for

from loyalty import assets
from loyalty.core.ids import ref
from loyalty.merchants.roles import Permission
from loyalty.programs import catalogue, editor
from loyalty.till import asking, trust
from loyalty.till.asking import Asks
from loyalty.till.blueprint import blueprint
from loyalty.till.trust import Trusted
from loyalty.web import guard, reads
from loyalty.web.forms import FormState
from loyalty.web.locale import LANGUAGES, gettext, language, shop
from loyalty.web.looks import asset

INK = "#0c0d0e"  # the finder's edge, around which the phone paints its own bars
_SIZES = (192, 512)


@dataclass(frozen=True, slots=True)
class _Offered:
    """A program in force, what its visits ask for, and its rewards that go without network."""

    ref: str
    name: str
    asks: Asks
    amount_minor_max: int | None
    rewards: list[Trusted]
    proof: str


@blueprint.get("/manifest.webmanifest")
@guard.public("names and pictures of the product, the same for every shop")
def webmanifest() -> Response:
    """What a phone needs to put the till on its home screen."""
    if request.args.get("language") in LANGUAGES:  # the page's; whoever fetches this is not known
        g.language = request.args["language"]
    home = url_for("till.home")
    facts = {
        "id": home,
        "start_url": home,
        "scope": home,
        "name": gettext("Till"),
        "short_name": gettext("Till"),
        "lang": language(),
        "display": "standalone",
        "orientation": "portrait",
        "background_color": INK,
        "theme_color": INK,
        "icons": [*(_icon(size) for size in _SIZES), _icon(_SIZES[-1], "maskable")],
    }
    return Response(json.dumps(facts), mimetype="application/manifest+json")


def _icon(size: int, purpose: str = "any") -> dict[str, str]:
    name = f"till-{size}.png" if purpose == "any" else f"till-{purpose}-{size}.png"
    return {
        "src": url_for("static", filename=f"icons/{name}"),
        "sizes": f"{size}x{size}",
        "type": "image/png",
        "purpose": purpose,
    }


@blueprint.get("/sw.js")
@guard.public("the same script for everybody")
def service_worker() -> Response:
    """The service worker, with the names of this release's files: a new release is a new script."""
    names = assets.manifest()
    files = [asset(name) for name in ("till.css", "till.js", "icons.svg")]
    house = {
        "build": assets.build(),
        "files": [*files, url_for("static", filename="favicon.svg")],
        "home": url_for("till.home"),
        "shell": url_for("till.shell"),
    }
    script = (assets.dist_folder() / names["till-sw.js"]).read_text("utf-8")
    return _packed(f"self.HOUSE={json.dumps(house)};\n{script}", "text/javascript")


@blueprint.get("/shell")
@guard.staff(Permission.ACCRUE)
def shell() -> Response:
    """The till's first page as the phone keeps it: nobody's name, no balance, no form's secret."""
    page = render_template(
        "till/shell.html",
        is_shell=True,
        csrf_token=str,  # a kept page outlives the session that a token belongs to
        programs=_offered(),
        form=FormState(),
    )
    return _packed(page, "text/html")


def _packed(text: str, kind: str) -> Response:
    """Compressed, which no answer with a secret in it may be: its length would tell the secret."""
    response = Response(text, mimetype=kind)
    response.vary.add("Accept-Encoding")
    if request.accept_encodings.quality("gzip") > 0:
        response.set_data(gzip.compress(text.encode(), mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


def _offered() -> list[_Offered]:
    here, session = shop(), reads.session()
    assert here is not None, "a guarded route has a shop"
    found = []
    for program in editor.page(session, merchant_id=here.id):
        if program.status != "published" or program.current_version is None:
            continue
        document = catalogue.version(
            session, merchant_id=here.id, program_id=program.id, number=program.current_version
        ).document
        asked = asking.asks(document, here.currency, language())
        found.append(
            _Offered(
                ref("prg", program.id),
                program.name,
                asked,
                document.limits.amount_minor_max,
                trust.rewards(document) if here.offline_rewards else [],
                document.proof_redeem,
            )
        )
    return found
