"""The card without network: its key, its service worker, and how it leaves a phone."""

import base64
import json

from flask import Response, jsonify, make_response, redirect, render_template, url_for

from loyalty import assets
from loyalty.cards import claims
from loyalty.core.db import write
from loyalty.wallet.blueprint import COOKIE, blueprint
from loyalty.wallet.opening import WHY, closed, my_card, open_card
from loyalty.web import guard
from loyalty.web.static import asset

_FILES = ("card.css", "card.js", "icons-card.svg")


@blueprint.get("/c/<card_ref>/key")
@guard.public(WHY)
def key(card_ref: str) -> Response:
    """What this phone makes live codes with, and the time by our clock in milliseconds.

    The script gives the key to the browser in a form that no script gets out of it again.
    """
    mine = my_card(card_ref)
    secret = base64.b64encode(mine.key).decode()
    return jsonify(key=secret, phone=mine.phone.device_id.hex, now=mine.milliseconds)


@blueprint.get("/c/sw.js")
@guard.public("the same script for everybody")
def service_worker() -> Response:
    """The service worker of all cards on this phone; a new release is a new script."""
    files = [*map(asset, _FILES), url_for("static", filename="favicon.svg")]
    house = {"build": assets.build(), "files": files}
    script = (assets.dist_folder() / assets.manifest()["card-sw.js"]).read_text("utf-8")
    return Response(f"self.HOUSE={json.dumps(house)};\n{script}", mimetype="text/javascript")


@blueprint.get("/c/<card_ref>/put-away")
@guard.public(WHY)
def take_off(card_ref: str) -> Response:
    """What it means, and one button."""
    if open_card(card_ref) is None:
        return closed()
    return make_response(render_template("wallet/put_away.html", card_ref=card_ref))


@blueprint.post("/c/<card_ref>/put-away")
@guard.public(WHY)
def put_away(card_ref: str) -> Response:
    """This phone forgets the card; the card itself stays as it is."""
    mine = open_card(card_ref)
    if mine is None:
        return closed()
    with write() as session:
        claims.put_away(session, phone=mine.phone, at=mine.at)
    response = make_response(redirect(url_for("wallet.card", card_ref=card_ref), 303))
    response.delete_cookie(COOKIE, path=f"/c/{card_ref}")
    return response
