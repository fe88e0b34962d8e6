"""The first step: to whom. Segments with how many are in each today."""

from dataclasses import dataclass
from typing import Any

from loyalty.analytics import audience, saved
from loyalty.analytics.builtin import BUILTIN
from loyalty.analytics.ground import Ground
from loyalty.campaigns import steps
from loyalty.campaigns.models import Campaign
from loyalty.core.text import Text
from loyalty.portal import campaign_of
from loyalty.portal.writing.step import Parts, Step, Stepped
from loyalty.web import guard, reads
from loyalty.web.fields import Line
from loyalty.web.forms import FormState
from loyalty.web.locale import pick
from loyalty.web.visitrows import today

EVERYBODY, AS_IT_IS = "everybody", "as-it-is"
_HIDDEN = ("silenziosi",)  # nobody is in it until there are surveys
_ALL = Text("Tutti i clienti", "All members")
_ALL_ABOUT = Text(
    "Per una novità che riguarda chiunque; non serve il sì alle abitudini.",
    "For news that concern anybody; no yes to habits is needed.",
)
_OWN = Text("Condizioni scelte da un programma", "Conditions set by software")
_OWN_ABOUT = Text("Restano come sono.", "They stay as they are.")


@dataclass(frozen=True, slots=True)
class Choice:
    """A segment to choose."""

    key: str
    name: str
    about: str
    count: int


class _People(Stepped):
    name = Line((1, steps.NAME_LETTERS_MAX))
    segment = Line((1, 60), required=True)


def choices(campaign: Campaign | None = None) -> tuple[list[Choice], list[Choice]]:
    """The segments of the house, and those of the shop; everybody stands first."""
    records, merchant_id = reads.session(), guard.duty().merchant_id
    ground = Ground(records, merchant_id, today())

    def count(raw: dict[str, Any]) -> int:
        wanted = audience.parse(raw)
        return audience.count_on(
            ground, audience.resolved(records, merchant_id=merchant_id, audience=wanted)
        )

    house = [
        Choice(one.key, pick(one.name), pick(one.about), count({"segment": one.key}))
        for one in BUILTIN.values()
        if one.key not in _HIDDEN
    ]
    everybody = Choice(EVERYBODY, pick(_ALL), pick(_ALL_ABOUT), count(steps.EVERYBODY))
    own = [
        Choice(one.key, one.name, "", count({"segment": one.key}))
        for one in saved.every(records, merchant_id=merchant_id)
    ]
    if campaign is not None and campaign_of.segment_of(campaign) is None:
        own.insert(0, Choice(AS_IT_IS, pick(_OWN), pick(_OWN_ABOUT), count(campaign.audience)))
    return [*_first_who_slips(house), everybody], own


def _first_who_slips(house: list[Choice]) -> list[Choice]:
    """Whom one writes to most often stands first."""
    order = ("lapsed", "cooling", "one_off", "lost")
    rank = {key: place for place, key in enumerate(order)}
    return sorted(house, key=lambda one: rank.get(one.key, len(order)))


def key_of(segment: str) -> str:
    """The segment's key as the domain has it."""
    return "" if segment == EVERYBODY else segment


def _read(form: FormState, campaign: Campaign) -> Parts:
    segment, name = form.values["segment"], form.values.get("name", "")
    called = steps.segment_name(reads.session(), duty=guard.duty(), segment=key_of(segment)) \
        if segment != AS_IT_IS else None  # fmt: skip
    kept = campaign.audience if called is None else steps.audience_of(key_of(segment))
    return {"name": name or (pick(called) if called else campaign.name), "audience": kept}


def _kept(campaign: Campaign) -> dict[str, str]:
    key = campaign_of.segment_of(campaign)
    chosen = AS_IT_IS if key is None else key or EVERYBODY
    return {"name": campaign.name, "segment": chosen}


def around(campaign: Campaign | None) -> dict[str, Any]:
    """What there is to choose from."""
    house, own = choices(campaign)
    return {"house_segments": house, "own_segments": own}


form = _People()
LABELS = {
    "name": Text("Nome", "Name"),
    "segment": Text("A chi", "To whom"),
}
PEOPLE = Step(
    key="people",
    name=Text("A chi", "People"),
    parts=("name", "audience"),
    schema=form,
    read=_read,
    kept=_kept,
    around=around,
    fields={"audience": "segment"},
    labels=LABELS,
)
