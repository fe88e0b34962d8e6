"""The cookies of somebody who has all their cards at hand, and whose wallet this request opens."""

from datetime import timedelta

from flask import Response, after_this_request, request

from loyalty.cards import wallet_door, wallets
from loyalty.cards.wallets import Wallet
from loyalty.core import clock
from loyalty.core.db import current, write
from loyalty.core.errors import Busy
from loyalty.web import reads

WALLET, ASKING = "wallet", "wallet-code"
_PATH, _LETTERS_MAX = "/w", 100


def asking_secret() -> str:
    """What this browser keeps between asking for a code and typing it, or an empty text."""
    return request.cookies.get(ASKING, "")[:_LETTERS_MAX]


def opened() -> Wallet | None:
    """The wallet that is open in this browser; its half year begins anew now and then."""
    secret, at = request.cookies.get(WALLET, "")[:_LETTERS_MAX], clock.now()
    found = wallets.find(reads.session(), secret=secret, at=at) if secret else None
    if found is not None and wallets.wants_note(found, at=at):
        _note(found, secret)
    return found


def _note(wallet: Wallet, secret: str) -> None:
    try:
        with write() as records:
            wallets.saw(records, wallet=wallet, at=clock.now())
    except Busy:
        return  # the next look says it again; nobody waits for this

    @after_this_request
    def _again(response: Response) -> Response:
        return keep(response, WALLET, secret, timedelta(days=wallets.DAYS))


def keep_wallet(response: Response, secret: str) -> Response:
    """This browser has the wallet from now on, and no code to wait for."""
    keep(response, WALLET, secret, timedelta(days=wallets.DAYS))
    return drop(response, ASKING)


def keep_asking(response: Response, secret: str) -> Response:
    """This browser has asked for a code, and only here it is good."""
    return keep(response, ASKING, secret, timedelta(minutes=wallet_door.CODE_MINUTES))


def keep(response: Response, name: str, secret: str, how_long: timedelta) -> Response:
    """A secret for the wallet's own pages alone."""
    response.set_cookie(
        name,
        secret,
        max_age=how_long,
        path=_PATH,
        secure=current().settings.is_https,
        httponly=True,
        samesite="Lax",
    )
    return response


def drop(response: Response, name: str) -> Response:
    """Let the browser forget it."""
    response.delete_cookie(
        name, path=_PATH, secure=current().settings.is_https, httponly=True, samesite="Lax"
    )
    return response
