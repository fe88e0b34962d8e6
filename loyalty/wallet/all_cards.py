"""My wallet: every card of mine in every shop, where it is open, and what to do when it is lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, make_response, redirect, render_template, request, url_for

from loyalty.cards import lookup, wallet_phones, wallets
from loyalty.cards.wallets import HeldCard, Wallet
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import CardBlocked
from loyalty.counter import standing
from loyalty.merchants import card_looks
from loyalty.merchants.card_looks import PLAIN, Look
from loyalty.wallet import purse
from loyalty.wallet.blueprint import blueprint, keep_on_phone
from loyalty.web import cardface, cardlook, guard, reads, visitor
from loyalty.web.locale import number, pick

_WHY = "the wallet's own cookie decides; without it there is only the door"
_COUNTED_MAX = 12  # so many balances are worth looking up before anybody has chosen a card
_FRESH = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A card in the list, with what it holds most of all."""

    ref: str
    shop: str
    program: str
    balance: str
    blocked_at: datetime | None
    look: str


def page(wallet: Wallet, refusal: str = "", status: int = 200) -> Response:
    """All cards of the wallet; where there is none, how to get one."""
    held = wallets.cards(reads.session(), address=wallet.address)
    shops = {card.merchant_id for card in held}
    looks = card_looks.of_shops(reads.session(), merchant_ids=shops)
    shown = [
        _shown(card, looks.get(card.merchant_id, PLAIN), is_counted=place < _COUNTED_MAX)
        for place, card in enumerate(held)
    ]
    html = render_template(
        "wallet/w_cards.html",
        cards=shown,
        sheet=cardlook.sheet_of(looks.values()),
        wallet=wallet,
        refusal=refusal,
    )
    return make_response(html, status)


def _shown(card: HeldCard, look: Look, *, is_counted: bool) -> _Shown:
    balance = _balance(card) if is_counted and card.blocked_at is None else ""
    worn = cardlook.dress(look, None).name
    return _Shown(card.ref, card.shop, card.program, balance, card.blocked_at, worn)


def _balance(card: HeldCard) -> str:
    """The first unit of the program: "7 / 10 stamps"."""
    session, at = reads.session(), clock.now()
    facts = lookup.by_id(session, merchant_id=card.merchant_id, card_id=card.card_id)
    document = standing.rules_of(session, facts).document
    balances = standing.card_standing(session, facts=facts, at=at)["balances"]
    unit, drawn = document.units[0], cardface.stamps(document, balances)
    held = number(cardface.available(balances, unit.key))
    of = f" / {drawn.size}" if drawn and drawn.unit == unit.key else ""
    return f"{held}{of} {pick(unit.label)}"


@blueprint.post("/w/cards/<card_ref>")
@guard.public(_WHY)
def open_mine(card_ref: str) -> Response:
    """Open one of my cards in this browser."""
    wallet = purse.opened()
    if wallet is None:
        return _to_door()
    with write() as records:
        card = wallet_phones.open_card(
            records, wallet=wallet, card_ref=card_ref, browser=visitor.browser(), at=clock.now()
        )
    response = make_response(redirect(f"/c/{card.card_ref}", 303))
    return keep_on_phone(response, card.card_ref, card.secret)


@blueprint.get("/w/phones")
@guard.public(_WHY)
def phones() -> Response:
    """Where the wallet and its cards are open."""
    wallet = purse.opened()
    if wallet is None:
        return _to_door()
    found = wallet_phones.phones(reads.session(), wallet=wallet)
    return make_response(render_template("wallet/w_phones.html", phones=found))


@blueprint.post("/w/phones/<phone_ref>/sign-out")
@guard.public(_WHY)
def sign_out_one(phone_ref: str) -> Response:
    """Close it in one browser."""
    wallet = purse.opened()
    if wallet is None:
        return _to_door()
    with write() as records:
        wallet_phones.sign_out_one(records, wallet=wallet, phone_ref=phone_ref, at=clock.now())
    return make_response(redirect(url_for("wallet.phones"), 303))


@blueprint.post("/w/sign-out")
@guard.public(_WHY)
def sign_out() -> Response:
    """Close it here, with the cards that were opened from it; or everywhere."""
    wallet = purse.opened()
    if wallet is not None:
        is_everywhere = request.form.get("where") == "everywhere"
        out = wallet_phones.sign_out_everywhere if is_everywhere else wallet_phones.sign_out_here
        with write() as records:
            out(records, wallet=wallet, at=clock.now())
    return purse.drop(_to_door(), purse.WALLET)


@blueprint.get("/w/lost")
@guard.public(_WHY)
def lost() -> Response:
    """What happens when a phone is lost, and one button; behind a code that is fresh."""
    wallet = purse.opened()
    return _lost_page(wallet) if wallet else _to_door()


@blueprint.post("/w/lost")
@guard.public(_WHY)
def replace_lost() -> Response:
    """New codes for the chosen cards, closed everywhere but here, and open here."""
    wallet = purse.opened()
    if wallet is None:
        return _to_door()
    if not _is_fresh(wallet):
        return _lost_page(wallet, status=403)
    try:
        with write() as records:
            wallet_phones.replace_lost(
                records,
                wallet=wallet,
                card_refs=request.form.getlist("card"),
                at=clock.now(),
            )
    except CardBlocked as error:
        return page(wallet, pick(error.sentence), status=409)
    return make_response(redirect(url_for("wallet.wallet", done="lost"), 303))


def _lost_page(wallet: Wallet, status: int = 200) -> Response:
    held = wallets.cards(reads.session(), address=wallet.address)
    html = render_template(
        "wallet/w_lost.html", cards=held, wallet=wallet, is_fresh=_is_fresh(wallet)
    )
    return make_response(html, status)


def _is_fresh(wallet: Wallet) -> bool:
    """Whoever finds an open phone must not be able to take the cards from their owner."""
    return clock.now() - wallet.opened_at < _FRESH


def _to_door() -> Response:
    return make_response(redirect(url_for("wallet.wallet"), 303))
