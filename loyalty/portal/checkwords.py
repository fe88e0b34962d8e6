"""The words of the checks at the till: what each measure is called, counts and may mean."""

from collections.abc import Mapping

from babel import numbers

from loyalty.core.text import Text
from loyalty.counter.evidence.measures import BY_HAND, VISITS_MIN, Judged, Measured
from loyalty.counter.evidence.rows import Row
from loyalty.counter.evidence.tallies import Tally
from loyalty.programs.words import count
from loyalty.web.locale import gettext, language, money, number, pick

_LABELS = {
    "visits": Text("Tutte le visite", "All visits"),
    "one_card": Text("Visite sulla stessa carta", "Visits on one card"),
    "often": Text("Più di 5 volte al giorno su una carta", "More than 5 times a day on one card"),
    "by_hand": Text("Dati e tolti a mano", "Given and taken by hand"),
    "undone": Text("Annulli e rimborsi", "Cancelled and refunded"),
    "night": Text("Fuori dalle ore solite", "Outside the usual hours"),
    "refused": Text("Codici rifiutati", "Refused codes"),
    "typed": Text("Codici scritti a mano", "Codes typed by hand"),
}
_WHY = {
    "visits": Text(
        "Le visite che ha registrato in cassa e che contano ancora.",
        "The visits that they recorded at the till and that still count.",
    ),
    "one_card": Text(
        "La carta che ha servito più spesso. Un cliente abituale è la spiegazione più comune.",
        "The card that they served most often. A regular is the most common reason.",
    ),
    "often": Text(
        "I giorni in cui la stessa carta è passata più di cinque volte dalle sue mani.",
        "The days on which one card went through their hands more than five times.",
    ),
    "by_hand": Text(
        "Le correzioni, ciascuna con il motivo scritto da chi l'ha fatta.",
        "The corrections, each with the reason that its author wrote.",
    ),
    "undone": Text(
        "Le vendite annullate o rimborsate, con quanto valevano.",
        "The sales that were cancelled or refunded, with what they were worth.",
    ),
    "night": Text(
        "Le visite in ore in cui il negozio ne ha meno di una su cento, o in cui vengono meno di"
        " tre carte.",
        "The visits at hours that see fewer than one in a hundred of the shop's visits, or fewer"
        " than three cards.",
    ),
    "refused": Text(
        "Le letture che la cassa ha rifiutato: codici sconosciuti, carta propria, limiti.",
        "What the till refused: unknown codes, their own card, limits.",
    ),
    "typed": Text(
        "Le visite per cui il codice è stato scritto invece che letto dal QR.",
        "The visits for which the code was typed instead of read from the QR.",
    ),
}
_VERDICTS = {
    "look": (Text("da guardare", "worth a look"), "badge-warn"),
    "one": (Text("una misura si distingue", "one measure stands out"), ""),
    "fine": (Text("come gli altri", "like the others"), "badge-good"),
    "few": (Text("poche visite: nessun giudizio", "few visits: no judgement"), ""),
    "alone": (Text("nessuno con cui confrontare", "nobody to compare with"), ""),
}
_KINDS = {
    "visit": Text("Visita", "Visit"),
    "adjustment": Text("Correzione", "Correction"),
    "refund": Text("Rimborso", "Refund"),
    "void": Text("Annullo", "Cancelled"),
    "refused": Text("Rifiuto", "Refused"),
}
_PROOFS = {
    "typed": Text("codice scritto a mano", "code typed by hand"),
    "static": Text("QR della carta", "the card's QR"),
    "live": Text("QR del momento", "live QR"),
}
_REFUSED = {
    "unknown_card": Text("codice sconosciuto", "unknown code"),
    "unknown_voucher": Text("buono sconosciuto", "unknown voucher"),
    "own_card": Text("carta propria", "their own card"),
    "card_blocked": Text("carta bloccata", "blocked card"),
    "limit_reached": Text("limite raggiunto", "limit reached"),
    "proof_too_weak": Text("serviva il QR", "it needed the QR"),
    "insufficient_units": Text("unità insufficienti", "not enough units"),
    "already_used": Text("già consegnato", "handed over already"),
    "already_voided": Text("già annullata", "cancelled already"),
    "refund_too_large": Text("rimborso troppo alto", "refund too large"),
    "reward_unavailable": Text("premio non disponibile", "reward not available"),
    "program_paused": Text("programma in pausa", "program paused"),
}
_HEADING = (
    Text("quando", "when"),
    Text("chi", "who"),
    Text("che cosa", "what"),
    Text("codice della carta", "code of the card"),
    Text("carta", "card"),
    Text("importo", "amount"),
    Text("valuta", "currency"),
    Text("unità", "units"),
    Text("tipo di unità", "kind of unit"),
    Text("come o perché", "how or why"),
)


def label(measure: str) -> str:
    """What a measure is called."""
    return pick(_LABELS[measure])


def why(measure: str) -> str:
    """What a measure counts."""
    return pick(_WHY[measure])


def verdict(judged: Judged) -> tuple[str, str]:
    """What all measures of somebody come to, and the kind of its badge."""
    name, kind = _VERDICTS[judged.verdict]
    if judged.verdict == "look":
        return f"{pick(name)} · {judged.score}/{len(judged.measures)}", kind
    return pick(name), kind


def summary(tally: Tally) -> str:
    """How much somebody did at all."""
    if tally.visits < VISITS_MIN:
        return gettext(
            "%(visits)s visits: shares are compared from %(least)s on.",
            visits=number(tally.visits),
            least=VISITS_MIN,
        )
    return gettext(
        "%(visits)s visits, %(money)s", visits=number(tally.visits), money=money(tally.spend_minor)
    )


def value(tally: Tally, measured: Measured) -> str:
    """How many of how many, with its share; money where there is some."""
    if not measured.part:
        return "0"
    if measured.key == "often":
        return number(measured.part)
    said = gettext(
        "%(part)s of %(whole)s (%(share)s)",
        part=number(measured.part),
        whole=number(measured.whole),
        share=_percent(measured.part, measured.whole),
    )
    is_money = measured.key == "undone" and tally.undone_minor
    return f"{said}, {money(tally.undone_minor)}" if is_money else said


def beside(measured: Measured) -> str:
    """The same of all the others together; nothing where there is nobody else."""
    if measured.key == BY_HAND:
        if not measured.part and not measured.others_part:
            return ""
        return gettext(
            "given: worth %(visits)s visits; the others %(others)s on average",
            visits=number(measured.part),
            others=number(measured.others_part),
        )
    if not measured.others_whole:
        return ""
    if measured.key == "often":
        return gettext("all the others together: %(count)s", count=number(measured.others_part))
    share = _percent(measured.others_part, measured.others_whole)
    return gettext("the others: %(share)s", share=share)


def _percent(part: int, whole: int) -> str:
    style = "#,##0%" if part * 10 >= whole else "#,##0.#%"
    return numbers.format_percent(part / whole, format=style, locale=language())


def signed(units: int, unit: str, called: Mapping[str, Text]) -> str:
    """Units with their sign and name; a unit that no program has any more goes by its key."""
    sign = "+" if units > 0 else "−"  # noqa: RUF001  # a minus sign
    return sign + pick(count(abs(units), called.get(unit, Text(unit, unit))))


def what(row: Row) -> str:
    """What a row is."""
    return pick(_KINDS[row.kind])


def detail(row: Row) -> str:
    """How it was proved, why it was done, or why it was refused."""
    if row.kind == "visit":
        return pick(_PROOFS.get(row.detail, row.detail))
    if row.kind == "refused":
        return pick(_REFUSED.get(row.detail, row.detail.replace("_", " ")))
    return row.detail


def heading() -> list[str | int | None]:
    """The first line of the file."""
    return [pick(name) for name in _HEADING]
