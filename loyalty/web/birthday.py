"""A birthday in a form: a day and a month to pick, kept as one value without a year."""

from datetime import date

from loyalty.core.text import Text
from loyalty.web.fields import Body, Choice
from loyalty.web.forms import FormState
from loyalty.web.locale import day

DAYS = tuple(f"{number:02d}" for number in range(1, 32))
MONTHS = DAYS[:12]
_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_LEAP_YEAR = 2000  # it has the 29th of February
_BOTH = Text("Servono il giorno e il mese.", "Both day and month are needed.")
_NO_SUCH_DAY = Text("Questo giorno non c'è in quel mese.", "That month has no such day.")


class WithBirthday(Body):
    """A body that asks for a birthday."""

    birth_day = Choice(*DAYS)
    birth_month = Choice(*MONTHS)


def said(birthday: str) -> str:
    """How one says a birthday that is kept as MM-DD: 2 agosto."""
    month, number = birthday.split("-")
    return day(date(_LEAP_YEAR, int(month), int(number)), "d MMMM")


def joined(form: FormState) -> FormState:
    """Day and month as the one value `birthday`, "MM-DD"; refused where they make none."""
    if not form.is_valid:
        return form
    values = dict(form.values)
    number, month = values.pop("birth_day", None), values.pop("birth_month", None)
    if (number is None) != (month is None):
        return form.refuse("birth_day", _BOTH)
    if number is not None and month is not None:
        if int(number) > _DAYS_OF_MONTH[int(month) - 1]:
            return form.refuse("birth_day", _NO_SUCH_DAY)
        values["birthday"] = f"{month}-{number}"
    return FormState(form.raw, {}, values)
