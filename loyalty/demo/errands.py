"""When the shops of the street are open, what is to do there, and a file that somebody brought."""

from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from loyalty.core.calendar import local_day
from loyalty.core.db import Database
from loyalty.core.ids import new_id, ref
from loyalty.core.text import Text
from loyalty.demo.habits import TIMEZONE
from loyalty.demo.opening import Shop
from loyalty.imports import doing, looking, uploads
from loyalty.imports.order import silent
from loyalty.imports.uploads import Arrival
from loyalty.merchants import places
from loyalty.merchants.hours import DAYS
from loyalty.merchants.places import Place
from loyalty.tasks import noticing, tasks
from loyalty.tasks.tasks import Wanted

_TOWN = "Torino"
_TO_DO = (
    (Text("Ordinare le tazze nuove", "Order the new mugs"), 3),
    (Text("Stampare la locandina per la vetrina", "Print the poster for the window"), -2),
    (Text("Mostrare la cassa alla nuova collega", "Show the till to the new colleague"), None),
)
_FILE = """Nome;Cognome;E-mail;Compleanno
Ada;Ferri;ada.ferri@example.it;12/04
Ugo;Pagani;ugo.pagani@example.it;30/11
Ines;Sala;ines.sala@esempio;03/07
"""


def describe(session: Session, shop: Shop, at: datetime) -> None:
    """Customers read where each place is and when it is open."""
    trade = shop.plan.trade
    first, last = (time(hour).strftime("%H:%M") for hour in trade.hours)
    week = [[] if day == trade.closed else [[first, last]] for day in range(DAYS)]
    rows = places.list_locations(session, merchant_id=shop.merchant_id)
    for number, row in enumerate(rows, start=1):
        wanted = Place(row.name, address=f"{row.name} {number * 7}, {_TOWN}", hours=week)
        places.change(
            session, duty=shop.owner, location_ref=ref("loc", row.id), wanted=wanted,
            seen=places.edition(row), at=at,
        )  # fmt: skip


def write_down(session: Session, shop: Shop, at: datetime) -> None:
    """What somebody does not want to forget, some of it late."""
    today = local_day(at, TIMEZONE)
    for what, days in _TO_DO:
        due_on = None if days is None else today + timedelta(days=days)
        mine = ref("stf", shop.owner.staff_id) if days and shop.owner.staff_id else None
        wanted = Wanted(what.it, assignee_ref=mine, due_on=due_on)
        tasks.add(session, duty=shop.owner, wanted=wanted, key=new_id(), at=at)


def bring(database: Database, shop: Shop, at: datetime) -> None:
    """A few customers out of an old address book; one row has a fault."""
    body = _FILE.encode()
    seen = looking.look(body, is_all=True)
    with database.write() as session:
        arrival = Arrival("rubrica.csv", len(body), seen.headings, "it")
        upload_id = uploads.begin(session, duty=shop.owner, arrival=arrival, at=at)
        uploads.add_chunk(
            session, merchant_id=shop.merchant_id, upload_id=upload_id, number=0, body=body
        )
        uploads.arrived(session, duty=shop.owner, upload_id=upload_id, at=at)
        upload = uploads.find(
            session, merchant_id=shop.merchant_id, upload_ref=ref("imp", upload_id)
        )
        uploads.attempt(
            session, duty=shop.owner, upload=upload, columns=upload.columns, program_id=None, at=at
        )
    whose = {"merchant_id": shop.merchant_id, "upload_id": upload_id}
    doing.attempt(database, **whose, at=at, progress=silent)
    with database.write() as session:
        uploads.start(session, duty=shop.owner, upload_id=upload_id, at=at)
    doing.carry_out(database, **whose, at=at, progress=silent)


def notice(database: Database, shop: Shop, at: datetime) -> None:
    """What the system sees by itself."""
    noticing.notice(database, merchant_id=shop.merchant_id, timezone=TIMEZONE, at=at)
