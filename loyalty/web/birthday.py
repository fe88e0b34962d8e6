"""A birthday in a form: a day and a month to pick, kept as one value without a year."""

from loyalty.core.text import Text
from loyalty.web.fields import Body, Choice
from loyalty.web.forms import FormState

DAYS = tuple(f"{number:02d}" for number in range(1, 32))
MONTHS = DAYS[:12]
_DAYS_OF_MONTH = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_BOTH = Text("Servono il giorno e il mese.", "Both day and month are needed.")
_NO_SUCH_DAY = Text("Questo giorno non c'è in quel mese.", "That month has no such day.")


class WithBirthday(Body):
    """A body that asks for a birthday."""

    birth_day = Choice(*DAYS)
    birth_month = Choice(*MONTHS)


def joined(form: FormState) -> FormState:
    """Day and month as the one value `birthday`, "MM-DD"; refused where they make none."""
    if not form.is_valid:
        return form
    values = dict(form.values)
    day, month = values.pop("birth_day", None), values.pop("birth_month", None)
    if (day is None) != (month is None):
        return form.refuse("birth_day", _BOTH)
    if day is not None and month is not None:
        if int(day) > _DAYS_OF_MONTH[int(month) - 1]:
            return form.refuse("birth_day", _NO_SUCH_DAY)
        values["birthday"] = f"{month}-{day}"
    return FormState(form.raw, {}, values)
