"""What the portal keeps of a shop, beside its till: members' records, tasks, files and pictures."""

import io
from uuid import UUID

from PIL import Image

from loyalty.cards import sending
from loyalty.core import clock, pictures
from loyalty.core.ids import parse_ref, ref
from loyalty.core.pictures import LOGO
from loyalty.core.signing import digest
from loyalty.counter import papers
from loyalty.customers import notes, tags
from loyalty.imports import uploads
from loyalty.imports.uploads import Arrival
from loyalty.members import bulk, views
from loyalty.members.bulk import TAG, Order
from loyalty.members.criteria import Criteria
from loyalty.members.matching import Scope
from loyalty.merchants import places
from loyalty.tasks import tasks
from loyalty.tasks.tasks import Wanted
from tests.builders import Shop, fresh_key

CUSTOMERS_CSV = "name,email\nZeno,zeno@example.it\n"


def portal_things(shop: Shop, *, member: str, card: str, payout: str) -> dict[str, str]:
    """Something real of each kind that the portal names, about this member and their card.

    The payout is given its receipt.
    """
    at, paper = clock.now(), papers.judge(b"%PDF-1.7\nZeno\n%%EOF\n")
    tag_id = _tag(shop, member)
    with shop.database.write() as session:
        written = notes.write(
            session, duty=shop.owner, customer_ref=member, words="Zeno paga sempre lui.",
            key_hash=digest(fresh_key()), at=at,
        )  # fmt: skip
        view = views.save(
            session, merchant_id=shop.merchant_id, name="Zeno e gli altri",
            criteria=Criteria.read({}), actor=shop.owner.actor, at=at,
        )  # fmt: skip
        wanted = Wanted("Chiamare Zeno", member, shop.owner.actor)
        task = tasks.add(session, duty=shop.owner, wanted=wanted, key=tasks.new_key(), at=at)
        place = places.add(session, duty=shop.owner, name="Via Zeno", at=at)
        claim = sending.make_link(session, duty=shop.owner, card_ref=card, at=at)
        papers.attach(session, duty=shop.owner, payout_ref=payout, paper=paper, at=at)
    return {
        "note_ref": ref("not", written.id),
        "tag_ref": ref("tag", tag_id),
        "view_ref": view,
        "run_ref": _run(shop, tag_id, member),
        "task_ref": task,
        "location_ref": place,
        "claim_ref": claim,
        "import_ref": _file(shop),
        "shop_ref": ref("mer", shop.merchant_id),
        "name": _picture(shop),
    }


def _tag(shop: Shop, member: str) -> UUID:
    """A tag that the member carries."""
    at, customer_id = clock.now(), parse_ref("cus", member)
    with shop.database.write() as session:
        made = tags.make(session, merchant_id=shop.merchant_id, name="Amici di Zeno", at=at)
        tags.put(
            session, merchant_id=shop.merchant_id, tag_id=made, customer_ids=[customer_id],
            actor=shop.owner.actor, at=at,
        )  # fmt: skip
    return made


def _run(shop: Shop, tag_id: UUID, member: str) -> str:
    """A deed on many members, asked for."""
    scope = Scope(shop.merchant_id, "EUR", "Europe/Rome", clock.now())
    order, key = Order(TAG, ref("tag", tag_id), [member]), digest(fresh_key())
    with shop.database.write() as session:
        return bulk.ask(session, duty=shop.owner, scope=scope, order=order, key_hash=key)


def _file(shop: Shop) -> str:
    """A file of customers whose columns are to be chosen."""
    body, at = CUSTOMERS_CSV.encode(), clock.now()
    arrival = Arrival("zeno.csv", len(body), ("name", "email"), "it")
    with shop.database.write() as session:
        made = uploads.begin(session, duty=shop.owner, arrival=arrival, at=at)
        uploads.add_chunk(
            session, merchant_id=shop.merchant_id, upload_id=made, number=0, body=body
        )
        uploads.arrived(session, duty=shop.owner, upload_id=made, at=at)
    return ref("imp", made)


def _picture(shop: Shop) -> str:
    """The file name of a logo."""
    drawn = io.BytesIO()
    Image.new("RGBA", (120, 40), (240, 180, 90, 255)).save(drawn, "PNG")
    made = pictures.make(drawn.getvalue(), LOGO)
    with shop.database.write() as session:
        kept = pictures.keep(session, merchant_id=shop.merchant_id, made=made, at=clock.now())
    return f"{kept}.{made.kind}"
