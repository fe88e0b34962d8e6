"""Photos of rewards: no rule, so one is shown or changed without a new version."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core import pictures
from loyalty.core.pictures import Made, Picture
from loyalty.programs.models import Program
from loyalty.programs.photo_models import RewardPhoto


@dataclass(frozen=True, slots=True)
class Photo:
    """What a page needs to show a reward's photo."""

    digest: str
    kind: str
    width: int
    height: int


def of_program(session: Session, *, merchant_id: UUID, program_id: UUID) -> dict[str, Photo]:
    """The photos of a program's rewards, by the reward's key."""
    rows = session.execute(
        sa.select(RewardPhoto.reward, Picture.digest, Picture.kind, Picture.width, Picture.height)
        .join(
            Picture,
            sa.and_(
                Picture.merchant_id == RewardPhoto.merchant_id,
                Picture.digest == RewardPhoto.picture,
            ),
        )
        .where(RewardPhoto.merchant_id == merchant_id, RewardPhoto.program_id == program_id)
    )
    return {row.reward: Photo(*row[1:]) for row in rows}


def keep(session: Session, *, program: Program, reward: str, made: Made, at: datetime) -> None:
    """Show this picture with the reward from now on; the one before it is forgotten."""
    merchant_id = program.merchant_id
    digest = pictures.keep(session, merchant_id=merchant_id, made=made, at=at)
    row = session.get(RewardPhoto, (merchant_id, program.id, reward))
    if row is None:
        row = RewardPhoto(merchant_id=merchant_id, program_id=program.id, reward=reward)
        session.add(row)
    row.picture, row.made_at = digest, at
    session.flush()


def remove(session: Session, *, program: Program, reward: str) -> bool:
    """Show no picture with the reward any more; whether there was one."""
    row = session.get(RewardPhoto, (program.merchant_id, program.id, reward))
    if row is None:
        return False
    session.delete(row)
    session.flush()
    return True
