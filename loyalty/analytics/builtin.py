"""The segments that every shop has: what each means, in words and for the database."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from uuid import UUID

import sqlalchemy as sa

from loyalty.analytics import costs, rhythm
from loyalty.analytics.compiling import Predicate
from loyalty.analytics.ground import Ground
from loyalty.analytics.standing import among, days_between
from loyalty.cards.models import Card
from loyalty.cards.referral_models import Referral
from loyalty.core.db import table
from loyalty.core.text import Text
from loyalty.counter.models import Visit
from loyalty.counter.rollups.models import MemberStats
from loyalty.customers.models import Customer

_STATS, _CUSTOMER, _CARD = table(MemberStats).c, table(Customer).c, table(Card).c
_REFERRAL, _VISIT = table(Referral).c, table(Visit).c
_FIFTH = 5


@dataclass(frozen=True, slots=True)
class Builtin:
    """A segment of the house; `compile` says it of a row of members."""

    key: str
    name: Text
    about: Text
    compile: Callable[[Ground], Predicate]
    is_behaviour: bool = True


def _state(state: str) -> Callable[[Ground], Predicate]:
    return lambda ground: ground.state == state


def _potenziali(ground: Ground) -> Predicate:
    silence = days_between(ground.session, sa.literal(ground.on, sa.Date), _STATS.last_on)
    fresh = sa.and_(_STATS.visit_days == 1, silence <= ground.measures.limits.new_days)
    return sa.or_(_STATS.last_on.is_(None), sa.func.coalesce(fresh, sa.false()))


def _habit(ground: Ground) -> Predicate:
    return ground.state.in_([rhythm.ACTIVE, rhythm.COOLING])


def top_fifth(spend: dict[UUID, int]) -> set[UUID]:
    """Who has spent as much as the last of the best fifth, and something."""
    if not spend:
        return set()
    best = sorted(spend.values(), reverse=True)
    least = max(1, best[-(-len(best) // _FIFTH) - 1])
    return {who for who, much in spend.items() if much >= least}


def above_median(spend: dict[UUID, int]) -> set[UUID]:
    """Who has spent more than the one in the middle."""
    middle = median(map(Fraction, spend.values())) if spend else 0
    return {who for who, much in spend.items() if much > middle}


def _primo_piano(ground: Ground) -> Predicate:
    best = among(ground.session, _CUSTOMER.id, top_fifth(ground.year_spend))
    return sa.and_(_STATS.visit_days >= rhythm.HABIT_DAYS, _habit(ground), best)


def _coltivabili(ground: Ground) -> Predicate:
    more = among(ground.session, _CUSTOMER.id, above_median(ground.year_spend))
    is_first = sa.func.coalesce(_primo_piano(ground), sa.false())
    return sa.and_(_habit(ground), more, sa.not_(is_first))


def _procuratori(ground: Ground) -> Predicate:
    """A friend they brought has bought something that was not voided."""
    bought = sa.exists().where(*ground.counted, _VISIT.card_id == _REFERRAL.friend_card_id)
    brought = (
        sa.select(_CARD.customer_id)
        .join_from(table(Card), table(Referral), ground.on_card(_REFERRAL.bringer_card_id))
        .where(_REFERRAL.merchant_id == ground.merchant_id, bought)
    )
    return ground.holders(brought)


def _sotto_zero(ground: Ground) -> Predicate:
    margin = ground.measures.margin_percent
    if margin is None:
        return sa.false()
    cost = costs.of_year(ground)
    losing = [
        who for who, spent in ground.year_spend.items() if spent * margin <= 100 * cost.get(who, 0)
    ]
    enough = _STATS.visit_days >= rhythm.HABIT_DAYS
    return sa.and_(enough, among(ground.session, _CUSTOMER.id, losing))


def _nobody(_: Ground) -> Predicate:
    return sa.false()


BUILTIN: dict[str, Builtin] = {
    one.key: one
    for one in (
        Builtin(
            "new",
            Text("Nuovi", "New"),
            Text(
                "Iscritti senza visite, o con uno o due giorni di visita, l'ultimo di recente.",
                "Enrolled without a visit, or one or two visit days, the last of them recent.",
            ),
            _state(rhythm.NEW),
        ),
        Builtin(
            "one_off",
            Text("Di passaggio", "One-off"),
            Text(
                "Uno o due giorni di visita, poi più nulla.",
                "One or two visit days, then nothing more.",
            ),
            _state(rhythm.ONE_OFF),
        ),
        Builtin(
            "active",
            Text("Attivi", "Active"),
            Text("Vengono al loro ritmo.", "They come at their own rhythm."),
            _state(rhythm.ACTIVE),
        ),
        Builtin(
            "cooling",
            Text("Rallentano", "Cooling"),
            Text("Tardano rispetto al loro solito.", "They are late for their usual gap."),
            _state(rhythm.COOLING),
        ),
        Builtin(
            "lapsed",
            Text("Allontanati", "Lapsed"),
            Text(
                "Mancano da molto più del loro solito: sono da riconquistare.",
                "Away for far longer than usual: the ones to win back.",
            ),
            _state(rhythm.LAPSED),
        ),
        Builtin(
            "lost",
            Text("Persi", "Lost"),
            Text(
                "Mancano da così tanto che non ci si conta più.",
                "Away for so long that nobody counts on them.",
            ),
            _state(rhythm.LOST),
        ),
        Builtin(
            "reactivated",
            Text("Tornati", "Back again"),
            Text(
                "Tornati di recente dopo essersi allontanati.",
                "Came back of late after having lapsed.",
            ),
            _state(rhythm.REACTIVATED),
        ),
        Builtin(
            "potenziali",
            Text("Potenziali", "Promising"),
            Text(
                "Iscritti senza visite, o con un solo giorno di visita, di recente.",
                "Enrolled without a visit, or with a single recent visit day.",
            ),
            _potenziali,
        ),
        Builtin(
            "coltivabili",
            Text("Coltivabili", "Worth growing"),
            Text(
                "Abituali che spendono più della metà degli altri, senza essere di primo piano.",
                "Regulars who spend more than half of the others, not among the very best.",
            ),
            _coltivabili,
        ),
        Builtin(
            "primo_piano",
            Text("Primo piano", "Front row"),
            Text(
                "Abituali nel quinto che ha speso di più in 365 giorni.",
                "Regulars in the fifth that spent most in 365 days.",
            ),
            _primo_piano,
        ),
        Builtin(
            "procuratori",
            Text("Procuratori", "Bringers"),
            Text(
                "Hanno portato un amico che poi ha comprato.",
                "They brought a friend who then bought something.",
            ),
            _procuratori,
        ),
        Builtin(
            "sotto_zero",
            Text("Sotto zero", "Below zero"),
            Text(
                "In 365 giorni premi e rimborsi sono costati almeno quanto hanno reso: scrivi loro"
                " di meno. Serve il margine del negozio.",
                "In 365 days rewards and refunds cost at least what they brought in: write to them"
                " less. It needs the shop's margin.",
            ),
            _sotto_zero,
        ),
        Builtin(
            "silenziosi",
            Text("Silenziosi", "Silent"),
            Text(
                "Mai risposto a un sondaggio, e intanto rallentano: per ora nessuno.",
                "Never answered a survey, and cooling: nobody for now.",
            ),
            _nobody,
        ),
    )
}
