"""What a campaign brought, in words and numbers, beside those who were held back."""

from dataclasses import dataclass
from datetime import datetime

from flask import Response

from loyalty.analytics import effect
from loyalty.campaigns import brought, outcome
from loyalty.campaigns.brought import Brought, Sums
from loyalty.campaigns.models import Campaign
from loyalty.campaigns.outcome import Arm, Outcome
from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.merchants.roles import Permission
from loyalty.portal import campaign_of
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, reads, sheets
from loyalty.web.locale import gettext, language, money, number, shop

_PLACES = 1
_WHOLE = 100


@dataclass(frozen=True, slots=True)
class Group:
    """One group: its numbers, and (of 100) where its share and the interval of it are drawn."""

    key: str
    name: str
    n: int
    returned: int
    share: str
    interval: str
    at: float
    low: float
    high: float
    redeemed: int | None
    visits: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Shown:
    """The verdict in a sentence, what it rests on, and the numbers."""

    verdict: str
    headline: str
    because: str
    groups: list[Group]
    difference: str
    difference_interval: str
    day: int
    days: int
    visits: str
    visits_interval: str
    net: str
    net_interval: str
    cost: str
    is_cost_known: bool
    has_holdout: bool


def of(campaign: Campaign, *, at: datetime) -> Shown | None:
    """As far as it is known now; None before anybody could have got it."""
    records, timezone = reads.session(), campaign_of.house().timezone
    found = outcome.of(records, campaign=campaign, timezone=timezone, at=at)
    if found is None or found.day < 0 or not found.treated.n:
        return None
    sums = brought.of(records, campaign=campaign, timezone=timezone, redeemed=found.redeemed)
    return _shown(found, sums)


def _shown(found: Outcome, sums: Brought) -> Shown:
    lift = found.lift()
    visits, net = sums.extra_visits, sums.net_gain_minor
    headline, because = _judged(found, lift)
    return Shown(
        verdict=lift["verdict"],
        headline=headline,
        because=because,
        groups=[
            _group("treated", gettext("Written to"), found.treated, found.redeemed, sums, 0),
            _group("holdout", gettext("Held back"), found.holdout, None, sums, 1),
        ],
        difference=points(lift["difference"]),
        difference_interval=gettext(
            "between %(low)s and %(high)s", low=points(lift["low"]), high=points(lift["high"])
        ),
        day=max(0, min(found.day, effect.WINDOW_DAYS)),
        days=effect.WINDOW_DAYS,
        visits=_signed(visits.value),
        visits_interval=_between(_signed(visits.low), _signed(visits.high)),
        net=money(round(net.value)),
        net_interval=_between(money(round(net.low)), money(round(net.high))),
        cost=money(sums.offer_cost_minor) if sums.offer_cost_minor is not None else "",
        is_cost_known=sums.offer_cost_minor is not None,
        has_holdout=found.holdout.n > 0,
    )


def _judged(found: Outcome, lift: dict[str, float]) -> tuple[str, str]:
    """The verdict, and why it is that one."""
    if not found.holdout.n:
        return (
            gettext("Nobody was held back, so nothing can be compared"),
            gettext("Some of them would have come anyway, and nobody knows how many."),
        )
    if found.day < effect.WINDOW_DAYS:
        return (
            gettext("Too early to tell"),
            gettext(
                "It is day %(day)s of %(days)s. Both groups are watched for the same time; until"
                " then the numbers move.",
                day=number(max(0, found.day)),
                days=number(effect.WINDOW_DAYS),
            ),
        )
    kind, said = effect.verdict(_difference(lift), day=found.day), points(lift["difference"])
    if kind == effect.EFFECT:
        if lift["difference"] > 0:
            return (
                gettext("It brought people back: %(points)s", points=said),
                gettext("The difference is larger than chance explains."),
            )
        return (
            gettext("It did more harm than good: %(points)s", points=said),
            gettext("Who was not written to came more often, beyond what chance explains."),
        )
    if kind == effect.NONE:
        return (
            gettext("It made no difference"),
            gettext("Both groups came back about equally often, and they were large enough to see"
                    " more."),
        )  # fmt: skip
    return (
        gettext("Too few to tell"),
        gettext("With groups of this size chance alone can do as much. More people, or several"
                " campaigns together, would show it."),
    )  # fmt: skip


def _difference(lift: dict[str, float]) -> effect.Difference:
    return effect.Difference(lift["difference"], lift["low"], lift["high"])


def _group(key: str, name: str, arm: Arm, redeemed: int | None, sums: Brought, place: int) -> Group:
    low, high = effect.wilson(arm.returned, arm.n)
    share = arm.returned / arm.n if arm.n else 0.0
    visits: Sums = sums.visits[place]
    return Group(
        key=key,
        name=name,
        n=arm.n,
        returned=arm.returned,
        share=percent(share) if arm.n else "",
        interval=_between(percent(low), percent(high)) if arm.n else "",
        at=round(share * _WHOLE, 2),
        low=round(low * _WHOLE, 2),
        high=round(high * _WHOLE, 2),
        redeemed=redeemed,
        visits=visits.total,
        net_minor=sums.net_minor[place].total,
    )


def _between(low: str, high: str) -> str:
    return gettext("between %(low)s and %(high)s", low=low, high=high)


def percent(share: float) -> str:
    """A share as people write it: "12,5 %" or "12.5%"."""
    text = _decimal(share * _WHOLE)
    return f"{text}\N{NO-BREAK SPACE}%" if language() == "it" else f"{text}%"


def points(difference: float) -> str:
    """A difference of two shares, in points, with its sign."""
    sign = "+" if difference > 0 else "\N{MINUS SIGN}" if difference < 0 else ""
    said = f"{sign}{_decimal(abs(difference) * _WHOLE)}"
    return gettext("%(number)s points", number=said)


def _signed(value: float) -> str:
    whole = round(value)
    sign = "+" if whole > 0 else "\N{MINUS SIGN}" if whole < 0 else ""
    return f"{sign}{number(abs(whole))}"


def _decimal(value: float) -> str:
    text = f"{value:.{_PLACES}f}"
    return text.replace(".", ",") if language() == "it" else text


@blueprint.get("/portal/campaigns/<campaign_ref>/effect.csv")
@guard.staff(Permission.CAMPAIGNS, Permission.EXPORT)
def campaign_effect_csv(campaign_ref: str) -> Response:
    """Both groups as a file, with what a difference is worth."""
    campaign = campaign_of.find(campaign_ref)
    found = of(campaign, at=clock.now())
    here = shop()
    currency = here.currency if here else "EUR"
    head = [
        gettext("Group"), gettext("People"), gettext("Came back"), gettext("Share"),
        gettext("Interval (95 %)"), gettext("Gifts used"), gettext("Visits"), gettext("Net sales"),
    ]  # fmt: skip
    rows: list[list[sheets.Cell]] = [
        [one.name, one.n, one.returned, one.share, one.interval, one.redeemed, one.visits,
         sheets.amount(one.net_minor, currency)]
        for one in (found.groups if found else [])
    ]  # fmt: skip
    if found:
        rows.append([gettext("Difference"), "", "", found.difference, found.difference_interval])
        rows.append([gettext("Verdict"), found.headline])
    name = f"effect-{ref('cmp', campaign.id)[-6:].lower()}"
    return sheets.answer(name, [head, *rows])
