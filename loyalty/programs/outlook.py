"""What rules would mean for one customer who comes and spends as customers usually do (pure).

A quick look while rules are being written; the simulation on real sales says it better.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from loyalty.core.money import format_amount
from loyalty.core.text import Text
from loyalty.programs import simulator, words
from loyalty.programs.document import VersionDocument, When
from loyalty.programs.earning import Line
from loyalty.programs.simulator_advice import COST_MAX_BP, counted
from loyalty.programs.simulator_past import Frame, PastCustomer, PastSale
from loyalty.programs.simulator_result import Caution, Simulation

YEAR_DAYS, YEARS = 365, 2
VISITS_A_YEAR_MAX = 365
_VISIT, _VISITS = Text("visita", "visit"), Text("visite", "visits")
_MONTH_DAYS = 30
_NEVER = Text(
    f"Chi viene come al solito non arriva a nessun premio, neanche in {YEARS} anni: avvicinalo.",
    f"Whoever comes as usual gets to no reward, not even in {YEARS} years: bring it closer.",
)


@dataclass(frozen=True, slots=True)
class Typical:
    """How customers usually come: what one visit comes to, in minor units, and visits a year."""

    basket_minor: int
    visits_a_year: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What two years of typical visits would give.

    `visits` and `days` lead to the first reward, None where none is reached; `share_bp` is the
    cost in ten-thousandths of what was spent, None where nothing was.
    """

    visits: int | None
    days: int | None
    share_bp: int | None
    found: Simulation


def play(document: VersionDocument, typical: Typical, frame: Frame) -> Outlook:
    """Play the rules for one such customer up to `frame.until_at`; they have to fit together."""
    many = min(max(1, typical.visits_a_year), VISITS_A_YEAR_MAX) * YEARS
    sales = tuple(_sales(document, typical.basket_minor, many, frame.until_at))
    found = simulator.play(document, lambda: [PastCustomer(b"typical", None, sales)], frame)
    visits = found.first_reward.median
    days = None if visits is None else YEARS * YEAR_DAYS * visits // many
    return Outlook(visits, days, found.share_bp, found)


def _sales(
    document: VersionDocument, basket_minor: int, many: int, until_at: datetime
) -> Iterator[PastSale]:
    """Visits at equal distances; each buys, for the whole basket, what the rules name."""
    sku, category = _named(document)
    lines = (Line(1, sku, category, 1_000, Fraction(basket_minor)),)
    apart = timedelta(days=YEARS * YEAR_DAYS) // many
    for number in range(many):
        yield PastSale(until_at - apart * (many - number), lines, basket_minor, basket_minor)


def _named(document: VersionDocument) -> tuple[str | None, str | None]:
    """A product of the first rule that gives units for certain products only."""
    for rule in document.earn:
        if rule.multiply_percent is None and rule.when.names_lines:
            return _first(rule.when)
    return None, None


def _first(when: When) -> tuple[str | None, str | None]:
    return min(when.skus, default=None), min(when.categories, default=None)


def said(outlook: Outlook, typical: Typical, currency: str) -> Text:
    """How far the first reward is, in one sentence."""
    it, en = (format_amount(typical.basket_minor, currency, each) for each in ("it", "en"))
    who = Text(
        f"Chi viene {_times(typical.visits_a_year).it} l'anno e spende {it}",
        f"Whoever comes {_times(typical.visits_a_year).en} a year and spends {en}",
    )
    if outlook.visits is None or outlook.days is None:
        return Text(
            f"{who.it} non arriva a nessun premio in {YEARS} anni.",
            f"{who.en} gets to no reward in {YEARS} years.",
        )
    takes, lasts = counted(outlook.visits, _VISIT, _VISITS), _lasts(outlook.days)
    return Text(
        f"{who.it} ha il primo premio dopo {takes.it}, cioè {lasts.it}.",
        f"{who.en} has the first reward after {takes.en}, that is {lasts.en}.",
    )


def _times(number: int) -> Text:
    return Text("1 volta", "once") if number == 1 else Text(f"{number} volte", f"{number} times")


def _lasts(days: int) -> Text:
    if days < 2 * _MONTH_DAYS:
        told = words.days(max(1, days))
        return Text(f"in circa {told.it}", f"in about {told.en}")
    told = words.months(days // _MONTH_DAYS)
    return Text(f"in circa {told.it}", f"in about {told.en}")


def cautions(outlook: Outlook) -> list[Caution]:
    """What whoever writes the rules should hear about it; maybe nothing."""
    heard = []
    if outlook.visits is None and outlook.found.rewards:
        heard.append(Caution("first_reward_far", _NEVER))
    elif outlook.days is not None and outlook.days > YEAR_DAYS:
        told = words.months(outlook.days // _MONTH_DAYS)
        far = Text(
            f"Il primo premio arriva dopo {told.it}: pochi aspettano più di un anno. Avvicinalo.",
            f"The first reward comes after {told.en}: few wait longer than a year. Bring it"
            " closer.",
        )
        heard.append(Caution("first_reward_far", far))
    if outlook.share_bp is not None and outlook.share_bp > COST_MAX_BP:
        share = words.share((outlook.share_bp, 10_000))
        high = Text(
            f"Torna indietro {share.it} di quanto si spende, più di un quinto: costa molto.",
            f"{share.en} of what is spent comes back, more than a fifth: that is a lot.",
        )
        heard.append(Caution("cost_high", high))
    return heard
