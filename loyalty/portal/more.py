"""Everything that does not fit into the bar at the bottom of a phone."""

from flask import render_template

from loyalty.portal.blueprint import blueprint
from loyalty.web import guard


@blueprint.get("/portal/more")
@guard.staff()
def more() -> str:
    """All places by their groups."""
    return render_template("portal/more.html")
