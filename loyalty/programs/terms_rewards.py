"""What units buy, in words: rewards with their limits, and the card that fills (pure)."""

from datetime import date, datetime

from loyalty.core.money import format_amount
from loyalty.core.text import Text
from loyalty.programs import bounds, words
from loyalty.programs.document import PerCustomer, Reward, StampCard, VersionDocument
from loyalty.programs.terms_earning import names


def rewards(document: VersionDocument, currency: str) -> list[Text]:
    """A clause for each reward."""
    stamps = document.stamps
    by_itself = stamps.reward if stamps and stamps.on_full == "issue" else None
    # How long the voucher of a full card is good is said where it says that it comes by itself.
    return [
        reward(document, one, currency, with_voucher=one.key != by_itself)
        for one in document.rewards
    ]


def reward(
    document: VersionDocument, one: Reward, currency: str, *, with_voucher: bool = True
) -> Text:
    """Cost, name and limits: "100 punti = una colazione (solo 50 in tutto)"."""
    value = _value(document, one, currency)
    name = one.name
    if value and name == Text(one.key, one.key):
        name, value = value, None  # without a name of its own the value says it
    extras = ([value] if value else []) + _limits(document, one)
    if with_voucher and one.voucher_days is not None:
        extras.append(voucher(one.voucher_days))
    cost = cost_of(document, one)
    it, en = ", ".join(part.it for part in extras), ", ".join(part.en for part in extras)
    return Text(
        (f"{cost.it} = " if cost.it else "") + name.it + (f" ({it})" if extras else ""),
        (f"{cost.en} = " if cost.en else "") + name.en + (f" ({en})" if extras else ""),
    )


def cost_of(document: VersionDocument, one: Reward) -> Text:
    """What a reward costs, in every unit: "1 punto e 2 timbri"."""
    return words.joined(
        [
            words.count(units, unit.label)
            for key, units in one.cost.items()
            if (unit := document.unit(key))
        ]
    )


def voucher(days: int) -> Text:
    """How long a voucher is good."""
    good = words.days(days)
    return Text(f"buono valido {good.it}", f"voucher good for {good.en}")


def _value(document: VersionDocument, one: Reward, currency: str) -> Text | None:
    """What is given, where the kind of reward is about money."""
    if one.kind == "percent_off" and one.percent is not None:
        return Text(f"sconto {one.percent}%", f"{one.percent}% off")
    if one.value_minor is None or one.kind not in ("amount_off", "donation"):
        return None
    it, en = (format_amount(one.value_minor, currency, language) for language in ("it", "en"))
    if one.kind == "amount_off":
        return Text(f"sconto {it}", f"{en} off")
    if document.cause is None:
        return Text(f"{it} in dono", f"{en} donated")
    return Text(f"{it} a {document.cause.beneficiary}", f"{en} to {document.cause.beneficiary}")


def _limits(document: VersionDocument, one: Reward) -> list[Text]:
    said = []
    if one.stock is not None:
        said.append(_stock(one.stock))
    if one.starts or one.ends:
        said.append(_window(one.starts, one.ends))
    if one.tiers:
        listed = names(document, one.tiers)
        said.append(
            Text(f"solo livello {listed.it}", f"{listed.en} level only")
            if len(one.tiers) == 1
            else Text(f"solo livelli {listed.it}", f"{listed.en} levels only")
        )
    if one.per_customer:
        said.append(_per_customer(one.per_customer))
    return said


def _stock(stock: int) -> Text:
    if stock == 0:
        return Text("per ora non disponibile", "not available for now")
    count = f"{stock:,}"
    return Text(f"solo {count.replace(',', '.')} in tutto", f"only {count} in all")


def _window(starts: str | None, ends: str | None) -> Text:
    said = []
    if starts:
        first = bounds.read(starts)
        since = words.since(first) if first else Text(f"dal {starts}", f"from {starts}")
        said.append(_at(since, first))
    if ends:
        last = bounds.read(ends)
        until = words.until(last) if last else Text(f"fino al {ends}", f"until {ends}")
        said.append(_at(until, last))
    return Text(" ".join(part.it for part in said), " ".join(part.en for part in said))


def _at(said: Text, edge: date | None) -> Text:
    """A moment says its hour too, with its distance from UTC: rules know no zone."""
    if not isinstance(edge, datetime):
        return said
    clock = f"{edge:%H:%M} {edge.tzname()}"
    return Text(f"{said.it} alle {clock}", f"{said.en} at {clock}")


def _per_customer(limit: PerCustomer) -> Text:
    count = f"{limit.count:,}"
    it, en = f"al massimo {count.replace(',', '.')} a persona", f"at most {count} per person"
    if limit.days == 1:
        return Text(f"{it} al giorno", f"{en} a day")
    return Text(f"{it} in {limit.days} giorni", f"{en} in {limit.days} days")


def stamps(document: VersionDocument) -> list[Text]:
    """What happens when the card is full."""
    card = document.stamps
    one = document.reward(card.reward) if card else None
    return [full(card, one)] if card and one else []


def full(card: StampCard, one: Reward) -> Text:
    """The voucher that comes by itself, or the reward to ask for."""
    if card.on_full != "issue":
        return Text(
            "a carta piena chiedi il premio alla cassa",
            "when the card is full, ask for the reward at the till",
        )
    it, en = "il buono arriva da solo a carta piena", "the voucher comes by itself when full"
    if one.voucher_days is None:
        return Text(it, en)
    good = words.days(one.voucher_days)
    return Text(f"{it} e vale {good.it}", f"{en} and is good for {good.en}")
