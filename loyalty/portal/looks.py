"""A person's own look: light, dark or as the device, and single-key shortcuts; kept for each."""

from typing import Any

from flask import Response, g, make_response, redirect, request

from loyalty.core.db import write
from loyalty.merchants import staff_looks
from loyalty.merchants.staff_looks import SCHEMES, Look
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads
from loyalty.web.locale import relative_path


@blueprint.post("/portal/look")
@guard.staff()
def set_scheme() -> Response:
    """Keep the scheme and go back to the page."""
    scheme = request.form.get("scheme", "")
    if scheme in SCHEMES:
        _keep(scheme=scheme)
    return _back()


@blueprint.post("/portal/shortcuts")
@guard.staff()
def set_shortcuts() -> Response:
    """Turn single keys on or off and go back to the page."""
    if (wish := request.form.get("shortcuts", "")) in ("on", "off"):
        _keep(shortcuts=wish == "on")
    return _back()


def _keep(**changes: str | bool) -> None:
    duty = guard.duty()
    assert duty.staff_id is not None, "a page has a person"
    with write() as records:
        staff_looks.keep(records, merchant_id=duty.merchant_id, staff_id=duty.staff_id, **changes)


def _back() -> Response:
    return make_response(redirect(relative_path(request.form.get("next", "")) or "/portal/", 303))


def look() -> Look:
    """How whoever opened this page likes it; the usual look where nobody is signed in."""
    if "look" not in g:
        duty = g.get("duty")
        g.look = Look()
        if duty is not None and duty.staff_id is not None:
            g.look = staff_looks.of(
                reads.session(), merchant_id=duty.merchant_id, staff_id=duty.staff_id
            )
    found: Look = g.look
    return found


@blueprint.context_processor
def _offer() -> dict[str, Any]:
    return {"look": look}
