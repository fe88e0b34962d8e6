"""The receipts of payouts as files: what is kept, and what is refused."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import pictures
from loyalty.core.errors import StateConflict, Unknown
from loyalty.core.ids import parse_ref
from loyalty.core.pictures import BYTES_MAX, PHOTO, PictureRefused
from loyalty.merchants.roles import Duty, Permission
from loyalty.programs.cause_models import Payout, PayoutPaper

TYPES = {"pdf": "application/pdf", "webp": "image/webp"}
_PDF, _PDF_END = b"%PDF-", b"%%EOF"
_TAIL = 1_024  # what may stand behind the end of a PDF


def judge(file: bytes) -> tuple[str, bytes]:
    """The kind and the bytes to keep: a PDF as it came, a picture made anew. Slow.

    Raises PictureRefused with what to send instead.
    """
    if not file.startswith(_PDF):
        made = pictures.make(file, PHOTO)
        return made.kind, made.content
    if len(file) > BYTES_MAX:
        raise pictures.too_large()
    if _PDF_END not in file[-_TAIL:]:
        raise PictureRefused(
            "Il PDF è a metà: scaricalo di nuovo e rimandalo.",
            "The PDF is cut short: download it again and send it once more.",
        )
    return "pdf", file


def attach(
    session: Session, *, duty: Duty, payout_ref: str, paper: tuple[str, bytes], at: datetime
) -> None:
    """Keep the file with its payout, once: what was shown as proof is not exchanged later.

    Raises Unknown("payout") and StateConflict where there is one already.
    """
    duty.demand(Permission.CAUSES)
    payout_id = _payout(session, duty.merchant_id, payout_ref)
    if session.get(PayoutPaper, (duty.merchant_id, payout_id)) is not None:
        raise StateConflict(payout=payout_ref)
    kind, content = paper
    session.add(
        PayoutPaper(
            merchant_id=duty.merchant_id,
            payout_id=payout_id,
            kind=kind,
            content=content,
            actor=duty.actor,
            kept_at=at,
        )
    )
    session.flush()


def _payout(session: Session, merchant_id: UUID, payout_ref: str) -> UUID:
    payout_id = parse_ref("pay", payout_ref)
    if payout_id is None or session.get(Payout, (merchant_id, payout_id)) is None:
        raise Unknown("payout")
    return payout_id


def demand(session: Session, *, merchant_id: UUID, payout_ref: str) -> None:
    """Raise Unknown("payout") unless the merchant has it."""
    _payout(session, merchant_id, payout_ref)


def kept(session: Session, *, merchant_id: UUID) -> set[UUID]:
    """The payouts that have a file."""
    query = sa.select(PayoutPaper.payout_id).where(PayoutPaper.merchant_id == merchant_id)
    return set(session.execute(query).scalars())


def find(session: Session, *, merchant_id: UUID, payout_ref: str) -> tuple[str, bytes]:
    """The kind and the bytes of a payout's file. Raises Unknown("payout")."""
    payout_id = _payout(session, merchant_id, payout_ref)
    row = session.get(PayoutPaper, (merchant_id, payout_id))
    if row is None:
        raise Unknown("payout")
    return row.kind, row.content
