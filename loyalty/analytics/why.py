"""Why a member matches, condition by condition, in the words of the shop."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from loyalty.analytics import rhythm, spoken
from loyalty.analytics.builtin import BUILTIN
from loyalty.analytics.compiling import birthdays
from loyalty.analytics.conditions import Condition, Named
from loyalty.analytics.ground import Ground
from loyalty.cards import lookup
from loyalty.core import calendar, money
from loyalty.core.db import table
from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.ledger.models import Account
from loyalty.merchants.models import Location, Merchant

Row = dict[str, Any]
_SOURCES = {
    "poster": Text("la locandina", "the poster"),
    "till": Text("la cassa", "the till"),
    "link": Text("un link", "a link"),
    "referral": Text("un amico", "a friend"),
}
_FIELDS = {
    "state": Text("stato", "state"),
    "visits": Text("visite", "visits"),
    "spend_minor": Text("spesa", "spend"),
    "last_visit_days": Text("ultima visita", "last visit"),
    "tier": Text("livello", "level"),
    "birthday_in_days": Text("compleanno", "birthday"),
    "location": Text("sede", "location"),
    "source": Text("provenienza", "way of joining"),
    "bought": Text("acquisti", "purchases"),
    "tag": Text("etichetta", "tag"),
    "consent": Text("consenso", "consent"),
    "joined_days": Text("iscrizione", "joining"),
}
_PURPOSES = {
    "program": Text("il programma", "the program"),
    "profiling": Text("la profilazione", "profiling"),
    "marketing": Text("il marketing", "marketing"),
    "tracking": Text("il tracciamento", "tracking"),
}


def joined(reasons: Sequence[Text]) -> Text:
    """Several reasons as one sentence."""
    distinct = list(dict.fromkeys(reasons))
    it, en = (
        "; ".join(each.pick(language).rstrip(".") for each in distinct) for language in ("it", "en")
    )
    return Text(f"{it}.", f"{en}.")


class Teller:
    """Says of the members of one page why they match; what it must look up, it does once."""

    def __init__(
        self, ground: Ground, ids: list[UUID], leaves: Sequence[Condition | Named]
    ) -> None:
        self._ground, self._ids = ground, ids
        fields = {leaf.field for leaf in leaves if isinstance(leaf, Condition)}
        units = {field.partition(".")[2] for field in fields if field.startswith("units.")}
        self._units = {unit: self._held(unit) for unit in units}
        self._places = self._named_places() if "location" in fields else {}
        self._currency = self._money() if "spend_minor" in fields else ""
        self._ways: dict[str, Callable[[Condition, Row], Text]] = {
            "state": lambda _, row: self._state(row),
            "visits": self._visits,
            "spend_minor": self._spend,
            "last_visit_days": self._last,
            "units": self._unit,
            "tier": self._tier,
            "birthday_in_days": self._birthday,
            "location": self._location,
            "source": self._source,
            "bought": self._bought,
            "tag": self._tag,
            "consent": self._consent,
            "joined_days": self._joined,
        }

    def told(self, leaf: Condition | Named, row: Row) -> Text:
        """Why this holds of the member of a row."""
        if isinstance(leaf, Named):
            is_state = leaf.key in rhythm.STATES
            return self._state(row) if is_state else BUILTIN[leaf.key].about
        family = leaf.field.partition(".")[0]
        if leaf.op == "set" and family != "consent":
            return _there(leaf)
        return self._ways[family](leaf, row)

    def not_so(self, leaves: Sequence[Condition | Named]) -> Text:
        """That something does not hold."""
        names = list(dict.fromkeys(map(_name, leaves)))
        it, en = (", ".join(name.pick(language) for name in names) for language in ("it", "en"))
        return Text(f"non tra gli esclusi ({it})", f"not among the excluded ({en})")

    def _state(self, row: Row) -> Text:
        if row["last_on"] is None:
            return Text("Ha la carta, ancora nessuna visita.", "Has a card, no visit yet.")
        today = self._ground.on
        silence = (today - row["last_on"]).days
        if row["visit_days"] < rhythm.HABIT_DAYS:
            return _few(row["visit_days"], silence)
        usual = rhythm.usual_gap(
            row["first_on"].toordinal(),
            row["last_on"].toordinal(),
            row["visit_days"],
            self._ground.yardstick.mean,
        )
        said = spoken.sentence(row["name"], usual=usual, silence=silence)
        if row["state"] == rhythm.REACTIVATED:
            return joined(
                [said, Text("di nuovo qui dopo una lunga assenza", "back after a long absence")]
            )
        return said

    def _visits(self, _: Condition, row: Row) -> Text:
        visits = row["visits"] or 0
        return Text(
            "1 visita" if visits == 1 else f"{visits} visite",
            "1 visit" if visits == 1 else f"{visits} visits",
        )

    def _spend(self, _: Condition, row: Row) -> Text:
        it, en = (
            money.format_amount(row["spend_minor"] or 0, self._currency, language)
            for language in ("it", "en")
        )
        return Text(f"ha speso {it}", f"has spent {en}")

    def _last(self, _: Condition, row: Row) -> Text:
        days = (self._ground.on - row["last_on"]).days
        return Text(f"ultima visita {_ago(days).it}", f"last visit {_ago(days).en}")

    def _unit(self, leaf: Condition, row: Row) -> Text:
        held = self._units[leaf.part].get(row["id"], 0)
        return Text(f"{leaf.part}: {held}", f"{leaf.part}: {held}")

    def _tier(self, leaf: Condition, _: Row) -> Text:
        levels = " / ".join(leaf.choices)
        return Text(f"livello {levels}", f"level {levels}")

    def _birthday(self, _: Condition, row: Row) -> Text:
        days = birthdays(self._ground.on).get(row["birthday"], 0)
        if days == 0:
            return Text("compie gli anni oggi", "birthday today")
        return Text(
            "compleanno domani" if days == 1 else f"compleanno tra {days} giorni",
            "birthday tomorrow" if days == 1 else f"birthday in {days} days",
        )

    def _location(self, leaf: Condition, _: Row) -> Text:
        names = " / ".join(self._places.get(each, each) for each in leaf.choices)
        return Text(f"ha visitato {names}", f"has been to {names}")

    def _source(self, _: Condition, row: Row) -> Text:
        way = _SOURCES[row["source"]]
        return Text(f"iscrizione con {way.it}", f"came by {way.en}")

    def _bought(self, leaf: Condition, _: Row) -> Text:
        things = " / ".join(leaf.choices)
        return Text(f"ha comprato {things}", f"has bought {things}")

    def _tag(self, leaf: Condition, _: Row) -> Text:
        words = " / ".join(leaf.choices)
        return Text(f"etichetta {words}", f"tagged {words}")

    def _consent(self, leaf: Condition, _: Row) -> Text:
        purpose = _PURPOSES[leaf.part]
        if leaf.op == "set":
            return Text(f"ha risposto su {purpose.it}", f"has answered on {purpose.en}")
        if leaf.value:
            return Text(f"ha accettato {purpose.it}", f"has agreed to {purpose.en}")
        return Text(f"non ha accettato {purpose.it}", f"has not agreed to {purpose.en}")

    def _joined(self, _: Condition, row: Row) -> Text:
        joined_on = calendar.local_day(row["created_at"], self._ground.timezone)
        days = (self._ground.on - joined_on).days
        return Text(f"iscrizione {_ago(days).it}", f"joined {_ago(days).en}")

    def _held(self, unit: str) -> dict[UUID, int]:
        ground = self._ground
        cards = lookup.cards_of(
            ground.session, merchant_id=ground.merchant_id, customer_ids=self._ids
        )
        whose = {card: who for who, theirs in cards.items() for card in theirs}
        account = table(Account).c
        rows = ground.session.execute(
            sa.select(account.card_id, account.balance).where(
                account.merchant_id == ground.merchant_id,
                account.card_id.in_(list(whose)),
                account.unit == unit,
            )
        )
        found: dict[UUID, int] = {}
        for card, balance in rows:
            found[whose[card]] = found.get(whose[card], 0) + balance
        return found

    def _named_places(self) -> dict[str, str]:
        query = sa.select(Location.id, Location.name).where(
            Location.merchant_id == self._ground.merchant_id
        )
        return {ref("loc", row.id): row.name for row in self._ground.session.execute(query)}

    def _money(self) -> str:
        query = sa.select(Merchant.currency).where(Merchant.id == self._ground.merchant_id)
        return self._ground.session.execute(query).scalar_one()


def _name(leaf: Condition | Named) -> Text:
    if isinstance(leaf, Named):
        return BUILTIN[leaf.key].name
    family = leaf.field.partition(".")[0]
    return Text(leaf.part, leaf.part) if family == "units" else _FIELDS[family]


def _there(leaf: Condition) -> Text:
    name = _name(leaf)
    if leaf.value:
        return Text(f"{name.it}: c'è", f"{name.en}: known")
    return Text(f"{name.it}: non c'è", f"{name.en}: not known")


def _few(visit_days: int, silence: int) -> Text:
    times = Text("Una volta sola", "Once") if visit_days == 1 else Text("Due volte", "Twice")
    return Text(
        f"{times.it}, l'ultima {_ago(silence).it}.", f"{times.en}, last {_ago(silence).en}."
    )


def _ago(days: int) -> Text:
    if days == 0:
        return Text("oggi", "today")
    return Text("ieri", "yesterday") if days == 1 else Text(f"{days} giorni fa", f"{days} days ago")
