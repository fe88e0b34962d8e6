"""Where the shop is and when it is open, as customers and owners read it."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel import Locale
from flask import Flask

from loyalty.merchants import places
from loyalty.merchants.hours import Hours, Span, runs
from loyalty.merchants.models import Location
from loyalty.web import reads
from loyalty.web.locale import gettext, language, shop

_TO = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Front:
    """An open place: its name, its address, and its hours as days and times."""

    name: str
    address: str
    hours: list[tuple[str, str]]


def init_app(app: Flask) -> None:
    """Offer `shop_fronts` to the templates."""
    app.jinja_env.globals.update(shop_fronts=fronts)


def fronts() -> list[Front]:
    """The open places of this page's shop of which more than the name is known."""
    here = shop()
    if here is None:
        return []
    found = places.list_locations(reads.session(), merchant_id=here.id)
    return [_front(row) for row in found if row.closed_at is None and (row.address or row.hours)]


def _front(row: Location) -> Front:
    return Front(row.name, row.address or "", said(row.hours))


def said(hours: Hours | None) -> list[tuple[str, str]]:
    """Hours as people write them: ("lun-ven", "07:30-13:00, 15:30-19:30")."""
    if not hours:
        return []
    names = [day_name(number, "abbreviated") for number in range(len(hours))]
    return [
        (names[first] if first == last else f"{names[first]}{_TO}{names[last]}", _spans(spans))
        for first, last, spans in runs(hours)
    ]


def day_name(number: int, width: str = "wide") -> str:
    """A weekday from Monday as 0, in the language of this request."""
    names = Locale(language()).days["stand-alone"][width]
    return str(names[number])


def _spans(spans: Sequence[Span]) -> str:
    if not spans:
        return gettext("closed")
    return ", ".join(f"{begins}{_TO}{ends}" for begins, ends in spans)
