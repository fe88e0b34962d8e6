"""Everything about a member to give them, and forgetting them for good."""

from flask import Response, make_response, redirect, url_for

from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.ids import ref
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.persons import erasure, export, rows
from loyalty.portal import member, member_of
from loyalty.portal.blueprint import blueprint
from loyalty.portal.typed import is_typed, not_typed
from loyalty.web import dossiers, guard, reads, toasts
from loyalty.web.forms import FormState
from loyalty.web.locale import gettext


@blueprint.post("/portal/members/<member_ref>/export")
@guard.staff(Permission.EXPORT, fresh=True)
def export_member(member_ref: str) -> Response:
    """All that the shop holds about them, as sheets in one file; that it was taken is noted."""
    records, at = reads.session(), clock.now()
    customer = member_of.find(records, member_ref)
    who = rows.person(
        records, merchant_id=customer.merchant_id, customer_ref=ref("cus", customer.id)
    )
    packed = dossiers.packed(export.everything(records, who))
    with write() as session:
        target = ref("cus", customer.id)
        note(session, duty=guard.duty(), act="customer.export", target=target, at=at)
    return dossiers.answer(packed, "application/zip", f"{target}.zip")


@blueprint.post("/portal/members/<member_ref>/forget")
@guard.staff(Permission.BLOCK, fresh=True)
def forget_member(member_ref: str) -> Response:
    """Forget them for good, once the word has been typed; the ledger keeps its sums."""
    customer = member_of.find(reads.session(), member_ref)
    word = gettext("DELETE")
    if not is_typed(word):
        form = FormState(errors={"typed": not_typed(word)})
        return member.page(customer, member.Forms(forget=form), 422)
    with write() as records:
        erasure.erase(
            records, duty=guard.duty(), customer_ref=ref("cus", customer.id), at=clock.now()
        )
    toasts.say(gettext("The member is forgotten. Sums and balances of the shop are as before."))
    return make_response(redirect(url_for("portal.members"), 303))
