"""Joining by oneself: from the poster's code or a link to a card on this phone, in one write.

Nobody is looked for. An address that the shop knows already makes a new customer like any other, so
that the page tells a stranger nothing; that it is theirs they prove by mail (decision 0045).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.cards import claims, confirming, funnel, referrals, register
from loyalty.cards.funnel import Spot
from loyalty.cards.referrals import Came
from loyalty.core.db import current
from loyalty.core.errors import ProgramPaused, StateConflict, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.signing import derive_code, digest, fingerprint
from loyalty.core.text import Text
from loyalty.customers import consents, directory, texts
from loyalty.customers.consents import Consent, Purpose
from loyalty.customers.directory import Profile
from loyalty.customers.models import Customer
from loyalty.ledger import store
from loyalty.ledger.state import Intent
from loyalty.merchants import attempts
from loyalty.merchants.models import Merchant
from loyalty.merchants.roles import system_duty
from loyalty.programs.models import Program

ASKED = (Purpose.PROFILING, Purpose.MARKETING, Purpose.TRACKING)
JOINS_MAX, JOINS_MINUTES = 60, 60  # from one origin: a shop's own network may be everybody's


class WordsChanged(StateConflict):
    """The texts on the page are not those in force any more."""

    words = Text(
        "Nel frattempo i testi qui sotto sono cambiati: rileggili e conferma di nuovo.",
        "The texts below have changed meanwhile: read them again and confirm once more.",
    )


@dataclass(frozen=True, slots=True)
class Door:
    """Where somebody joins: a running program of a shop."""

    merchant_id: UUID
    program_id: UUID
    program_name: str
    shop_name: str
    timezone: str
    version: int

    @property
    def program_ref(self) -> str:
        """The program's public ref."""
        return ref("prg", self.program_id)

    def spot(self, source: str, at: datetime) -> Spot:
        """Where the funnel counts somebody who comes this way now."""
        return Spot.of(self.merchant_id, self.program_id, self.timezone, source, at)


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody typed and ticked; `seal` is that of the texts that they read.

    `language` is it or en; `source` poster, till, link or referral; `origin` where they come from,
    of which only a digest is kept, for a day; `browser` in plain words; `friend_code` the link of
    whoever brought them, and `own_codes` those that this browser has shown as its own.
    """

    name: str | None
    email: str | None
    phone: str | None
    language: str
    agreed: frozenset[Purpose]
    source: str
    seal: str
    origin: str
    browser: str | None = None
    friend_code: str = ""
    own_codes: frozenset[str] = frozenset()

    def intent(self, key: str) -> Intent:
        """The digests of the form's key and of what it says."""
        said = [self.name, self.email, self.phone, self.language, sorted(self.agreed)]
        return Intent(key_hash=digest(f"join {key}"), body_hash=fingerprint(said))


@dataclass(frozen=True, slots=True)
class Joined:
    """The card and the secret that opens it on this phone; `is_new` unless the form came twice."""

    card_ref: str
    secret: str
    is_new: bool


def find_door(session: Session, *, program_ref: str) -> Door:
    """The door of a program. Raises Unknown("program"), for drafts too, and ProgramPaused."""
    found = session.execute(
        sa.select(Program, Merchant)
        .join(Merchant, Merchant.id == Program.merchant_id)
        .where(Program.id == parse_ref("prg", program_ref), Program.current_version.is_not(None))
    ).first()
    if found is None:
        raise Unknown("program")
    program, shop = found
    if program.status != "published" or program.current_version is None:
        raise ProgramPaused
    return Door(
        shop.id, program.id, program.name, shop.name, shop.timezone, program.current_version
    )


def open_page(session: Session, *, door: Door, source: str, at: datetime) -> None:
    """Somebody opened the page: count it, and keep the texts that they read."""
    texts.publish(session, merchant_id=door.merchant_id, shop_name=door.shop_name, at=at)
    funnel.count(session, spot=door.spot(source, at), finished=False)


def join(session: Session, *, door: Door, wish: Wish, key: str, at: datetime) -> Joined:
    """Make customer, consents and card, and let this phone open it; the same form makes one card.

    Raises WordsChanged, TooMany, ProgramPaused, and KeyReused where a key serves another wish.
    """
    intent, secret = wish.intent(key), _secret(key)
    if answer := store.replay(session, door.merchant_id, intent):
        return Joined(answer["ref"], secret, is_new=False)
    name = f"join {door.program_ref} {wish.origin}"
    attempts.spend(session, name=name, allowed=JOINS_MAX, minutes=JOINS_MINUTES, at=at)
    customer = _make_customer(session, door, wish, at)
    answer = register.enrol(
        session,
        duty=replace(system_duty(door.merchant_id, via="join"), actor=ref("cus", customer.id)),
        customer_ref=ref("cus", customer.id),
        program_ref=door.program_ref,
        intent=intent,
        at=at,
    ).answer
    _agree(session, door, customer, wish, at)
    card_id = parse_ref("crd", answer["ref"])
    assert card_id is not None, "our own ref"
    phone = claims.let_in(
        session, merchant_id=door.merchant_id, card_id=card_id, secret=secret, at=at
    )
    phone.browser = wish.browser
    confirming.ask(
        session, customer=customer, shop_name=door.shop_name, language=wish.language, at=at
    )
    _remember_who_brought(session, door, customer, card_id, wish, at)
    funnel.count(session, spot=door.spot(wish.source, at), finished=True)
    return Joined(answer["ref"], secret, is_new=True)


def _make_customer(session: Session, door: Door, wish: Wish, at: datetime) -> Customer:
    profile = Profile(name=wish.name, email=wish.email, phone=wish.phone, language=wish.language)
    source = door.spot(wish.source, at).source
    return directory.create(
        session, merchant_id=door.merchant_id, profile=profile, at=at, source=source
    )


def _agree(session: Session, door: Door, customer: Customer, wish: Wish, at: datetime) -> None:
    """Keep the notice that they saw and what they ticked; a box left alone says nothing."""
    said = texts.publish(session, merchant_id=door.merchant_id, shop_name=door.shop_name, at=at)
    if texts.seal(said) != wish.seal:
        raise WordsChanged
    duty = replace(system_duty(door.merchant_id, via="join"), actor=ref("cus", customer.id))
    source = f"join-{customer.source}"
    for purpose in (Purpose.PROGRAM, *(each for each in ASKED if each in wish.agreed)):
        text_id = said[purpose].named_in(wish.language)
        consent = Consent(purpose, given=True, text_id=text_id, source=source)
        consents.keep(session, duty=duty, customer_id=customer.id, consent=consent, at=at)


def _remember_who_brought(
    session: Session, door: Door, customer: Customer, card_id: UUID, wish: Wish, at: datetime
) -> None:
    if not wish.friend_code or not (customer.email or customer.phone):
        return
    came = Came(door.program_id, wish.friend_code, wish.own_codes)
    referrals.keep(session, merchant_id=door.merchant_id, card_id=card_id, came=came, at=at)


def _secret(key: str) -> str:
    """What the phone keeps, derived from the form's own key: a form sent twice gets the same."""
    return derive_code(current().settings.secret, "join-phone", key.encode())
