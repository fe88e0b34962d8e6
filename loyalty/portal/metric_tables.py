"""The tables of the page of repeat purchase: shown, drawn where there is JavaScript, and filed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from babel import dates

from loyalty.analytics.metrics import Metric
from loyalty.analytics.rhythm import STATES
from loyalty.portal import member_words
from loyalty.portal.metric_figures import percent
from loyalty.portal.metric_links import Links
from loyalty.web.locale import day, gettext, language, number, pick
from loyalty.web.sheets import Cell as Plain

_HEAT = 5  # shades of a cohort's cells


@dataclass(frozen=True, slots=True)
class Cell:
    """What is read, what is drawn or filed (None: the text), where it leads, and its shade."""

    text: str
    value: float | int | str | None = None
    href: str = ""
    shade: int | None = None

    @property
    def plain(self) -> Plain:
        """As a file has it."""
        if self.value is None:
            return self.text
        if isinstance(self.value, float):
            return f"{self.value:.2f}".replace(".", "," if language() == "it" else ".")
        return self.value


@dataclass(frozen=True, slots=True)
class Table:
    """Rows whose first cell names them. `chart` is how it is drawn, "" if the table says it all."""

    key: str
    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    chart: str = ""
    n: int = 0
    meaning: str = ""
    note: str = ""
    series: Sequence[str] = field(default_factory=tuple)


def tables(found: Mapping[str, Metric], links: Links) -> list[Table]:
    """All of them, in the order of the page."""
    return [make(found, links) for make in _TABLES]


def _about(one: Metric) -> dict[str, Any]:
    return {"n": one.n, "meaning": pick(one.definition), "note": pick(one.note)}


def _count(value: int, href: str = "") -> Cell:
    return Cell(number(value), value, href if value else "")


def _visits(found: Mapping[str, Metric], links: Links) -> Table:
    one = found["new_visits"]
    rows = []
    for each in one.parts["spans"]:
        first, last = date.fromisoformat(each["from"]), date.fromisoformat(each["to"])
        new, again = each["new"], each["returning"]
        name = Cell(_span(first, last), each["from"])
        rows.append(
            [name, _count(new, links.began(first, last)), _count(again), _count(new + again)]
        )
    return Table(
        "visits",
        gettext("New and returning visits"),
        [gettext("Days"), gettext("New"), gettext("Returning"), gettext("Together")],
        rows,
        chart="stack",
        **_about(one)
        | {"meaning": f"{pick(one.definition)} {pick(found['returning_visits'].definition)}"},
    )


def _span(first: date, last: date) -> str:
    if first == last:
        return day(first)
    return gettext("%(first)s to %(last)s", first=_short(first), last=day(last))


def _short(on: date) -> str:
    written: str = dates.format_skeleton("MMMd", on, locale=language())
    return written


def _second(found: Mapping[str, Metric], _: Links) -> Table:
    one = found["second_visit_90"]
    return Table(
        "second-visit",
        gettext("The second visit"),
        [gettext("Days after the first"), gettext("Have come again"), gettext("At least"),
         gettext("At most")],
        [
            [Cell(number(int(each[0])), int(each[0])),
             *(Cell(percent(share), float(share)) for share in each[1:])]
            for each in one.parts["weeks"]
        ],
        chart="curve",
        **_about(one),
    )  # fmt: skip


def _gaps(found: Mapping[str, Metric], _: Links) -> Table:
    one = found["days_between_p50"]
    return Table(
        "gaps",
        gettext("Days between visits"),
        [gettext("Days"), gettext("Times")],
        [
            [Cell(_from_to(each), _from_to(each)), _count(each["gaps"])]
            for each in one.parts["gaps"]
        ],
        chart="columns",
        **_about(one),
    )


def _often(found: Mapping[str, Metric], links: Links) -> Table:
    one = found["visit_frequency"]
    return Table(
        "frequency",
        gettext("How often they came"),
        [gettext("Visit days"), gettext("Members")],
        [
            [
                Cell(_from_to(each), _from_to(each)),
                _count(each["members"], "" if each["to"] else links.came(each["from"])),
            ]
            for each in one.parts["members"]
        ],
        chart="columns",
        **_about(one),
    )


def _from_to(each: Mapping[str, Any]) -> str:
    low, high = each["from"], each["to"]
    if high is None:
        return gettext("%(low)s or more", low=low)
    return f"{low}" if low == high else f"{low}\N{EN DASH}{high}"


def _states(found: Mapping[str, Metric], links: Links) -> Table:
    one = found["states"]
    was = one.parts["before"]
    return Table(
        "states",
        gettext("Where members stand"),
        [gettext("State"), gettext("Members"), gettext("Before")],
        [
            [
                Cell(_state(state)),
                _count(one.parts[state], links.state(state)),
                _count(was[state]),
            ]
            for state in STATES
        ],
        chart="bars",
        **_about(one),
    )


def _state(state: str) -> str:
    return member_words.state(state)[0].capitalize()


def _flows(found: Mapping[str, Metric], _: Links) -> Table:
    one = found["flows"]
    moves = {(each["from"], each["to"]): each["members"] for each in one.parts["moves"]}
    starts: list[str | None] = [*STATES, None]
    return Table(
        "flows",
        gettext("Who has moved"),
        [gettext("From, to"), *map(_state, STATES)],
        [
            [
                Cell(_state(start) if start else gettext("Not here yet")),
                *(_count(moves.get((start, end), 0)) for end in STATES),
            ]
            for start in starts
        ],
        **_about(one),
    )


def _cohorts(found: Mapping[str, Metric], links: Links) -> Table:
    one = found["cohorts"]
    months = one.parts["months"]
    most = max((len(each["back"]) for each in months), default=1)
    return Table(
        "cohorts",
        gettext("Who began together"),
        [gettext("Month"), gettext("Began"),
         *(gettext("+%(months)s", months=later) for later in range(1, most))],
        [_cohort(each, links, most) for each in months],
        **_about(one),
    )  # fmt: skip


def _cohort(each: Mapping[str, Any], links: Links, most: int) -> list[Cell]:
    month_on = date.fromisoformat(f"{each['month']}-01")
    size, back = each["size"], each["back"]
    name: str = dates.format_skeleton("yMMM", month_on, locale=language())
    return [
        Cell(name, each["month"]),
        _count(size, links.month(month_on)),
        *(_share(many, size) for many in back[1:]),
        *(Cell("") for _ in range(most - len(back))),
    ]


def _share(many: int, size: int) -> Cell:
    part = 100 * many / size
    shade = min(_HEAT, round(part * _HEAT / 100 + 0.4)) if many else 0
    return Cell(f"{round(part)}%", many, shade=shade)


_TABLES: tuple[Callable[[Mapping[str, Metric], Links], Table], ...] = (
    _visits,
    _second,
    _gaps,
    _often,
    _states,
    _flows,
    _cohorts,
)
