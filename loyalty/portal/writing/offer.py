"""The third step: nothing, or a reward for each person, free, for so many days."""

from dataclasses import dataclass
from typing import Any

from loyalty.campaigns import offers
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.offers import DAYS_MAX, DAYS_USUAL
from loyalty.core.text import Text
from loyalty.portal.writing.step import Parts, Step, Stepped
from loyalty.web import guard, reads
from loyalty.web.fields import Line
from loyalty.web.forms import FormState, TypedWhole
from loyalty.web.locale import pick

NONE = "none"


@dataclass(frozen=True, slots=True)
class Choice:
    """A reward to choose, with what one costs the shop (None: nobody has said)."""

    key: str
    name: str
    program: str
    unit_cost_minor: int | None


class _Offer(Stepped):
    reward = Line((1, 120), load_default=NONE)
    valid_days = TypedWhole(1, DAYS_MAX, load_default=DAYS_USUAL)


def choices() -> list[Choice]:
    """Every reward that could be given away now."""
    found = offers.choices(reads.session(), merchant_id=guard.duty().merchant_id)
    return [
        Choice(f"{one.program}/{one.reward}", pick(one.name), one.program_name, one.unit_cost_minor)
        for one in found
    ]


def _read(form: FormState, _: Campaign) -> Parts:
    program, _, reward = form.values["reward"].partition("/")
    if program == NONE:
        return {"offer": None}
    days = form.values["valid_days"]
    return {"offer": {"program": program, "reward": reward, "valid_days": days}}


def _kept(campaign: Campaign) -> dict[str, str]:
    offer = campaign.offer
    if offer is None:
        return {"reward": NONE, "valid_days": str(DAYS_USUAL)}
    days = str(offer.get("valid_days", DAYS_USUAL))
    program = offer.get("program") or _program_of(str(offer.get("reward")))
    return {"reward": f"{program}/{offer.get('reward')}", "valid_days": days}


def _program_of(reward: str) -> str:
    """Software may name a reward without its program."""
    return next((one.key.partition("/")[0] for one in choices()
                 if one.key.partition("/")[2] == reward), "")  # fmt: skip


def _around(_: Campaign) -> dict[str, Any]:
    return {"rewards": choices(), "no_gift": NONE}


OFFER = Step(
    key="offer",
    name=Text("Regalo", "Gift"),
    parts=("offer",),
    schema=_Offer(),
    read=_read,
    kept=_kept,
    around=_around,
    fields={"offer.reward": "reward", "offer.program": "reward", "offer.valid_days": "valid_days"},
    labels={
        "reward": Text("Premio", "Reward"),
        "valid_days": Text("Giorni di validità", "Days it is good for"),
        "letter.it.subject": Text("Nella lettera", "In the letter"),
        "letter.it.body": Text("Nella lettera", "In the letter"),
        "letter.en.subject": Text("Nella lettera", "In the letter"),
        "letter.en.body": Text("Nella lettera", "In the letter"),
    },
)
