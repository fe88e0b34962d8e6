"""Who is slipping away as a file, those that matter most first."""

from collections.abc import Iterator, Sequence

from flask import Response

from loyalty.analytics import slipping
from loyalty.analytics.ground import Ground
from loyalty.core import clock
from loyalty.core.db import read, write
from loyalty.core.ids import ref
from loyalty.merchants.acts import note
from loyalty.merchants.roles import Permission
from loyalty.portal import lapsed, member_words
from loyalty.portal.blueprint import blueprint
from loyalty.web import guard, sheets
from loyalty.web.locale import gettext, language, pick, shop
from loyalty.web.sheets import Cell

AT_ONCE = 500


@blueprint.post("/portal/lapsed/file")
@guard.staff(Permission.EXPORT, Permission.MEMBERS, fresh=True)
def lapsed_list_file() -> Response:
    """Everybody of the state that the address names."""
    ground, state = lapsed.ground_now(), lapsed.chosen()
    many = lapsed.stake_of(slipping.at_stake(ground), state).members
    with write() as session:
        target = ref("mer", ground.merchant_id)
        note(session, duty=guard.duty(), act="lapsed.export", target=target, at=clock.now(),
             members=many, state=state)  # fmt: skip
    here = shop()
    assert here is not None, "the guard has said whose page this is"
    name = gettext("slipping-away") + f"-{ground.on.isoformat()}"
    return sheets.streamed(name, _lines(ground, state, here.currency))


def _lines(ground: Ground, state: str, currency: str) -> Iterator[Sequence[Cell]]:
    yield [
        gettext("Customer"),
        gettext("Name"),
        gettext("State"),
        gettext("Usual gap, days"),
        gettext("Away for, days"),
        gettext("Visits at stake in 90 days"),
        gettext("Money at stake in 90 days"),
        gettext("Currency"),
        gettext("In words"),
    ]
    after = None
    while True:
        with read() as session:  # each page in a look of its own: a long file holds nobody up
            now = Ground(session, ground.merchant_id, ground.on)
            found = slipping.page(now, states=lapsed.states_of(state), after=after, limit=AT_ONCE)
        for one in found:
            yield [
                ref("cus", one.customer_id),
                one.name,
                member_words.state(one.state)[0],
                _decimal(float(one.usual_gap_days)),
                one.silence_days,
                _decimal(float(one.visits)),
                sheets.amount(round(one.spend_minor), currency),
                currency,
                pick(one.sentence),
            ]
        if len(found) < AT_ONCE:
            return
        after = found[-1].customer_id


def _decimal(value: float) -> str:
    return f"{value:.1f}".replace(".", "," if language() == "it" else ".")
