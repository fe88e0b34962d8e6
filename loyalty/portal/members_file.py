"""Members as a file: exactly who is listed or chosen, written while it is being read."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from flask import Response, request
from marshmallow import fields
from sqlalchemy.orm import Session

from loyalty.core.db import read, write
from loyalty.core.errors import Invalid
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.customers import consents, tags
from loyalty.customers.consents import Purpose
from loyalty.members import bulk, holdings, listing
from loyalty.members.criteria import Criteria
from loyalty.members.listing import Listed, Wanted
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal import member_filters, member_words, members
from loyalty.portal.blueprint import blueprint
from loyalty.portal.member_filters import Club
from loyalty.web import guard, reads, sheets
from loyalty.web.fields import Body, Line
from loyalty.web.forms import Tick, read_form
from loyalty.web.locale import gettext, pick, zone
from loyalty.web.sheets import Cell

AT_ONCE = 500
_NOBODY = Text(
    "Scegli prima qualcuno, o esporta tutta la lista.",
    "Choose somebody first, or export the whole list.",
)


class _File(Body):
    q = Line((1, members.WORDS_MAX))
    pick = fields.List(fields.String())
    all = Tick()
    # Of the other buttons of the same form.
    key, tag, deed = Line((0, 200)), Line((0, 200)), Line((0, 20))


_form = _File()


@blueprint.post("/portal/members/file")
@guard.staff(Permission.EXPORT, fresh=True)
def members_file() -> Response:
    """The members that the list shows, or those chosen from it, as a file for Excel."""
    form, records = read_form(_form), reads.session()
    wanted = Wanted(members.scope(), Criteria.read(request.args), form.values.get("q", ""))
    chosen = _chosen(form.values.get("pick", []))
    is_all = bool(form.values.get("all"))
    if not form.is_valid or (not chosen and not is_all):
        raise Invalid({"pick": [_NOBODY]})
    many = listing.count(records, wanted=wanted) if is_all else len(chosen)
    with write() as session:
        target = ref("mer", wanted.scope.merchant_id)
        facts = {"members": many, "filters": sorted(wanted.criteria.filters())}
        note(session, duty=guard.duty(), act="members.export", target=target, at=wanted.scope.at,
             **facts)  # fmt: skip
    clubs = member_filters.shelf(records).clubs
    pages = _all(wanted) if is_all else _some(wanted, chosen)
    name = gettext("members") + f"-{wanted.scope.today.isoformat()}"
    return sheets.streamed(name, _lines(wanted, clubs, pages))


def _chosen(picked: Sequence[str]) -> list[UUID]:
    ids = (parse_ref("cus", each) for each in picked[: bulk.CHOSEN_MAX])
    return [each for each in ids if each is not None]


def _all(wanted: Wanted) -> Iterator[tuple[Session, list[Listed]]]:
    """Page after page, each in a look of its own: a long file holds nobody up."""
    after: UUID | None = None
    while True:
        with read() as session:
            ids = listing.ids_after(session, wanted=wanted, after=after, limit=AT_ONCE)
            yield session, listing.named(session, scope=wanted.scope, ids=ids)
        if len(ids) < AT_ONCE:
            return
        after = ids[-1]


def _some(wanted: Wanted, chosen: list[UUID]) -> Iterator[tuple[Session, list[Listed]]]:
    with read() as session:
        yield session, listing.named(session, scope=wanted.scope, ids=chosen)


def _lines(
    wanted: Wanted, clubs: list[Club], pages: Iterator[tuple[Session, list[Listed]]]
) -> Iterator[Sequence[Cell]]:
    pots = [(club, unit.key, pick(unit.label)) for club in clubs for unit in club.document.units]
    yield [*_heading(), *(f"{label} ({club.name})" for club, _, label in pots)]
    for session, found in pages:
        yield from _page(session, wanted, found, [(club.id, unit) for club, unit, _ in pots])


def _heading() -> list[str]:
    return [
        gettext("Customer"),
        gettext("Name"),
        gettext("E-mail"),
        gettext("Phone"),
        gettext("Birthday"),
        gettext("Language"),
        gettext("Own reference"),
        gettext("Member since"),
        gettext("State"),
        gettext("First visit"),
        gettext("Last visit"),
        gettext("Visits"),
        gettext("Spent"),
        gettext("Currency"),
        gettext("Tags"),
        gettext("News and offers"),
        gettext("Habits"),
    ]


def _page(
    session: Session, wanted: Wanted, found: list[Listed], pots: list[tuple[UUID, str]]
) -> Iterator[Sequence[Cell]]:
    merchant_id, ids = wanted.scope.merchant_id, [one.id for one in found]
    cards = holdings.of_many(session, merchant_id=merchant_id, customer_ids=ids)
    tagged = tags.of_many(session, merchant_id=merchant_id, customer_ids=ids)
    agreed = consents.of_many(session, merchant_id=merchant_id, customer_ids=ids)
    states = members.states_of(session, wanted.scope, ids)
    for one in found:
        held = {
            (card.program_id, unit): balance
            for card in cards.get(one.id, [])
            for unit, balance in card.balances.items()
        }
        state = member_words.state(states.get(one.id, "new"))[0]
        yield [
            *_who(one),
            state,
            one.first_on.isoformat() if one.first_on else None,
            one.last_on.isoformat() if one.last_on else None,
            one.visits,
            sheets.amount(one.spend_minor, wanted.scope.currency),
            wanted.scope.currency,
            ", ".join(tag.name for tag in tagged.get(one.id, [])),
            _yes(agreed[one.id][Purpose.MARKETING]),
            _yes(agreed[one.id][Purpose.PROFILING]),
            *(held.get(pot) for pot in pots),
        ]


def _who(one: Listed) -> list[Cell]:
    joined = one.joined_at.astimezone(zone()).strftime("%Y-%m-%d")
    return [
        one.ref,
        one.name,
        one.email,
        one.phone,
        one.birthday,
        one.language,
        one.external_ref,
        joined,
    ]


def _yes(given: bool | None) -> str:  # noqa: FBT001  # a word for each
    if given is None:
        return ""
    return gettext("yes") if given else gettext("no")
