"""The fifth step: now or at a time, and until when at most, by the shop's own clock."""

from datetime import UTC, datetime
from typing import Any

from loyalty.campaigns.launching import SEND_WITHIN
from loyalty.campaigns.models import Campaign
from loyalty.core import clock
from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.portal import campaign_of
from loyalty.portal.writing.step import Parts, Step, Stepped
from loyalty.web.fields import Choice, Line
from loyalty.web.forms import FormState
from loyalty.web.locale import zone

NOW, LATER = "now", "later"
_NO_TIME = Text(
    "Scegli giorno e ora, come 28/11/2026 09:30.", "Choose a day and a time, like 28/11/2026 09:30."
)
_PAST = Text("Questo momento è già passato.", "That time has passed already.")
_FORMS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%Y-%m-%d %H:%M")


class _Timing(Stepped):
    when = Choice(NOW, LATER, load_default=NOW)
    send_at = Line((1, 30))
    not_after = Line((1, 30))


def _read(form: FormState, _: Campaign) -> Parts:
    send_at = None
    if form.values["when"] == LATER:
        send_at = _moment(form.value("send_at"), "send_at")
        if send_at <= clock.now():
            raise Invalid({"send_at": [_PAST]})
    typed = form.value("not_after")
    return {"send_at": send_at, "not_after": _moment(typed, "not_after") if typed else None}


def _moment(typed: str, field: str) -> datetime:
    """A time by the shop's clock. Raises Invalid.

    One that does not exist moves an hour on, a double one is the first.
    """
    for form in _FORMS:
        try:
            local = datetime.strptime(typed, form).replace(tzinfo=zone())
            return local.astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    raise Invalid({field: [_NO_TIME]})


def _kept(campaign: Campaign) -> dict[str, str]:
    return {
        "when": LATER if campaign.send_at else NOW,
        "send_at": _local(campaign.send_at),
        "not_after": _local(campaign.not_after_at),
    }


def _local(at: datetime | None) -> str:
    return at.astimezone(zone()).strftime("%Y-%m-%dT%H:%M") if at else ""


def _around(_: Campaign) -> dict[str, Any]:
    rules = campaign_of.house().rules
    return {"rules": rules, "within_days": SEND_WITHIN.days, "zone_name": zone().key}


TIMING = Step(
    key="time",
    name=Text("Quando", "Time"),
    parts=("send_at", "not_after"),
    schema=_Timing(),
    read=_read,
    kept=_kept,
    around=_around,
    fields={},
    labels={
        "when": Text("Quando parte", "When it leaves"),
        "send_at": Text("Giorno e ora", "Day and time"),
        "not_after": Text("Non oltre", "Not later than"),
    },
)
