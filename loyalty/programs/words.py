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
    """So many units in words: "1 punto" and "12 punti", "1 point" and "12 points"."""
    if abs(units) == 1:
        one = Text(_SINGULAR_IT.get(label.it, label.it), _SINGULAR_EN.get(label.en, label.en))
        return Text(f"{units} {one.it}", f"{units} {one.en}")
    return Text(f"{units} {label.it}", f"{units} {label.en}")


def singular(label: Text) -> Text:
    """The name of one unit, where the language has a word of its own for it."""
    return Text(_SINGULAR_IT.get(label.it, label.it), _SINGULAR_EN.get(label.en, label.en))


def day(on: date) -> Text:
    """A date in words: "28 febbraio 2027" and "28 February 2027"."""
    return Text(
        f"{on.day} {_MONTHS_IT[on.month - 1]} {on.year}",
        f"{on.day} {_MONTHS_EN[on.month - 1]} {on.year}",
    )
