"""The member list: search, filters, saved views, sort, and pages by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from flask import Response, make_response, render_template, request
from sqlalchemy.orm import Session

from loyalty.analytics import saved as segments
from loyalty.analytics.ground import Ground
from loyalty.core import clock
from loyalty.customers import tags
from loyalty.customers.tags import Named
from loyalty.members import holdings, listing, segmented, views
from loyalty.members.criteria import DEFAULT_SORT, SORTS, Criteria
from loyalty.members.holdings import Holding
from loyalty.members.listing import Listed, Place, Pot, Wanted
from loyalty.members.matching import Scope
from loyalty.merchants.roles import Permission
from loyalty.portal import member_filters, member_words
from loyalty.portal.blueprint import blueprint
from loyalty.portal.listing import Pages, Sort
from loyalty.portal.member_filters import Shelf
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, money, number, pick, shop
from loyalty.web.looks import initials

SHOWN, _TABS_MAX = 50, 8
WORDS_MAX, WORDS_MIN = 120, 2


class _Search(Body):
    q = Line((1, WORDS_MAX))


_form = _Search()


@dataclass(frozen=True, slots=True)
class Row:
    """A member as the list shows it."""

    ref: str
    name: str | None
    initials: str
    contact: str
    state: str
    state_kind: str
    last_on: date | None
    visits: str
    spend: str
    balance: str
    joined_at: datetime
    tags: list[Named]
    is_blocked: bool


def scope() -> Scope:
    """This shop, now."""
    here = shop()
    assert here is not None, "the guard has said whose page this is"
    return Scope(here.id, here.currency, here.timezone, clock.now())


@blueprint.route("/portal/members", methods=["GET", "POST"])
@guard.staff(Permission.MEMBERS)
def members() -> Response:
    """A page of members; what is searched for travels in the form, so that no address holds it."""
    form = read_form(_form) if request.method == "POST" else FormState()
    typed = form.values.get("q", "") if form.is_valid else ""
    if typed and len(typed) < WORDS_MIN:
        form, typed = form.refuse("q", gettext("Write at least two letters.")), ""
    return page(form, typed)


def page(
    form: FormState | None = None,
    typed: str = "",
    *,
    view_form: FormState | None = None,
    status: int | None = None,
) -> Response:
    """The list as the address asks for it, within it what was typed."""
    records, form = reads.session(), form or FormState()
    shelf, criteria = member_filters.shelf(records), Criteria.read(request.args)
    wanted = Wanted(scope(), criteria, typed, shelf.pot(criteria))
    filters = listing.asked(records, wanted=wanted)
    found = listing.page(records, wanted=wanted, filters=filters, place=_place(), limit=SHOWN)
    total = found.total or listing.count(records, wanted=wanted, filters=filters)
    club = shelf.club(criteria)
    saved = views.list_views(records, merchant_id=wanted.scope.merchant_id)
    shown = render_template(
        "portal/members.html",
        rows=rows(records, wanted, found.members),
        total=total,
        has_any=bool(total) or has_any(records, wanted),
        pages=_pages(found, total),
        sort=Sort.read(SORTS, DEFAULT_SORT),
        criteria=criteria,
        chosen=member_filters.said(criteria, shelf),
        shelf=shelf,
        club=club,
        unit=_unit(shelf, criteria),
        views=[*(_tab(view, criteria) for view in saved), *_segments(records, wanted)],
        view=next((view for view in saved if view.criteria == criteria), None),
        all_tags=tags.of_shop(records, merchant_id=wanted.scope.merchant_id),
        form=form,
        typed=typed,
        view_form=view_form or FormState(),
        labels={name: pick(text) for name, text in member_words.FILTERS.items()},
    )
    errors = form.errors or (view_form.errors if view_form else {})
    return make_response(shown, status or (422 if errors else 200))


def has_any(records: Session, wanted: Wanted) -> bool:
    """Whether the shop has any member at all."""
    every = Wanted(wanted.scope, Criteria())
    return bool(listing.ids_after(records, wanted=every, after=None, limit=1))


def _place() -> Place | None:
    for name, is_back in (("after", False), ("before", True)):
        if given := request.args.get(name):
            return Place(given, is_back)
    return None


def _pages(found: listing.Page, total: int) -> Pages:
    members = found.members
    said = gettext("%(shown)s of %(total)s", shown=number(len(members)), total=number(total))
    return Pages(
        said=said,
        back={"before": members[0].ref} if members and found.has_before else {},
        next={"after": members[-1].ref} if members and found.has_after else {},
    )


def _tab(view: views.View, criteria: Criteria) -> tuple[str, str, None, bool]:
    return member_filters.address(view.criteria), view.name, None, view.criteria == criteria


def _segments(records: Session, wanted: Wanted) -> list[tuple[str, str, None, bool]]:
    """The shop's own segments stand above the list as saved views do; of many the first ones."""
    own = segments.every(records, merchant_id=wanted.scope.merchant_id, limit=_TABS_MAX)
    made = [(Criteria(segment=one.key), one.name) for one in own]
    return [(member_filters.address(of), name, None, of == wanted.criteria) for of, name in made]


def _unit(shelf: Shelf, criteria: Criteria) -> str:
    club = shelf.club(criteria)
    return pick(club.document.units[0].label).capitalize() if club else ""


def rows(records: Session, wanted: Wanted, found: Sequence[Listed]) -> list[Row]:
    """Members with their tags and balances, in one statement for each kind."""
    if not found:
        return []
    merchant_id, ids = wanted.scope.merchant_id, [one.id for one in found]
    cards = holdings.of_many(records, merchant_id=merchant_id, customer_ids=ids)
    tagged = tags.of_many(records, merchant_id=merchant_id, customer_ids=ids)
    same = wanted.criteria.state  # who was asked for by a state need not be judged once more
    states = dict.fromkeys(ids, same) if same else states_of(records, wanted.scope, ids)
    made = []
    for one in found:
        state, kind = member_words.state(states.get(one.id, "new"))
        mine = cards.get(one.id, [])
        made.append(
            Row(
                ref=one.ref,
                name=one.name,
                initials=initials(one.name),
                contact=one.email or one.phone or "",
                state=state,
                state_kind=kind,
                last_on=one.last_on,
                visits=number(one.visits),
                spend=money(one.spend_minor) if one.visits else "",
                balance=_balance(mine, wanted.pot),
                joined_at=one.joined_at,
                tags=tagged.get(one.id, []),
                is_blocked=bool(mine) and all(card.blocked_at for card in mine),
            )
        )
    return made


def states_of(records: Session, scope: Scope, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The states today of members in the list."""
    return segmented.states(Ground(records, scope.merchant_id, scope.today), ids)


def _balance(cards: Sequence[Holding], pot: Pot | None) -> str:
    mine = [card for card in cards if pot and card.program_id == pot.program_id]
    return number(sum(card.balances.get(pot.unit, 0) for card in mine)) if mine and pot else ""
