"""Units, dates, days of the week, percentages and lists in words, Italian and English (pure)."""

from collections.abc import Sequence
from datetime import date
from math import gcd

from loyalty.core.text import Text

_SINGULAR_IT = {
    "punti": "punto",
    "timbri": "timbro",
    "stelle": "stella",
    "bollini": "bollino",
    "chicchi": "chicco",
    "cuori": "cuore",
    "crediti": "credito",
}
_SINGULAR_EN = {
    "points": "point",
    "stamps": "stamp",
    "stars": "star",
    "beans": "bean",
    "hearts": "heart",
    "credits": "credit",
}
_MONTHS_IT = (
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
)
_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_WEEKDAYS_IT = ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica")
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SUNDAY = 7  # the one day that is feminine in Italian
_RUN_MIN = 3
_DAY_HOURS = 24
_SAID_IN_HOURS_BELOW = 48
# Plurals in -e are feminine in Italian (stelle, gocce); these are too, and do not look it.
_FEMININE_IT = frozenset({"miglia", "chiavi", "uova", "noci"})
_VOWEL_DAYS = (8, 11)  # Italian says dall'8 and all'11
_DOUBLE, _TRIPLE, _HALF, _WHOLE = 200, 300, 50, 100


def count(units: int, label: Text) -> Text:
    """So many units in words: "1 punto", "1.234 punti"; "1 point", "1,234 points"."""
    named = singular(label) if abs(units) == 1 else label
    grouped = f"{units:,}"
    return Text(f"{grouped.replace(',', '.')} {named.it}", f"{grouped} {named.en}")


def singular(label: Text) -> Text:
    """The name of one unit, where the language has a word of its own for it."""
    return Text(_SINGULAR_IT.get(label.it, label.it), _SINGULAR_EN.get(label.en, label.en))


def day(on: date) -> Text:
    """A date in words: "28 febbraio 2027" and "28 February 2027"."""
    return Text(
        f"{on.day} {_MONTHS_IT[on.month - 1]} {on.year}",
        f"{on.day} {_MONTHS_EN[on.month - 1]} {on.year}",
    )


def agreed(label: Text, masculine: str, feminine: str) -> str:
    """The ending that agrees with the Italian name of a unit: "punti validi", "stelle valide"."""
    head = next(iter(label.it.lower().split()), "")
    return feminine if head in _FEMININE_IT or head.endswith("e") else masculine


def joined(parts: Sequence[Text]) -> Text:
    """A list in words: "a, b e c" and "a, b and c"; empty for none."""
    if len(parts) < 2:  # noqa: PLR2004  # nothing to join
        return parts[0] if parts else Text("", "")
    head, last = parts[:-1], parts[-1]
    return Text(
        f"{', '.join(part.it for part in head)} e {last.it}",
        f"{', '.join(part.en for part in head)} and {last.en}",
    )


def months(number: int) -> Text:
    """So many months: "1 mese", "12 mesi"; "1 month", "12 months"."""
    return Text("1 mese", "1 month") if number == 1 else Text(f"{number} mesi", f"{number} months")


def days(number: int) -> Text:
    """So many days: "1 giorno", "14 giorni"; "1 day", "14 days"."""
    return Text("1 giorno", "1 day") if number == 1 else Text(f"{number} giorni", f"{number} days")


def hours(number: int) -> Text:
    """So many hours; two days and more are said in days: "24 ore", "14 giorni"."""
    whole, rest = divmod(number, _DAY_HOURS)
    if number >= _SAID_IN_HOURS_BELOW:
        return joined([days(whole), hours(rest)]) if rest else days(whole)
    return Text("1 ora", "1 hour") if number == 1 else Text(f"{number} ore", f"{number} hours")


def since(on: date) -> Text:
    """From a day on: "dal 3 marzo 2027", "dall'8 marzo 2027"; "from 3 March 2027"."""
    said = day(on)
    it = f"dall'{said.it}" if on.day in _VOWEL_DAYS else f"dal {said.it}"
    return Text(it, f"from {said.en}")


def until(on: date) -> Text:
    """To a day, that day included: "fino al 3 marzo 2027"; "until 3 March 2027"."""
    said = day(on)
    it = f"fino all'{said.it}" if on.day in _VOWEL_DAYS else f"fino al {said.it}"
    return Text(it, f"until {said.en}")


def weekdays(numbers: frozenset[int]) -> Text:
    """Days of the week, 1 is Monday; three or more in a row as "dal lunedì al venerdì"."""
    order = sorted(numbers)
    first, last = order[0], order[-1]
    if len(order) >= _RUN_MIN and last - first == len(order) - 1:
        to = "alla" if last == _SUNDAY else "al"
        return Text(
            f"dal {_WEEKDAYS_IT[first - 1]} {to} {_WEEKDAYS_IT[last - 1]}",
            f"from {_WEEKDAYS_EN[first - 1]} to {_WEEKDAYS_EN[last - 1]}",
        )
    listed = joined([_weekday(number) for number in order])
    return Text(listed.it, f"on {listed.en}")


def _weekday(number: int) -> Text:
    the = "la" if number == _SUNDAY else "il"
    return Text(f"{the} {_WEEKDAYS_IT[number - 1]}", f"{_WEEKDAYS_EN[number - 1]}s")


def multiplied(percent: int, label: Text) -> Text:
    """A percentage of what the rules give: 200 is "punti doppi", 150 "50% di punti in più"."""
    it, en = label.it, label.en
    if percent == _DOUBLE:
        return Text(f"{it} {agreed(label, 'doppi', 'doppie')}", f"double {en}")
    if percent == _TRIPLE:
        return Text(f"{it} {agreed(label, 'tripli', 'triple')}", f"triple {en}")
    if percent == _HALF:
        return Text(f"metà {it}", f"half the {en}")
    if percent > _DOUBLE:
        times = _hundredths(percent)
        return Text(f"{it} x{times.it}", f"{times.en} times the {en}")
    if percent < _WHOLE:
        less = _WHOLE - percent
        return Text(f"{less}% di {it} in meno", f"{less}% fewer {en}")
    more = percent - _WHOLE
    return Text(f"{more}% di {it} in più", f"{more}% more {en}")


def multiplied_all(percent: int) -> Text:
    """The same where it concerns every unit: "il doppio", "50% in più"; "double", "50% more"."""
    if percent == _DOUBLE:
        return Text("il doppio", "double")
    if percent == _TRIPLE:
        return Text("il triplo", "triple")
    if percent > _DOUBLE:
        times = _hundredths(percent)
        return Text(f"{times.it} volte tanto", f"{times.en} times as much")
    if percent < _WHOLE:
        return Text(f"{_WHOLE - percent}% in meno", f"{_WHOLE - percent}% less")
    return Text(f"{percent - _WHOLE}% in più", f"{percent - _WHOLE}% more")


def share(rate: tuple[int, int]) -> Text:
    """A fraction as a percentage where it is one, Italian with its article: "il 2%", "l'8,5%".

    Any other is said as it is: "1/3".
    """
    numerator, denominator = rate
    exact, rest = divmod(numerator * 10_000, denominator)
    if rest:
        shrunk = gcd(numerator, denominator)
        plain = f"{numerator // shrunk}/{denominator // shrunk}"
        return Text(plain, plain)
    said = _hundredths(exact)
    return Text(f"{_the(exact // 100)}{said.it}%", f"{said.en}%")


def _the(number: int) -> str:
    """The Italian article before a number, as it sounds: il 2, l'8, l'11, lo 0."""
    if number == 0:
        return "lo "
    return "l'" if number in (1, 11) or str(number).startswith("8") else "il "


def _hundredths(number: int) -> Text:
    """Hundredths as a decimal number, no more digits than needed: 250 is "2,5" and "2.5"."""
    whole, rest = divmod(number, 100)
    fraction = f"{rest:02d}".rstrip("0")
    return Text(f"{whole},{fraction}", f"{whole}.{fraction}") if rest else Text(*[str(whole)] * 2)
