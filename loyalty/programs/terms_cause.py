"""The cause in words: how much of each sale goes to whom, and when (pure)."""

from loyalty.core.money import format_amount
from loyalty.core.text import Text
from loyalty.programs import words
from loyalty.programs.document import Cause, VersionDocument


def causes(document: VersionDocument, currency: str) -> list[Text]:
    """What is pledged, where there is a cause."""
    return [cause(document.cause, currency)] if document.cause else []


def cause(one: Cause, currency: str) -> Text:
    """Share, beneficiary, cap and payment: "il 2% della spesa va a …, versato dopo 14 giorni"."""
    part, whom = words.share(one.rate), one.beneficiary
    it, en = f"{part.it} della spesa va a {whom}", f"{part.en} of what you spend goes to {whom}"
    if one.cap_minor is not None:
        most_it, most_en = (format_amount(one.cap_minor, currency, x) for x in ("it", "en"))
        it, en = f"{it}, al massimo {most_it} a visita", f"{en}, at most {most_en} per visit"
    if not one.payable_after_days:
        return Text(f"{it}, da versare subito", f"{en}, payable at once")
    wait = words.days(one.payable_after_days)
    return Text(f"{it}, da versare dopo {wait.it}", f"{en}, payable after {wait.en}")
