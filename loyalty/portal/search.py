"""One search for everything: people, programs, rewards, places to go and things to do.

What is looked for travels in the form, so that no address, history or log holds it.
"""

from dataclasses import dataclass, field

from flask import Response, make_response, render_template, request, url_for
from sqlalchemy.orm import Session

from loyalty.cards import lookup, tokens
from loyalty.core.errors import Unknown
from loyalty.core.ids import ref
from loyalty.customers import directory
from loyalty.merchants.roles import Duty, Permission
from loyalty.portal import finding
from loyalty.portal.blueprint import blueprint
from loyalty.portal.finding import SHOWN, Hit
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext

_LETTERS_MIN, _LETTERS_MAX = 2, 120


class _Search(Body):
    q = Line((1, _LETTERS_MAX), load_default="")


_form = _Search()


@dataclass(frozen=True, slots=True)
class _Group:
    """Hits of one kind; `more` where there are others besides."""

    name: str
    hits: list[Hit] = field(default_factory=list)
    more: bool = False


@blueprint.get("/portal/search")
@guard.staff()
def search() -> Response:
    """The field, and every place to go."""
    return _page(FormState())


@blueprint.post("/portal/search")
@guard.staff()
def find() -> Response:
    """What was found, best first; only the list where the page asks for it while one types."""
    return _page(read_form(_form))


def _page(form: FormState) -> Response:
    text = form.values.get("q", "") if form.is_valid else ""
    groups = _groups(reads.session(), guard.duty(), text) if form.is_valid else []
    is_part = request.headers.get("HX-Request") == "true"
    page = render_template(
        "portal/found.html" if is_part else "portal/search.html",
        form=form,
        text=text,
        groups=[group for group in groups if group.hits],
        is_short=0 < len(text) < _LETTERS_MIN,
    )
    return make_response(page, 200 if form.is_valid else 422)


def _groups(session: Session, duty: Duty, text: str) -> list[_Group]:
    groups = [
        _Group(gettext("Go to"), finding.goes_to(duty, text)),
        _Group(gettext("Do"), finding.does(duty, text)),
    ]
    if len(text) < _LETTERS_MIN:
        return groups
    people = _people(session, duty, text)
    return [
        *groups,
        _Group(gettext("Members"), people[:SHOWN], more=len(people) > SHOWN),
        _Group(gettext("Programs"), finding.programs(session, duty, text)),
        _Group(gettext("Rewards"), finding.rewards(session, duty, text)),
    ]


def _people(session: Session, duty: Duty, text: str) -> list[Hit]:
    """Members by name, e-mail, phone or the code of a card; none who may not see them."""
    if Permission.MEMBERS not in duty.permissions:
        return []
    held = _holder(session, duty, text)
    if held is not None:
        return [held]
    found = directory.search(session, merchant_id=duty.merchant_id, text=text, limit=SHOWN + 1)
    return [
        _member(ref("cus", one.id), one.name, one.email or one.phone or one.external_ref or "")
        for one in found
    ]


def _holder(session: Session, duty: Duty, text: str) -> Hit | None:
    """Who holds the card whose code was typed."""
    try:
        scan = tokens.read_scan(text)
        card = lookup.by_scan(session, merchant_id=duty.merchant_id, scan=scan)
    except Unknown:
        return None
    return _member(ref("cus", card.customer_id), card.customer_name, card.program_name)


def _member(name: str, shown: str | None, note: str) -> Hit:
    url = url_for("portal.member", member_ref=name)
    return Hit(shown or gettext("No name"), url, "user", note)
