"""The shop's own settings: its name, its language, its zone; the currency stays what it is."""

from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy.orm import Session

from loyalty.core.errors import Invalid
from loyalty.core.ids import ref
from loyalty.core.signing import fingerprint
from loyalty.core.text import Text
from loyalty.merchants import acts
from loyalty.merchants.models import Merchant
from loyalty.merchants.places import ChangedMeanwhile
from loyalty.merchants.roles import Duty

LANGUAGES = ("it", "en")
_EDITION_LETTERS = 16
_AREAS = ("Europe/", "Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Indian/",
          "Pacific/")  # fmt: skip
_NO_ZONE = Text("Scegli un fuso orario dall'elenco.", "Choose a time zone of the list.")


@dataclass(frozen=True, slots=True)
class ShopSettings:
    """What the owner may change."""

    name: str
    language: str
    timezone: str


def zones() -> list[str]:
    """The time zones to choose from, Europe's first."""
    known = available_timezones()
    return [zone for area in _AREAS for zone in sorted(known) if zone.startswith(area)]


def settings_of(shop: Merchant) -> ShopSettings:
    """What stands in the form."""
    return ShopSettings(shop.name, shop.language, shop.timezone)


def edition(shop: Merchant) -> str:
    """What tells two states of the settings apart."""
    return fingerprint([*asdict(settings_of(shop)).values()]).hex()[:_EDITION_LETTERS]


def change(session: Session, *, duty: Duty, wanted: ShopSettings, seen: str, at: datetime) -> None:
    """Change the shop's settings; `seen` is the edition that was shown.

    What was recorded keeps the day that it was recorded under. Raises Invalid, ChangedMeanwhile.
    """
    if wanted.timezone not in zones():
        raise Invalid({"timezone": [_NO_ZONE]})
    shop = session.get_one(Merchant, duty.merchant_id, with_for_update=True)
    if edition(shop) != seen:
        raise ChangedMeanwhile
    changed = [name for name, value in asdict(wanted).items() if getattr(shop, name) != value]
    for name in changed:
        setattr(shop, name, getattr(wanted, name))
    session.flush()
    if changed:
        target = ref("mer", shop.id)
        acts.note(session, duty=duty, act="shop.change", target=target, at=at, changed=changed)
