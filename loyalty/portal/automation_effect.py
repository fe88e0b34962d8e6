"""What an automation brought, all months together, in words and numbers."""

from dataclasses import dataclass

from loyalty.analytics import effect
from loyalty.automations import reporting
from loyalty.automations.reporting import Effect
from loyalty.campaigns import rules
from loyalty.core import clock
from loyalty.web import guard, reads
from loyalty.web.locale import day, gettext, language, number

_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One month of starts."""

    month: str
    treated: int
    treated_returned: int
    held: int
    held_returned: int


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict in a sentence, what it rests on, and the months it is made of."""

    verdict: str
    headline: str
    because: str
    months: list[Row]
    total: Row
    young: int
    days: int


def judged(kind: str) -> Judged:
    """The effect of one automation of this shop, as far as it is known now."""
    records, merchant_id = reads.session(), guard.duty().merchant_id
    house = rules.house(records, merchant_id=merchant_id)
    found = reporting.judged(
        records, merchant_id=merchant_id, kind=kind, timezone=house.timezone, at=clock.now()
    )
    headline, because = _said(found)
    rows = [
        Row(
            day(one.first_on, "MMMM y"), one.treated, one.treated_returned, one.held,
            one.held_returned,
        )
        for one in found.months
    ]  # fmt: skip
    return Judged(
        found.verdict, headline, because, rows, _total(rows), found.young, effect.WINDOW_DAYS
    )


def _total(rows: list[Row]) -> Row:
    return Row(
        gettext("All together"),
        sum(one.treated for one in rows),
        sum(one.treated_returned for one in rows),
        sum(one.held for one in rows),
        sum(one.held_returned for one in rows),
    )


def _said(found: Effect) -> tuple[str, str]:
    if not found.months:
        return (
            gettext("Too early to tell"),
            gettext(
                "Whoever begins is watched for %(days)s days, and so is who is held back.",
                days=number(effect.WINDOW_DAYS),
            ),
        )
    if not any(one.held for one in found.months):
        return (
            gettext("Nobody was held back, so nothing can be compared"),
            gettext("Some of them would have come anyway, and nobody knows how many."),
        )
    interval = gettext(
        "The difference is %(points)s, between %(low)s and %(high)s.",
        points=points(found.pooled.difference),
        low=points(found.pooled.low),
        high=points(found.pooled.high),
    )
    return _verdict(found), interval


def _verdict(found: Effect) -> str:
    if found.verdict == effect.EFFECT and found.pooled.difference > 0:
        return gettext(
            "It brings people back: about %(people)s more so far", people=number(round(found.extra))
        )
    if found.verdict == effect.EFFECT:
        return gettext("It does more harm than good")
    if found.verdict == effect.NONE:
        return gettext("It makes no difference")
    return gettext("Too few to tell")


def points(difference: float) -> str:
    """A difference of two shares, in points, with its sign."""
    sign = "+" if difference > 0 else "\N{MINUS SIGN}" if difference < 0 else ""
    text = f"{abs(difference) * _WHOLE:.1f}"
    said = sign + (text.replace(".", ",") if language() == "it" else text)
    return gettext("%(number)s points", number=said)
