"""Why people left, in their own words; nobody is named, for they have been forgotten."""

from flask import Response, make_response, render_template, request

from loyalty.core.ids import parse_ref, ref
from loyalty.feedback import exits as domain
from loyalty.feedback import remarks
from loyalty.merchants.roles import Permission
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads
from loyalty.web.locale import pick

_SHOWN = 20


@blueprint.get("/portal/remarks/exits")
@guard.staff(Permission.REPORTS)
def exits() -> Response:
    """The answers to one question, the newest first."""
    records, merchant_id = reads.session(), guard.duty().merchant_id
    found = domain.page(
        records,
        merchant_id=merchant_id,
        before=parse_ref("exa", request.args.get("before", "")),
        limit=_SHOWN + 1,
    )
    shown = found[:_SHOWN]
    page = render_template(
        "portal/exits.html",
        exits=[
            {
                "reason": pick(domain.REASONS[one.reason]) if one.reason else "",
                "words": one.words or "",
                "left_at": one.left_at,
            }
            for one in shown
        ],
        waiting=remarks.count_open(records, merchant_id=merchant_id),
        earlier=ref("exa", shown[-1].id) if len(found) > _SHOWN else "",
        is_first="before" not in request.args,
    )
    return make_response(page)
