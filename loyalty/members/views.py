"""Saved views: filters of the member list under a name, for everybody in the shop."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from loyalty.core.errors import Invalid, Unknown
from loyalty.core.ids import new_id, parse_ref, ref
from loyalty.core.text import Text, one_line
from loyalty.members.criteria import Criteria
from loyalty.members.models import MemberView

LETTERS_MAX = 40
SHOP_MAX = 20
_EMPTY = Text("Dai un nome alla vista.", "Give the view a name.")
_LONG = Text(
    f"Un nome ha al massimo {LETTERS_MAX} caratteri.",
    f"A name has at most {LETTERS_MAX} characters.",
)
_TAKEN = Text(
    "C'è già una vista con questo nome: scegline un altro.",
    "There is a view of that name already: choose another one.",
)
_MANY = Text(
    f"Ci sono già {SHOP_MAX} viste: togline una che non serve più.",
    f"There are {SHOP_MAX} views already: remove one that nobody needs.",
)


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as the list shows it."""

    ref: str
    name: str
    criteria: Criteria
    actor: str


def save(
    session: Session, *, merchant_id: UUID, name: str, criteria: Criteria, actor: str, at: datetime
) -> str:
    """Keep a view; the same one twice is one. Returns its ref. Raises Invalid at "name"."""
    name = _tidy(name)
    mine = list_views(session, merchant_id=merchant_id)
    for view in mine:
        if view.name.casefold() == name.casefold():
            if view.criteria == criteria:
                return view.ref
            raise Invalid({"name": [_TAKEN]})
    if len(mine) >= SHOP_MAX:
        raise Invalid({"name": [_MANY]})
    made = MemberView(
        merchant_id=merchant_id,
        id=new_id(),
        name=name,
        folded=name.casefold()[: 2 * LETTERS_MAX],
        criteria=criteria.pairs(),
        actor=actor,
        made_at=at,
    )
    session.add(made)
    session.flush()
    return ref("mvw", made.id)


def _tidy(name: str) -> str:
    name = one_line(name)
    if not name:
        raise Invalid({"name": [_EMPTY]})
    if len(name) > LETTERS_MAX:
        raise Invalid({"name": [_LONG]})
    return name


def list_views(session: Session, *, merchant_id: UUID) -> list[View]:
    """The shop's views, the oldest first."""
    rows = session.execute(sa.select(MemberView).where(MemberView.merchant_id == merchant_id))
    return [_view(row) for row in sorted(rows.scalars(), key=lambda row: row.id)]


def remove(session: Session, *, merchant_id: UUID, view_ref: str) -> View:
    """Take a view away; what it was, to save it again. Raises Unknown("view")."""
    view_id = parse_ref("mvw", view_ref)
    found = session.get(MemberView, (merchant_id, view_id)) if view_id else None
    if found is None:
        raise Unknown("view")
    session.delete(found)
    session.flush()
    return _view(found)


def _view(row: MemberView) -> View:
    return View(ref("mvw", row.id), row.name, Criteria.read(row.criteria), row.actor)
