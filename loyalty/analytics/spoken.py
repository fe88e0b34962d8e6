"""What a rhythm says of one member, in a sentence for the owner (pure)."""

from fractions import Fraction

from loyalty.core.text import Text

_TIMES = {
    2: Text("due volte", "twice"),
    3: Text("tre volte", "three times"),
    4: Text("quattro volte", "four times"),
    5: Text("cinque volte", "five times"),
    6: Text("sei volte", "six times"),
    7: Text("sette volte", "seven times"),
    8: Text("otto volte", "eight times"),
    9: Text("nove volte", "nine times"),
    10: Text("dieci volte", "ten times"),
}
_SOMEBODY = Text("Questa persona", "This person")


def sentence(name: str | None, *, usual: Fraction, silence: int) -> Text:
    """How often somebody comes and since when they have not; in halves of their usual gap.

    "Anna usually comes every 8 days; not seen for 24, three times the usual gap."
    """
    who = Text(name, name) if name else _SOMEBODY
    every, since = _every(usual), _since(silence)
    habit = Text(f"{who.it} di solito viene {every.it}", f"{who.en} usually comes {every.en}")
    if silence < 1:
        return Text(f"{habit.it}; l'ultima volta oggi.", f"{habit.en}; last seen today.")
    halves = round(2 * silence / usual)
    if halves <= 2:  # noqa: PLR2004  # once their usual gap
        return Text(f"{habit.it}; l'ultima volta {since.it}.", f"{habit.en}; last seen {since.en}.")
    times = multiple(halves)
    return Text(
        f"{habit.it}; non si vede da {_days(silence).it}, {times.it} il suo solito.",
        f"{habit.en}; not seen for {silence}, {times.en} the usual gap.",
    )


def multiple(halves: int) -> Text:
    """So many halves in words: three times, 2.5 times."""
    whole, half = divmod(halves, 2)
    if not half and whole in _TIMES:
        return _TIMES[whole]
    tail = ".5" if half else ""
    said = f"{whole}{tail}"
    return Text(f"{said.replace('.', ',')} volte", f"{said} times")


def _every(usual: Fraction) -> Text:
    days = max(1, round(usual))
    if days == 1:
        return Text("ogni giorno", "every day")
    return Text(f"ogni {days} giorni", f"every {days} days")


def _since(silence: int) -> Text:
    if silence == 1:
        return Text("ieri", "yesterday")
    return Text(f"{silence} giorni fa", f"{silence} days ago")


def _days(days: int) -> Text:
    return Text("1 giorno", "1 day") if days == 1 else Text(f"{days} giorni", f"{days} days")
