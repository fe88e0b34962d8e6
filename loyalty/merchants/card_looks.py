"""How a shop's cards look: its colours, its logo, and the sign on a stamp."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import colours, pictures
from loyalty.core.colours import READABLE, SEEN
from loyalty.core.errors import Invalid, StateConflict
from loyalty.core.pictures import Picture
from loyalty.core.text import Text
from loyalty.merchants.acts import note
from loyalty.merchants.card_look_models import STAMPS, CardLook
from loyalty.merchants.roles import Duty

__all__ = ["PALETTES", "PLAIN", "STAMPS", "Look", "Palette", "faults", "find", "save", "undo"]

_COLUMNS = (
    CardLook.number,
    CardLook.background,
    CardLook.ink,
    CardLook.accent,
    CardLook.stamp,
)
_LOGO = (Picture.digest, Picture.kind, Picture.width, Picture.height, Picture.tone)
_LOGO_SEEN = 1.6  # a logo has an outline that helps; below this it is a blot
_WIDE = 2.2  # times as wide as high: then it is the shop's name, drawn


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours that go together and read well; `accent` is that of a stamp."""

    key: str
    name: Text
    background: str
    ink: str
    accent: str


PALETTES = (
    Palette("bosco", Text("Bosco", "Forest"), "#0a4a38", "#fbfdfc", "#f6b95a"),
    Palette("notte", Text("Notte", "Night"), "#1b2440", "#f7f8fc", "#8fb8ff"),
    Palette("mattone", Text("Mattone", "Brick"), "#7a2a1d", "#fff8f4", "#ffc48a"),
    Palette("prugna", Text("Prugna", "Plum"), "#47203f", "#fdf7fb", "#f3a6c8"),
    Palette("espresso", Text("Espresso", "Espresso"), "#2f211b", "#fbf6f1", "#e2b27c"),
    Palette("ardesia", Text("Ardesia", "Slate"), "#2b3338", "#f6f8f9", "#7fd4c1"),
    Palette("crema", Text("Crema", "Cream"), "#f5ecdc", "#3a2a18", "#a4571f"),
    Palette("salvia", Text("Salvia", "Sage"), "#dfe8dc", "#1f3327", "#2f6b45"),
    Palette("cielo", Text("Cielo", "Sky"), "#d9e8f6", "#14304a", "#1f5f9e"),
    Palette("limone", Text("Limone", "Lemon"), "#f7dd72", "#33290a", "#6b4a00"),
)


@dataclass(frozen=True, slots=True)
class Look:
    """How the cards look. `number` is 0 for a shop that has not chosen yet."""

    background: str
    ink: str
    accent: str
    stamp: str | None = None  # a name of STAMPS; None: what the program is about decides
    logo: pictures.Facts | None = None
    number: int = 0

    @property
    def soft(self) -> str:
        """For what is said beside: a little of the ground in the ink, and still readable."""
        return colours.softened(self.ink, self.background, READABLE + 0.3, 0.25)

    @property
    def line(self) -> str:
        """For the rim of a stamp that is not there yet."""
        return colours.softened(self.ink, self.background, SEEN, 0.55)

    @property
    def on_accent(self) -> str:
        """For the sign inside a stamp."""
        return max((self.background, self.ink, "#ffffff", "#000000"), key=self._on_accent)

    def _on_accent(self, ink: str) -> float:
        ratio = colours.contrast(ink, self.accent)
        is_own = ink in (self.background, self.ink)
        return ratio + (100 if is_own and ratio >= SEEN else 0)

    @property
    def is_logo_wide(self) -> bool:
        """Whether the logo is long enough to be the shop's name."""
        return self.logo is not None and self.logo.width > _WIDE * self.logo.height

    @property
    def needs_plate(self) -> bool:
        """Whether the logo can hardly be seen on the background, and gets a light or dark plate."""
        if self.logo is None or self.logo.tone is None:
            return False
        return colours.contrast(self.logo.tone, self.background) < _LOGO_SEEN

    @property
    def plate(self) -> str:
        """The colour of that plate."""
        tone = self.logo.tone if self.logo and self.logo.tone else self.background
        return colours.best_on(tone)


PLAIN = Look(*(getattr(PALETTES[0], name) for name in ("background", "ink", "accent")))


def faults(look: Look) -> dict[str, list[Text]]:
    """What cannot be read, by field, each with the nearest colour that can."""
    found = {}
    if colours.contrast(look.ink, look.background) < READABLE:
        better = colours.nearest(look.ink, look.background, READABLE)
        found["ink"] = [
            Text(
                "Il testo non si legge su questo sfondo. Il colore più vicino che si legge è"
                f" {better}.",
                "The text cannot be read on this background. The nearest colour that can is"
                f" {better}.",
            )
        ]
    if colours.contrast(look.accent, look.background) < SEEN:
        better = colours.nearest(look.accent, look.background, SEEN)
        found["accent"] = [
            Text(
                "I timbri non si vedono su questo sfondo. Il colore più vicino che si vede è"
                f" {better}.",
                "Stamps cannot be seen on this background. The nearest colour that can is"
                f" {better}.",
            )
        ]
    return found


def find(session: Session, *, merchant_id: UUID) -> Look:
    """How the shop's cards look now; PLAIN until somebody has chosen."""
    return _newest(session, merchant_id) or PLAIN


def of_shops(session: Session, *, merchant_ids: Collection[UUID]) -> dict[UUID, Look]:
    """How the cards of several shops look; a shop that has not chosen is missing. Without logos."""
    newest = (
        sa.select(CardLook.merchant_id, sa.func.max(CardLook.number).label("number"))
        .where(CardLook.merchant_id.in_(list(merchant_ids)))
        .group_by(CardLook.merchant_id)
        .subquery()
    )
    is_newest = (CardLook.merchant_id == newest.c.merchant_id) & (
        CardLook.number == newest.c.number
    )
    rows = session.execute(
        sa.select(CardLook.merchant_id, *_COLUMNS).join(newest, is_newest).limit(500)
    )
    return {
        row.merchant_id: Look(row.background, row.ink, row.accent, row.stamp, None, row.number)
        for row in rows
    }


def save(session: Session, *, duty: Duty, look: Look, based_on: int, at: datetime) -> Look:
    """Put the look in force; the same again changes nothing. `look.logo` is a picture of the shop.

    Raises Invalid for what cannot be read, and StateConflict where somebody else has saved since.
    """
    if wrong := faults(look):
        raise Invalid(wrong)
    now = find(session, merchant_id=duty.merchant_id)
    if now.number and replace(look, number=now.number) == now:
        return now
    if now.number != based_on:
        raise StateConflict(number=now.number)
    return _add(session, duty, replace(look, number=now.number + 1), "card.look", at)


def undo(session: Session, *, duty: Duty, number: int, at: datetime) -> Look:
    """Back to how it was before that number; nothing where it is not in force any more."""
    now = find(session, merchant_id=duty.merchant_id)
    if not number or now.number != number:
        return now
    before = _before(session, duty.merchant_id, number - 1) or PLAIN
    return _add(session, duty, replace(before, number=number + 1), "card.look_undone", at)


def _add(session: Session, duty: Duty, look: Look, act: str, at: datetime) -> Look:
    session.add(
        CardLook(
            merchant_id=duty.merchant_id,
            number=look.number,
            background=look.background,
            ink=look.ink,
            accent=look.accent,
            stamp=look.stamp,
            logo=look.logo.digest if look.logo else None,
            made_by=duty.actor,
            made_at=at,
        )
    )
    session.flush()
    note(session, duty=duty, act=act, target=f"look {look.number}", at=at)
    return look


def _newest(session: Session, merchant_id: UUID) -> Look | None:
    logo = (Picture.merchant_id == CardLook.merchant_id) & (Picture.digest == CardLook.logo)
    row = session.execute(
        sa.select(*_COLUMNS, *_LOGO)
        .join(Picture, logo, isouter=True)
        .where(CardLook.merchant_id == merchant_id)
        .order_by(CardLook.number.desc())
        .limit(1)
    ).first()
    return _look(row) if row else None


def _before(session: Session, merchant_id: UUID, number: int) -> Look | None:
    row = session.get(CardLook, (merchant_id, number))
    if row is None:
        return None
    logo = row.logo and pictures.find(session, merchant_id=merchant_id, digest=row.logo)
    return Look(row.background, row.ink, row.accent, row.stamp, logo or None, number)


def _look(row: Any) -> Look:
    logo = pictures.Facts(*row[len(_COLUMNS) :]) if row.digest else None
    return Look(row.background, row.ink, row.accent, row.stamp, logo, row.number)
