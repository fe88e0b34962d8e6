"""Customers for other programs: add, find, change, forget."""

from typing import Any

from flask import Response

from loyalty.api import profiles
from loyalty.api.answers import CustomerAnswer, CustomersAnswer
from loyalty.api.lists import PageQuery, page
from loyalty.api.operation import Contract, Section, answer
from loyalty.api.profiles import SegmentKey
from loyalty.core import clock
from loyalty.core.db import write
from loyalty.core.errors import StateConflict
from loyalty.customers import directory
from loyalty.customers.directory import Profile
from loyalty.persons import erasure
from loyalty.web import guard, reads
from loyalty.web.fields import NOT_BLANK, Body, Choice, Email, Line
from loyalty.web.locale import LANGUAGES

section = Section("customers", "People, as one merchant knows them.")
_PHONE = r"\+?[0-9][0-9 ()./-]{2,30}"
_BIRTHDAY = (
    "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    "|02-(0[1-9]|[12][0-9])"
)


class CustomerBody(Body):
    """What may be known of a customer; all of it optional, and null is the same as nothing."""

    name = Line((1, 120), pattern=NOT_BLANK, allow_none=True)
    email = Email(allow_none=True)
    phone = Line((3, 32), pattern=_PHONE, allow_none=True)
    birthday = Line((5, 5), pattern=_BIRTHDAY, allow_none=True, metadata={"example": "02-29"})
    language = Choice(*LANGUAGES, allow_none=True)
    external_ref = Line((1, 120), pattern=NOT_BLANK, allow_none=True)


class CustomersQuery(PageQuery):
    """Which part of the customers, or of those of a segment."""

    segment = SegmentKey()


class SearchBody(Body):
    """What to look for in names, addresses, numbers and own references."""

    q = Line((1, 120), pattern=NOT_BLANK, required=True)


@section.call(
    "POST",
    "/customers",
    Contract(
        scope="customers:write",
        body=CustomerBody,
        answer=CustomerAnswer,
        status=201,
        refusals=(StateConflict,),
    ),
)
def add_customer(body: dict[str, Any]) -> Response:
    """Add a customer.

    A known `external_ref` is refused with `state_conflict`, which names the customer.
    """
    duty = guard.duty()
    with write() as session:
        customer = directory.create(
            session, merchant_id=duty.merchant_id, profile=Profile(**body), at=clock.now()
        )
    return answer(profiles.shown([customer])[0], 201)


@section.call(
    "GET",
    "/customers",
    Contract(
        scope="customers:read",
        query=CustomersQuery,
        answer=CustomersAnswer,
        unknown=("segment",),
    ),
)
def list_customers(query: dict[str, Any]) -> Response:
    """List customers, in the order in which they came; with `segment` those of one."""
    asked = {"after": query.get("cursor"), "limit": query["limit"] + 1}
    merchant_id = guard.duty().merchant_id
    if "segment" in query:
        found = [who for who, _ in profiles.matching(query["segment"], **asked)]
    else:
        found = directory.page(reads.session(), merchant_id=merchant_id, **asked)
    return answer(page(profiles.shown(found), [customer.id for customer in found], query["limit"]))


@section.call(
    "POST",
    "/customers/search",
    Contract(scope="customers:read", body=SearchBody, answer=CustomersAnswer),
)
def search_customers(body: dict[str, Any]) -> Response:
    """Search customers, the newest first; a POST, so that no name stands in an address."""
    found = directory.search(
        reads.session(),
        merchant_id=guard.duty().merchant_id,
        text=body["q"],
        limit=directory.SEARCH_MAX,
    )
    return answer({"items": profiles.shown(found), "next": None})


@section.call(
    "GET",
    "/customers/<customer:customer_ref>",
    Contract(scope="customers:read", answer=CustomerAnswer, unknown=("customer",)),
)
def get_customer(customer_ref: str) -> Response:
    """Get one customer; `merged_into` says who they turned out to be, if they were merged."""
    found = directory.find(
        reads.session(), merchant_id=guard.duty().merchant_id, customer_ref=customer_ref
    )
    return answer(profiles.shown([found])[0])


@section.call(
    "PATCH",
    "/customers/<customer:customer_ref>",
    Contract(
        scope="customers:write",
        body=CustomerBody,
        answer=CustomerAnswer,
        unknown=("customer",),
        refusals=(StateConflict,),
    ),
)
def change_customer(body: dict[str, Any], customer_ref: str) -> Response:
    """Change the fields that are named; null empties one.

    One who was merged into another is refused with `state_conflict`, which names the other.
    """
    merchant_id = guard.duty().merchant_id
    with write() as session:
        directory.change(session, merchant_id=merchant_id, customer_ref=customer_ref, changes=body)
    return answer(
        profiles.shown(
            [directory.find(reads.session(), merchant_id=merchant_id, customer_ref=customer_ref)]
        )[0]
    )


@section.call(
    "DELETE",
    "/customers/<customer:customer_ref>",
    Contract(
        scope="customers:write",
        answer=None,
        status=204,
        unknown=("customer",),
        refusals=(StateConflict,),
    ),
)
def erase_customer(customer_ref: str) -> Response:
    """Forget a customer: whatever says who they are goes, the ledger keeps its sums.

    Their cards stop. Of mails, remarks and notes no word is left.
    Whoever was merged into them is forgotten too. One who was merged into another is refused with
    `state_conflict`, which names the other.
    """
    with write() as session:
        erasure.erase(session, duty=guard.duty(), customer_ref=customer_ref, at=clock.now())
    return Response(status=204)
