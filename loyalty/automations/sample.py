"""A letter of a journey as somebody would read it, made up: to look at before it goes out."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.automations import editions, switching
from loyalty.automations.journeys import Step
from loyalty.automations.switching import Setting
from loyalty.campaigns import person, tags
from loyalty.campaigns.offers import DAYS_USUAL
from loyalty.campaigns.person import Frame, Whose
from loyalty.campaigns.press import Printed
from loyalty.campaigns.rules import House
from loyalty.campaigns.tags import OF_OFFER, Gaps
from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.programs import expiry

NAME, CODE = "Anna Ferri", "ABCD2345EF"
_GIFT = Text("Il tuo regalo", "Your gift")


def subject(plain: dict[str, Any], *, step: Step, house: House, language: str) -> str:
    """The subject of a letter, in that language where there is one, with a name that is nobody's.

    What cannot be read is shown as it was typed.
    """
    shown = person.language_for(language, house.language, plain)
    typed = str(plain[shown]["subject"])
    gaps = Gaps(has_offer=step.gives or step.reminds)
    try:
        pieces = gaps.split(gaps.take(typed, field="subject"))
    except Invalid:
        return typed
    dots = dict.fromkeys(OF_OFFER, "…")
    known = {"first_name": person.first_name(NAME), "shop": house.name}
    return tags.fill(pieces, {**dots, **known})


def html(  # a letter, and who it is shown to
    session: Session,
    *,
    setting: Setting,
    step: Step,
    plain: dict[str, Any],
    language: str,
    house: House,
    at: datetime,
) -> str:
    """The finished letter with a name and a code that are nobody's. Raises Invalid."""
    gift = switching.gift_of(session, merchant_id=house.merchant_id, setting=setting)
    wanted = {language: plain[language]} if language in plain else plain
    made = editions.make(setting.journey, step, wanted, gift, house)
    shown = person.language_for(language, house.language, made.printed["letters"])
    has_offer = step.gives or step.reminds
    frame = Frame(house.name, house.timezone, "", (gift.name if gift else _GIFT))
    days = gift.days if gift else DAYS_USUAL
    who = Whose(
        name=NAME,
        language=shown,
        token="",
        agreed_at=at,
        code=CODE if has_offer else None,
        until_at=expiry.days_later(at, days, house.timezone) if has_offer else None,
    )
    printed = Printed.of_dict(made.printed["letters"][shown])
    return printed.for_one(person.values(frame, who))[1]
