"""Levels in words that a customer can read: what changed, and what is missing (pure)."""

from collections.abc import Callable
from datetime import date, timedelta

from loyalty.core.money import digits, format_amount
from loyalty.core.text import Text
from loyalty.programs import words
from loyalty.programs.document import Tiers
from loyalty.programs.tiers import Change, Progress, Standing, window

_VISITS = (Text("visita", "visit"), Text("visite", "visits"))


def said(change: Change, rules: Tiers | None, currency: str, label: Text | None = None) -> Text:
    """Why the level is what it is now, for the customer.

    `rules` are those that made the change; None where a new version has no levels. `label` names
    the unit where the levels count units ("punti", "points"); without it the unit's key is said.
    """
    if rules is None:
        return Text(
            "Le regole sono cambiate: questo programma non ha più livelli.",
            "The rules have changed: this program no longer has levels.",
        )
    if change.kind == "grace":
        level, until = rules.level(change.before.level), change.after.grace_until
        assert level, "only a level is lost"
        assert until, "grace has an end"
        missing = _missing(level.starts - change.measured, rules, currency, label)
        return _in_grace(level.name, until, missing)
    return _SAID[change.kind](change, rules)


def notice(progress: Progress, rules: Tiers, currency: str, label: Text | None = None) -> Text:
    """What is missing and until when: to keep the level, or else (nothing to lose) to the next.

    `label` as in `said`.
    """
    if progress.keep_missing is None or progress.review_on is None:
        return _to_next(progress, rules, currency, label)
    name = _name(rules, progress.key)
    missing = _missing(progress.keep_missing, rules, currency, label)
    if progress.keep_missing and progress.grace_until is not None:
        return _in_grace(name, progress.grace_until, missing)
    until = words.until(progress.grace_until or progress.review_on)
    head = Text(
        f"Il livello {name.it} è tuo {until.it}", f"The {name.en} level is yours {until.en}"
    )
    if progress.keep_missing == 0:
        return Text(
            f"{head.it}, e hai già quanto serve per tenerlo.",
            f"{head.en}, and you already have what it takes to keep it.",
        )
    # The days that count may not have begun: right after a level was reached, buying is too early.
    since = words.since(window(rules, progress.review_on)[0])
    return Text(
        f"{head.it}. Per tenerlo ti {missing.it}:"
        f" contano gli acquisti {since.it} fino a quel giorno.",
        f"{head.en}. To keep it you need {missing.en}: those {since.en} to that day count.",
    )


def _in_grace(name: Text, grace_until: date, missing: Text) -> Text:
    until = words.until(grace_until)
    return Text(
        f"Il livello {name.it} resta tuo {until.it}."
        f" Per tenerlo ti {missing.it} entro quel giorno.",
        f"The {name.en} level stays yours {until.en}. To keep it you need {missing.en} by then.",
    )


def _to_next(progress: Progress, rules: Tiers, currency: str, label: Text | None) -> Text:
    if progress.next is None:
        name = _name(rules, progress.key)
        return Text(f"Il livello {name.it} è tuo.", f"The {name.en} level is yours.")
    name = _name(rules, progress.next)
    missing = _missing(progress.missing or 0, rules, currency, label)
    return Text(
        f"Per il livello {name.it} ti {missing.it}.",
        f"To reach the {name.en} level you need {missing.en}.",
    )


def _up(change: Change, rules: Tiers) -> Text:
    name, review_on = _name(rules, change.after.level), change.after.review_on
    if review_on is None:
        return Text(
            f"Hai raggiunto il livello {name.it}.", f"You have reached the {name.en} level."
        )
    until = words.until(review_on)
    return Text(
        f"Hai raggiunto il livello {name.it}: resta tuo almeno {until.it}.",
        f"You have reached the {name.en} level: it stays yours {until.en} at least.",
    )


def _kept(change: Change, rules: Tiers) -> Text:
    name, review_on = _name(rules, change.after.level), change.after.review_on
    assert review_on, "what was kept is reviewed again"
    until = words.until(review_on)
    return Text(
        f"Il livello {name.it} è confermato: resta tuo almeno {until.it}.",
        f"Your {name.en} level is confirmed: it stays yours {until.en} at least.",
    )


def _down(change: Change, rules: Tiers) -> Text:
    name, last = _name(rules, change.before.level), change.on - timedelta(days=1)
    head = Text(
        f"Il livello {name.it} è stato tuo {words.until(last).it}",
        f"The {name.en} level was yours {words.until(last).en}",
    )
    if change.after.level is None:
        return Text(
            f"{head.it}; puoi raggiungerlo di nuovo.", f"{head.en}; you can reach it again."
        )
    now = _name(rules, change.after.level)
    return Text(
        f"{head.it}; {words.since(change.on).it} il tuo livello è {now.it}.",
        f"{head.en}; {words.since(change.on).en} your level is {now.en}.",
    )


def _revoked(change: Change, rules: Tiers) -> Text:
    name, level = _name(rules, change.before.level), change.after.level
    head = Text(
        f"L'acquisto che aveva portato il livello {name.it} è stato rimborsato",
        f"The purchase that had brought the {name.en} level was refunded",
    )
    if level is None:
        return Text(f"{head.it}: il livello non vale più.", f"{head.en}: it no longer holds.")
    now = _name(rules, level)
    return Text(f"{head.it}: ora il tuo livello è {now.it}.", f"{head.en}: your level is {now.en}.")


def moved(change: Change, rules: Tiers) -> Text:
    """The visit that had brought a level was put on another card."""
    name, level = _name(rules, change.before.level), change.after.level
    head = Text(
        f"La visita che aveva portato il livello {name.it} è passata a un'altra carta",
        f"The visit that had brought the {name.en} level went to another card",
    )
    if level is None:
        return Text(f"{head.it}: il livello non vale più.", f"{head.en}: it no longer holds.")
    now = _name(rules, level)
    return Text(f"{head.it}: ora il tuo livello è {now.it}.", f"{head.en}: your level is {now.en}.")


def _new_rules(change: Change, rules: Tiers) -> Text:
    head = Text("Le regole dei livelli sono cambiate", "The rules for levels have changed")
    if change.after.level is None:
        return Text(
            f"{head.it}: con le nuove non hai ancora un livello.",
            f"{head.en}: under the new ones you have no level yet.",
        )
    name, until = _name(rules, change.after.level), _until(change.after)
    return Text(
        f"{head.it}: il tuo livello è {name.it}{until.it}.",
        f"{head.en}: your level is {name.en}{until.en}.",
    )


def _until(standing: Standing) -> Text:
    """How long a level is held for sure, as the end of a sentence."""
    end = standing.grace_until or standing.review_on
    if end is None:
        return Text("", "")
    return Text(f", almeno {words.until(end).it}", f", {words.until(end).en} at least")


_SAID: dict[str, Callable[[Change, Tiers], Text]] = {
    "up": _up,
    "kept": _kept,
    "down": _down,
    "revoked": _revoked,
    "rules": _new_rules,
}


def _name(rules: Tiers, key: str | None) -> Text:
    """The name of a level; a key that these rules do not know is its own name."""
    level = rules.level(key)
    return level.name if level else Text(key or "", key or "")


def _missing(count: int, rules: Tiers, currency: str, label: Text | None) -> Text:
    """What is missing, with the Italian verb: "mancano 3 visite", "3 more visits"."""
    if rules.measure == "spend":
        it, en = (format_amount(count, currency, language) for language in ("it", "en"))
        verb = "manca" if count == 10 ** digits(currency) else "mancano"
        return Text(f"{verb} {it} di spesa", f"{en} more in purchases")
    verb = "manca" if count == 1 else "mancano"
    one, many = _VISITS
    if rules.measure == "units":
        many = label or Text(rules.unit or "", rules.unit or "")
        one = words.singular(many)
    named = one if count == 1 else many
    grouped = f"{count:,}"
    return Text(f"{verb} {grouped.replace(',', '.')} {named.it}", f"{grouped} more {named.en}")
