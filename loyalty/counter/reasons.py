"""Why a number is what it is, in words that a customer can read, Italian and English (pure)."""

from datetime import date

from loyalty.core.money import format_amount
from loyalty.core.text import Text
from loyalty.ledger.state import Reason
from loyalty.programs import words
from loyalty.programs.catalogue import PublishedVersion
from loyalty.programs.document import Reward, Unit, VersionDocument
from loyalty.programs.earning import CAUSE_PREFIX, MILLION, is_cause


def reason(rule: str, unit: str, units: int, said: Text) -> Reason:
    """One reason as it stands in receipts and statements."""
    return {"rule": rule, "unit": unit, "units": units, "it": said.it, "en": said.en}


def carry(document: VersionDocument, unit: str, millionths: int) -> tuple[int, int] | None:
    """Minor units put aside, and missing to the next unit, at the base rate.

    None unless the unit has exactly one money rule (contract, "A line").
    """
    rules = document.money_rules(unit)
    if len(rules) != 1:
        return None
    rule, rest = rules[0], millionths % MILLION
    aside = rest * rule.per // (rule.units * MILLION)
    missing = -(-(MILLION - rest) * rule.per // (rule.units * MILLION))
    return aside, missing


TAKEN_BY = {
    "refund": Text("rimborso", "refund"),
    "void": Text("visita annullata", "visit voided"),
    "move": Text("visita di un'altra carta", "visit of another card"),
    "restore": Text("rimborso annullato", "refund taken back"),
    "addition": Text("righe aggiunte alla visita", "lines added to the visit"),
}


def taken(rule: str, unit: Unit, units: int, *, expired: int, by: str) -> Reason:
    """Units taken back from a sale, `by` what; of those that had expired nothing is taken.

    Below 0 they are given: what is left of the sale earns more, a rule that halves is out.
    """
    head = TAKEN_BY[by]
    moved = []
    if units:
        lost, sign = words.count(abs(units), unit.label), "-" if units > 0 else "+"
        moved.append(Text(f"{sign}{lost.it}", f"{sign}{lost.en}"))
    if expired:
        gone = words.count(expired, unit.label)
        moved.append(Text(f"{gone.it} già scaduti", f"{gone.en} had expired already"))
    if not moved:
        moved.append(Text(f"{unit.label.it} invariati", f"{unit.label.en} unchanged"))
    it, en = ", ".join(part.it for part in moved), ", ".join(part.en for part in moved)
    return reason(rule, unit.key, -units, Text(f"{head.it}: {it}", f"{head.en}: {en}"))


def returned(unit: Unit, units: int) -> Reason:
    """Units for goods that came back without their sale; above 0 when that was taken back."""
    named = words.count(abs(units), unit.label)
    head = (
        Text("reso senza la sua vendita: -", "return without its sale: -")
        if units <= 0
        else Text("reso annullato: +", "return taken back: +")
    )
    return reason("return", unit.key, units, Text(f"{head.it}{named.it}", f"{head.en}{named.en}"))


def filled(unit: Unit, units: int, reward: Reward) -> Reason:
    """A stamp card was full and its voucher came out."""
    spent = words.count(units, unit.label)
    return reason(
        reward.key,
        unit.key,
        -units,
        Text(
            f"carta piena: {spent.it} diventano un buono per {reward.name.it}",
            f"card full: {spent.en} become a voucher for {reward.name.en}",
        ),
    )


def redeemed(unit: Unit, units: int, reward: Reward) -> Reason:
    """Units exchanged for a reward."""
    spent = words.count(units, unit.label)
    return reason(
        reward.key,
        unit.key,
        -units,
        Text(f"{reward.name.it}: -{spent.it}", f"{reward.name.en}: -{spent.en}"),
    )


def given_back(unit: Unit, units: int, reward: Reward, grace: date | None) -> Reason:
    """A cancelled reward: the units are back, or back for a few days when they had expired."""
    back = words.count(units, unit.label)
    it, en = (
        f"{reward.name.it} annullato: +{back.it}",
        f"{reward.name.en} cancelled: +{back.en}",
    )
    if grace is not None:
        until = words.until(grace)
        it += f"; quanto era già scaduto vale {until.it}"
        en += f"; what had expired already is good {until.en}"
    return reason(reward.key, unit.key, units, Text(it, en))


def expired(unit: Unit, units: int, last_day: date) -> Reason:
    """Units whose last day has passed."""
    gone, until = words.count(units, unit.label), words.until(last_day)
    return reason(
        "expiry",
        unit.key,
        -units,
        Text(
            f"validi {until.it}: scadono {gone.it}",
            f"valid {until.en}: {gone.en} expired",
        ),
    )


def adjusted(unit: Unit, units: int, why: str) -> Reason:
    """A correction by hand; `why` is what the person wrote."""
    moved = words.count(abs(units), unit.label)
    sign = "+" if units > 0 else "-"
    return reason(
        "adjustment",
        unit.key,
        units,
        Text(f"correzione ({why}): {sign}{moved.it}", f"correction ({why}): {sign}{moved.en}"),
    )


def adjustment_undone(unit: Unit, units: int) -> Reason:
    """A correction by hand that was itself put right."""
    moved = words.count(abs(units), unit.label)
    sign = "+" if units > 0 else "-"
    said = Text(
        f"correzione annullata: {sign}{moved.it}", f"correction taken back: {sign}{moved.en}"
    )
    return reason("adjustment", unit.key, units, said)


def brought(unit: Unit, units: int, *, is_friend: bool) -> Reason:
    """Units for a friend who came and bought: the friend's own, or those of who brought them."""
    named = words.count(units, unit.label)
    head = (
        Text("benvenuto da parte di un amico", "a welcome from a friend")
        if is_friend
        else Text("hai portato un amico", "you brought a friend")
    )
    said = Text(f"{head.it}: +{named.it}", f"{head.en}: +{named.en}")
    return reason("referral", unit.key, units, said)


def activated(version: PublishedVersion, unit: str, units: int, currency: str) -> Reason:
    """Units whose waiting is over; money pledged to a cause can be paid from now on."""
    if is_cause(unit):
        it, en = (format_amount(units, currency, language) for language in ("it", "en"))
        said = Text(
            f"il tempo dei rimborsi è passato: {it} da versare",
            f"the time for refunds is over: {en} to be paid",
        )
        return reason(unit.removeprefix(CAUSE_PREFIX), unit, 0, said)
    rules = version.document.unit(unit)
    named = words.count(units, rules.label if rules else Text(unit, unit))
    return reason(
        "activation", unit, 0, Text(f"ora puoi usare {named.it}", f"{named.en} ready to be used")
    )


def forgiven(unit: Unit, units: int) -> Reason:
    """A debt that the shop does not ask for."""
    owed = words.count(units, unit.label)
    return reason(
        "debt",
        unit.key,
        units,
        Text(
            f"il negozio non chiede indietro {owed.it} che hai già usato",
            f"the shop does not ask for {owed.en} that you have used already",
        ),
    )


def claimed(unit: Unit, units: int) -> Reason:
    """What was written off when a visit left the card; now that it is back, it makes up for it."""
    owed = words.count(units, unit.label)
    return reason(
        "debt",
        unit.key,
        -units,
        Text(
            f"la visita è tornata su questa carta: copre {owed.it} già usati",
            f"the visit is back on this card: it makes up for {owed.en} already used",
        ),
    )


def donated(cause: str, unit: str, minor: int, currency: str) -> Reason:
    """What a reward gives to a cause instead of to the customer."""
    it, en = (format_amount(minor, currency, language) for language in ("it", "en"))
    return reason(cause, unit, minor, Text(f"donazione: {it}", f"donation: {en}"))


def extended(unit: Unit, units: int) -> Reason:
    """Units that were given more time."""
    named = words.count(units, unit.label)
    return reason(
        "terms",
        unit.key,
        0,
        Text(f"{named.it}: durano di più, come da nuove regole", f"{named.en} last longer now"),
    )


def _joined(*, undone: bool) -> Text:
    return Text("carte separate", "cards parted") if undone else Text("carte unite", "cards joined")


def moved(unit: Unit, units: int, *, undone: bool = False) -> Reason:
    """Units that went with a card: two cards of one person became one, or were parted again."""
    named, sign, head = (
        words.count(units, unit.label),
        "+" if units > 0 else "",
        _joined(undone=undone),
    )
    said = Text(f"{head.it}: {sign}{named.it}", f"{head.en}: {sign}{named.en}")
    return reason("merge", unit.key, units, said)


def impact_moved(unit: str, minor: int, currency: str, *, undone: bool = False) -> Reason:
    """The same for what a person's purchases have given to a cause."""
    it, en = (format_amount(minor, currency, language) for language in ("it", "en"))
    head = _joined(undone=undone)
    return reason("merge", unit, minor, Text(f"{head.it}: {it}", f"{head.en}: {en}"))


def pledge_lowered(cause: str, unit: str, minor: int, currency: str, by: str) -> Reason:
    """A sale that was taken back pledges less."""
    head = TAKEN_BY[by]
    it, en = (format_amount(minor, currency, language) for language in ("it", "en"))
    return reason(cause, unit, -minor, Text(f"{head.it}: -{it}", f"{head.en}: -{en}"))
