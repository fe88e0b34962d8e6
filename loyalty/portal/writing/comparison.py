"""The fourth step: how many are held back, so that one sees what the letter brought."""

from typing import Any

from loyalty.campaigns.drafts import FEW, HOLDOUT_MAX, HOLDOUT_OF_FEW, HOLDOUT_USUAL
from loyalty.campaigns.models import Campaign
from loyalty.core.errors import Invalid
from loyalty.core.text import Text
from loyalty.portal.writing.step import Parts, Step, Stepped
from loyalty.web.fields import Choice
from loyalty.web.forms import FormState, TypedWhole

USUAL, OWN, NONE = "usual", "own", "none"
LEAST = 5
_BOUNDS = Text(
    f"Da {LEAST} a {HOLDOUT_MAX} per cento, oppure nessuno.",
    f"Between {LEAST} and {HOLDOUT_MAX} per cent, or nobody.",
)


class _Comparison(Stepped):
    how = Choice(USUAL, OWN, NONE, load_default=USUAL)
    percent = TypedWhole(0, 100)


def _read(form: FormState, _: Campaign) -> Parts:
    how = form.values["how"]
    if how != OWN:
        return {"holdout_percent": 0 if how == NONE else None}
    percent = form.values.get("percent")
    if percent is None or not LEAST <= percent <= HOLDOUT_MAX:
        raise Invalid({"holdout_percent": [_BOUNDS]})
    return {"holdout_percent": percent}


def _kept(campaign: Campaign) -> dict[str, str]:
    percent = campaign.holdout_percent
    if percent is None:
        return {"how": USUAL, "percent": ""}
    return {"how": OWN if percent else NONE, "percent": str(percent or "")}


def _around(_: Campaign) -> dict[str, Any]:
    return {
        "few": FEW,
        "usual_percent": HOLDOUT_USUAL,
        "few_percent": HOLDOUT_OF_FEW,
        "least": LEAST,
        "most": HOLDOUT_MAX,
    }


COMPARISON = Step(
    key="comparison",
    name=Text("Confronto", "Comparison"),
    parts=("holdout_percent",),
    schema=_Comparison(),
    read=_read,
    kept=_kept,
    around=_around,
    fields={"holdout_percent": "percent"},
    labels={
        "how": Text("Confronto", "Comparison"),
        "percent": Text("Quanti su cento", "How many per cent"),
    },
)
