"""Units and dates in words, Italian and English."""

from datetime import date

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
