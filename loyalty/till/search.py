"""Who is it? Customers by name, e-mail or phone, where there is nothing to scan."""

from dataclasses import dataclass

from flask import Response, make_response, render_template

from loyalty.cards import people
from loyalty.cards.people import Found, Held
from loyalty.merchants.roles import Permission
from loyalty.till.blueprint import blueprint
from loyalty.web import guard, reads
from loyalty.web.fields import Body, Line
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext
from loyalty.web.looks import initials

_SHOWN = 20
_LETTERS_MIN = 2
_PHONE_SHOWN = 3


class _Search(Body):
    q = Line((1, 120))


_form = _Search()


@dataclass(frozen=True, slots=True)
class _Shown:
    """Somebody in the list: enough to tell two people apart, and no more."""

    name: str | None
    initials: str
    contact: str
    cards: list[Held]


@blueprint.get("/customers/search")
@guard.staff(Permission.ACCRUE)
def find_customer() -> Response:
    """The field alone, and what it is good for."""
    return _page(FormState())


@blueprint.post("/customers/search")
@guard.staff(Permission.ACCRUE)
def search_customers() -> Response:
    """Who was found; the name travels in the form, so that no address and no log holds it."""
    form = read_form(_form)
    text = form.values.get("q", "") if form.is_valid else ""
    if form.is_valid and len(text) < _LETTERS_MIN:
        form = form.refuse("q", gettext("Write at least two letters."))
    if not form.is_valid:
        return _page(form, status=422)
    found = people.search(
        reads.session(), merchant_id=guard.duty().merchant_id, text=text, limit=_SHOWN + 1
    )
    return _page(form, found)


def _page(form: FormState, found: list[Found] | None = None, status: int = 200) -> Response:
    page = render_template(
        "till/search.html",
        form=form,
        found=None if found is None else [_shown(one) for one in found[:_SHOWN]],
        has_more=found is not None and len(found) > _SHOWN,
    )
    return make_response(page, status)


def _shown(found: Found) -> _Shown:
    return _Shown(found.name, initials(found.name), _contact(found), found.cards)


def _contact(found: Found) -> str:
    """The ends of e-mail and phone: who knows them recognises them, nobody else learns them."""
    parts = []
    if found.email:
        name, _, host = found.email.partition("@")
        parts.append(f"{name[:1]}…@{host}")
    if found.phone:
        parts.append(f"… {found.phone[-_PHONE_SHOWN:]}")
    return " · ".join(parts)
