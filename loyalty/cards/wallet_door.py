"""Into the wallet: a code by mail to an address, good once, in the browser that asked for it."""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import wallets
from loyalty.cards.models import WalletRequest
from loyalty.cards.wallets import Wallet
from loyalty.core import jobs, mail
from loyalty.core.clock import rfc3339
from loyalty.core.db import current, rows_changed
from loyalty.core.ids import new_id
from loyalty.core.signing import derive, digest
from loyalty.merchants import attempts

ANSWER = "wallet.answer"  # the job that sends the code, if there is anybody to send it to
CODE_DIGITS, CODE_MINUTES, TRIES_MAX = 6, 10, 5
WITHIN = timedelta(hours=1)
CODES_MAX = 5  # to one address
ORIGIN_CODES_MAX = 30  # from one origin: a shop's customers share its network
ORIGIN_TRIES_MAX = 60  # wrong ones


@dataclass(frozen=True, slots=True)
class Proof:
    """`secret` opens the wallet from now on; without it the code was wrong, `left` tries remain."""

    secret: str | None
    left: int = 0


def ask(session: Session, *, address: str, origin: str, language: str, at: datetime) -> str:
    """Ask for a code; returns the secret that this browser keeps until the code is typed.

    Does exactly the same whether anybody has a card under that address: a job finds out.
    Raises TooMany.
    """
    allowed = {f"wallet code {address}": CODES_MAX, f"wallet codes {origin}": ORIGIN_CODES_MAX}
    attempts.take(session, allowed=allowed, within=WITHIN, at=at)
    _clear(session, at)
    secret = secrets.token_urlsafe(32)
    request = WalletRequest(
        id=new_id(),
        secret_hash=digest(secret),
        address=address,
        language=language,
        tries=0,
        created_at=at,
        expires_at=at + timedelta(minutes=CODE_MINUTES),
    )
    session.add(request)
    session.flush()
    key = f"wallet/{request.id}"
    jobs.enqueue(session, kind=ANSWER, payload={"request": str(request.id)}, at=at, key=key)
    return secret


def _clear(session: Session, at: datetime) -> None:
    """Who once typed an address here is nobody's business an hour later."""
    session.execute(sa.delete(WalletRequest).where(WalletRequest.created_at < at - WITHIN))


def answer(session: Session, *, request_id: UUID, at: datetime) -> None:
    """Send the code if somebody has a card under the address; once, however often this runs."""
    request = session.get(WalletRequest, request_id, with_for_update=True)
    if request is None or request.answered_at is not None or request.expires_at <= at:
        return
    request.answered_at = at
    session.flush()
    if wallets.holders(session, address=request.address):
        mail.post(
            session,
            kind="sign_in_code",
            to=request.address,
            language=request.language,
            facts={"code": code_of(request.id), "minutes": CODE_MINUTES},
            at=at,
        )


def code_of(request_id: UUID) -> str:
    """The six digits, derived from the request and the installation's secret: kept nowhere."""
    number = derive(current().settings.secret, "wallet-code", request_id.bytes)[:8]
    return f"{int.from_bytes(number, 'big') % 10**CODE_DIGITS:0{CODE_DIGITS}d}"


def asked_for(session: Session, *, secret: str, at: datetime) -> str | None:
    """The address for which this browser has asked and may still type a code, or None."""
    request = _living(session, secret, at)
    return request.address if request else None


def prove(
    session: Session,
    *,
    secret: str,
    code: str,
    origin: str,
    browser: str | None,
    here: Wallet | None,
    at: datetime,
) -> Proof:
    """Try a code in this browser: each try counts, right or wrong, before it is compared.

    `here` is the wallet that is open in this browser already, if one is.
    Raises TooMany for an origin that has guessed wrong too often.
    """
    guesses = f"wallet tries {origin}"
    attempts.demand_room(session, allowed={guesses: ORIGIN_TRIES_MAX}, within=WITHIN, at=at)
    request = _living(session, secret, at)
    if request is None or not _take_try(session, request):
        return Proof(None)
    session.refresh(request)
    if not hmac.compare_digest(code_of(request.id).encode(), code.encode()):
        attempts.count(session, names=[guesses], at=at)
        return Proof(None, left=TRIES_MAX - request.tries)
    request.used_at = at
    session.flush()
    if here is not None and here.address == request.address:
        return Proof(wallets.renew(session, wallet=here, at=at))
    _tell_of_new_phone(session, request, browser, at)
    return Proof(wallets.open_wallet(session, address=request.address, browser=browser, at=at))


def _living(session: Session, secret: str, at: datetime) -> WalletRequest | None:
    return session.execute(
        sa.select(WalletRequest).where(
            WalletRequest.secret_hash == digest(secret),
            WalletRequest.used_at.is_(None),
            WalletRequest.expires_at > at,
            WalletRequest.tries < TRIES_MAX,
        )
    ).scalar_one_or_none()


def _take_try(session: Session, request: WalletRequest) -> bool:
    """One of the five, whoever else tries at the same time; False if there is none left."""
    taken = session.execute(
        sa.update(WalletRequest)
        .where(
            WalletRequest.id == request.id,
            WalletRequest.used_at.is_(None),
            WalletRequest.tries < TRIES_MAX,
        )
        .values(tries=WalletRequest.tries + 1)
        .execution_options(synchronize_session=False)
    )
    return rows_changed(taken) == 1


def _tell_of_new_phone(
    session: Session, request: WalletRequest, browser: str | None, at: datetime
) -> None:
    """Whoever has the wallet open elsewhere hears of it; a first phone is no news."""
    zone = wallets.zone_of(session, address=request.address)
    if zone is None or not wallets.is_open_somewhere(session, address=request.address, at=at):
        return
    mail.post(
        session,
        kind="new_phone",
        to=request.address,
        language=request.language,
        facts={
            "at": rfc3339(at),
            "timezone": zone,
            "browser": browser or "",
            "link": f"{current().settings.public_url}/w/phones",
        },
        at=at,
    )
