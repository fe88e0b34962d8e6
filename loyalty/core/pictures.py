"""Pictures that people upload: judged, made anew small, and kept in the database by their digest.

In the database, because every process and machine has to find them, a backup has to hold them, and
they are small: a logo has at most 20 KiB, a photo 100. Nothing of the uploaded file itself is kept,
so neither is where a photo was taken.
"""

import hashlib
import io
import threading
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from loyalty.core.conflicts import insert_unless_there
from loyalty.core.db import Base, Id, UtcDateTime, rows_changed, table
from loyalty.core.picture_headers import BYTES_MAX, Header, PictureRefused, broken, judge, too_large

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["BYTES_MAX", "LOGO", "PHOTO", "PictureRefused", "Purpose", "judge", "too_large"]

PICTURES_MAX = 400  # of one shop: a shelf of photos many times over
DIGEST_LETTERS = 32
_COLOURS = (256, 64)
_QUALITIES = (80, 60)
_HOPELESS = 2  # so many times too large, fewer colours will not do
# Decoding holds some tens of megabytes: one picture at a time in each process.
_turn = threading.Lock()


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a picture is for: its largest sides in pixels, and how many bytes it may weigh."""

    side_max: int
    bytes_max: int
    form: Literal["png", "webp"]


LOGO = Purpose(side_max=360, bytes_max=20 * 1024, form="png")
PHOTO = Purpose(side_max=1_200, bytes_max=100 * 1024, form="webp")
TYPES = {"png": "image/png", "webp": "image/webp"}


class Picture(Base):
    """A picture as it is shown, named by the digest of its bytes; it never changes.

    `tone` is the middling colour of a logo with transparent parts, to know on what it can be seen.
    """

    __tablename__ = "picture"
    __table_args__ = (
        sa.CheckConstraint("kind IN ('png', 'webp')", name="kind"),
        sa.CheckConstraint("width > 0 AND height > 0", name="size"),
    )

    merchant_id: Mapped[UUID] = mapped_column(Id, sa.ForeignKey("merchant.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(DIGEST_LETTERS), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(4))
    width: Mapped[int] = mapped_column(sa.SmallInteger)
    height: Mapped[int] = mapped_column(sa.SmallInteger)
    tone: Mapped[str | None] = mapped_column(sa.String(7))
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Made:
    """A picture made anew from what was uploaded."""

    kind: str
    width: int
    height: int
    tone: str | None
    content: bytes

    @property
    def digest(self) -> str:
        """Its name: 32 letters of the SHA-256 of its bytes."""
        return hashlib.sha256(self.content).hexdigest()[:DIGEST_LETTERS]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a page needs to show a picture, without its bytes."""

    digest: str
    kind: str
    width: int
    height: int
    tone: str | None


def make(file: bytes, purpose: Purpose) -> Made:
    """Judge the file and make the picture for that purpose; slow, so never inside a write.

    Raises PictureRefused with a sentence that says what is wrong and what to send instead.
    """
    header = judge(file)
    with _turn:
        picture = _decode(header, purpose.side_max)
        made = _png(picture, purpose) if purpose.form == "png" else _webp(picture, purpose)
        return Made(purpose.form, *made.size, _tone(picture), made.content)


def keep(session: Session, *, merchant_id: UUID, made: Made, at: datetime) -> str:
    """Keep it under its digest, which is returned; the same picture again is the same row.

    Its day begins anew then: `unused` leaves it alone until somebody has had time to choose it.
    """
    count = session.execute(
        sa.select(sa.func.count()).where(Picture.merchant_id == merchant_id)
    ).scalar_one()
    if count >= PICTURES_MAX and find(session, merchant_id=merchant_id, digest=made.digest) is None:
        raise PictureRefused(
            "Ci sono già molte immagini di questo negozio: scrivi a chi gestisce il programma.",
            "This shop has a great many pictures already: write to whoever runs the program.",
        )
    session.execute(
        insert_unless_there(session, table(Picture), by=("merchant_id", "digest")),
        {
            "merchant_id": merchant_id,
            "digest": made.digest,
            "kind": made.kind,
            "width": made.width,
            "height": made.height,
            "tone": made.tone,
            "content": made.content,
            "created_at": at,
        },
    )
    mine = (Picture.merchant_id == merchant_id, Picture.digest == made.digest)
    session.execute(sa.update(Picture).where(*mine, Picture.created_at < at).values(created_at=at))
    return made.digest


def unused(session: Session, *, merchant_id: UUID, before: datetime, limit: int) -> list[str]:
    """The shop's pictures from before a moment to which no row of any table refers."""
    mine = (Picture.merchant_id == merchant_id, Picture.created_at < before, *_in_no_row())
    query = sa.select(Picture.digest).where(*mine).order_by(Picture.digest).limit(limit)
    return list(session.execute(query).scalars())


def forget(
    session: Session, *, merchant_id: UUID, digests: Collection[str], before: datetime
) -> int:
    """Delete those of these pictures that are still unused; how many."""
    mine = (Picture.merchant_id == merchant_id, Picture.digest.in_(digests))
    gone = sa.delete(Picture).where(*mine, Picture.created_at < before, *_in_no_row())
    return rows_changed(session.execute(gone, execution_options={"synchronize_session": False}))


def _in_no_row() -> list[sa.ColumnElement[bool]]:
    """Whatever table refers to pictures says so by a foreign key, also one that is yet to come."""
    picture, found = table(Picture), []
    for each in Base.metadata.tables.values():
        for key in each.foreign_key_constraints:
            if key.referred_table is picture:
                same = (part.parent == part.column for part in key.elements)
                found.append(~sa.exists().where(*same).correlate(picture))
    return found


def find(session: Session, *, merchant_id: UUID, digest: str) -> Facts | None:
    """What there is to know of the shop's picture of that digest."""
    row = session.execute(
        sa.select(Picture.digest, Picture.kind, Picture.width, Picture.height, Picture.tone).where(
            Picture.merchant_id == merchant_id, Picture.digest == digest
        )
    ).first()
    return Facts(*row) if row else None


def content(session: Session, *, merchant_id: UUID, digest: str) -> tuple[str, bytes] | None:
    """The media type and the bytes of the shop's picture of that digest."""
    row = session.execute(
        sa.select(Picture.kind, Picture.content).where(
            Picture.merchant_id == merchant_id, Picture.digest == digest
        )
    ).first()
    return (TYPES[row.kind], row.content) if row else None


@dataclass(frozen=True, slots=True)
class _Packed:
    size: tuple[int, int]
    content: bytes


def _decode(header: Header, side_max: int) -> "Image.Image":
    """The picture at most that large, upright, with nothing but its pixels."""
    from PIL import Image, ImageOps  # noqa: PLC0415  # starting need not wait for it

    try:
        with Image.open(io.BytesIO(header.clean), formats=[header.kind]) as raw:
            assert raw.size == (header.width, header.height), "the header said another size"
            assert getattr(raw, "n_frames", 1) == 1, "the header said one picture"
            raw.draft("RGB", (side_max, side_max))
            picture = raw if raw.mode in ("RGB", "RGBA") else raw.convert(_mode_of(raw))
            # Small first: every copy of the large one would cost as much again.
            picture.thumbnail((side_max, side_max), Image.Resampling.LANCZOS, reducing_gap=2.0)
            picture = ImageOps.exif_transpose(picture).copy()
    except Exception as error:  # a decoder says in many ways that it cannot
        raise broken() from error
    picture.info.clear()
    return picture


def _mode_of(raw: "Image.Image") -> str:
    is_seen_through = "A" in raw.getbands() or "transparency" in raw.info
    return "RGBA" if is_seen_through else "RGB"


def _png(picture: "Image.Image", purpose: Purpose) -> _Packed:
    """Whole if that fits, else with fewer colours, else smaller."""
    while True:
        for colours in (None, *_COLOURS):
            shown = picture if colours is None else _quantized(picture, colours)
            packed = io.BytesIO()
            shown.save(packed, "PNG", optimize=colours is not None)
            if packed.tell() <= purpose.bytes_max:
                return _Packed(shown.size, packed.getvalue())
        picture = _smaller(picture, packed.tell(), purpose)


def _smaller(picture: "Image.Image", bytes_now: int, purpose: Purpose) -> "Image.Image":
    """As much smaller as the bytes are too many, and a little more."""
    share = min(0.9, (purpose.bytes_max / bytes_now) ** 0.5 * 0.95)
    return picture.resize(
        (max(1, int(picture.width * share)), max(1, int(picture.height * share))),
        reducing_gap=2.0,
    )


def _quantized(picture: "Image.Image", colours: int) -> "Image.Image":
    from PIL import Image  # noqa: PLC0415  # as above

    way = Image.Quantize.FASTOCTREE if picture.mode == "RGBA" else Image.Quantize.MEDIANCUT
    return picture.quantize(colours, method=way)


def _webp(picture: "Image.Image", purpose: Purpose) -> _Packed:
    while True:
        for quality in _QUALITIES:
            packed = io.BytesIO()
            picture.save(packed, "WEBP", quality=quality, method=2)
            if packed.tell() <= purpose.bytes_max:
                return _Packed(picture.size, packed.getvalue())
            if packed.tell() > _HOPELESS * purpose.bytes_max:
                break
        picture = _smaller(picture, packed.tell(), purpose)


def _tone(picture: "Image.Image") -> str | None:
    """The middling colour of what is seen, if something is seen through."""
    if picture.mode != "RGBA":
        return None
    from PIL import ImageStat  # noqa: PLC0415  # as above

    mask = picture.getchannel("A").point(lambda alpha: 255 if alpha > 127 else 0)  # noqa: PLR2004  # half
    if mask.getbbox() is None:
        return None
    red, green, blue = (round(value) for value in ImageStat.Stat(picture.convert("RGB"), mask).mean)
    return f"#{red:02x}{green:02x}{blue:02x}"
