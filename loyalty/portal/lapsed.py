"""Who is slipping away by their own rhythm, with what is at stake; the most first."""

from dataclasses import dataclass

from flask import render_template, request

from loyalty.analytics import slipping
from loyalty.analytics.ground import Ground
from loyalty.analytics.rhythm import LAPSED
from loyalty.analytics.slipping import SLIPPING, Slipping, Stake
from loyalty.core import clock
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.merchants.roles import Permission
from loyalty.portal import member_words
from loyalty.portal.blueprint import blueprint
from loyalty.portal.limit_words import rules
from loyalty.portal.listing import Pages, here
from loyalty.portal.metric_figures import decimal
from loyalty.web import guard, reads
from loyalty.web.locale import gettext, money, number, pick
from loyalty.web.looks import initials
from loyalty.web.visitrows import today

SHOWN = 50
MANY = Text("Tutti e tre", "All three")
EVERY = "all"
NAMES = {
    "cooling": Text("Rallentano", "Cooling"),
    "lapsed": Text("Allontanati", "Lapsed"),
    "lost": Text("Persi", "Lost"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A member as the list shows them."""

    ref: str
    name: str | None
    initials: str
    state: str
    state_kind: str
    sentence: str
    usual: str
    silence: str
    visits: str
    money: str


@dataclass(frozen=True, slots=True)
class Sum:
    """One state with what is at stake in it."""

    key: str
    name: str
    rule: str
    members: int
    visits: str
    money: str
    href: str
    is_here: bool


@blueprint.get("/portal/lapsed")
@guard.staff(Permission.MEMBERS)
def lapsed() -> str:
    """A page of them, in the state that the address names."""
    ground, state = ground_now(), chosen()
    sums = slipping.at_stake(ground)
    after = parse_ref("cus", request.args.get("after", ""))
    found = slipping.page(ground, states=states_of(state), after=after, limit=SHOWN + 1)
    rows = [_row(one) for one in found[:SHOWN]]
    total = stake_of(sums, state)
    return render_template(
        "portal/lapsed.html",
        rows=rows,
        state=state,
        sums=[_sum(key, sums[key], ground, state) for key in SLIPPING],
        total=total,
        tabs=_tabs(sums, state),
        pages=_pages(rows, found, total.members),
        horizon=slipping.HORIZON_DAYS,
        as_of=clock.now(),
        is_fixed=ground.measures.limits.is_fixed,
        mean=decimal(ground.yardstick.mean),
    )


def ground_now() -> Ground:
    """This shop today."""
    return Ground(reads.session(), guard.duty().merchant_id, today())


def chosen() -> str:
    """The state that the address names, or those who have lapsed."""
    asked = request.args.get("state", LAPSED)
    return asked if asked in (*SLIPPING, EVERY) else LAPSED


def states_of(state: str) -> tuple[str, ...]:
    """One state, or all of them."""
    return SLIPPING if state == EVERY else (state,)


def stake_of(sums: dict[str, Stake], state: str) -> Stake:
    """What is at stake in one state, or in all."""
    return sum((sums[each] for each in states_of(state)), Stake())


def _tabs(sums: dict[str, Stake], state: str) -> list[tuple[str, str, int, bool]]:
    names = {**NAMES, EVERY: MANY}
    return [
        (
            here(state=None if key == LAPSED else key),
            pick(name),
            stake_of(sums, key).members,
            key == state,
        )
        for key, name in names.items()
    ]


def _sum(key: str, stake: Stake, ground: Ground, state: str) -> Sum:
    return Sum(
        key=key,
        name=pick(NAMES[key]),
        rule=pick(rules(ground.measures.limits)[key]),
        members=stake.members,
        visits=decimal(round(stake.visits)),
        money=money(stake.spend_minor),
        href=here(state=None if key == LAPSED else key),
        is_here=key == state,
    )


def _row(one: Slipping) -> Row:
    state, kind = member_words.state(one.state)
    return Row(
        ref=ref("cus", one.customer_id),
        name=one.name,
        initials=initials(one.name),
        state=state,
        state_kind=kind,
        sentence=pick(one.sentence),
        usual=days(max(1, round(one.usual_gap_days))),
        silence=days(one.silence_days),
        visits=decimal(one.visits),
        money=money(round(one.spend_minor)),
    )


def days(many: int) -> str:
    """So many days in words."""
    if many == 1:
        return gettext("1 day")
    return gettext("%(days)s days", days=number(many))


def _pages(rows: list[Row], found: list[Slipping], total: int) -> Pages:
    said = gettext("%(shown)s of %(total)s", shown=number(len(rows)), total=number(total))
    more = {"after": rows[-1].ref} if len(found) > SHOWN else {}
    return Pages(said=said, next=more)
