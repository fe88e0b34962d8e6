"""What customers of the street say at the counter, what comes of it, and notes about a few."""

import random
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from loyalty.core.ids import parse_ref, ref
from loyalty.customers import directory
from loyalty.demo.counter import Came
from loyalty.demo.incidents import Days
from loyalty.feedback import remarks
from loyalty.feedback.remarks import Said
from loyalty.merchants.acts import note

_EACH_TIME = 3
_ANSWERED_PERCENT, _NOTED_PERCENT = 97, 40
_STILL_OPEN = timedelta(days=25)  # what was said lately waits for somebody
_ANSWERED_WITHIN_H = 60
_SAID: dict[str, tuple[tuple[str, str], ...]] = {
    "cafe": (
        ("product", "L'espresso oggi sapeva di bruciato"),
        ("product", "Il cornetto integrale era di ieri"),
        ("wait", "Dieci minuti per un cappuccino"),
        ("place", "Fuori i tavoli non sono puliti"),
        ("service", "Nessuno ha salutato"),
        ("other", "Vorrebbe il latte d'avena"),
    ),
    "bakery": (
        ("product", "Il pane di segale era crudo dentro"),
        ("wait", "Alle otto la fila arriva in strada"),
        ("service", "Gli è stato dato il resto sbagliato"),
        ("place", "Manca un posto dove appoggiare la borsa"),
        ("other", "Chiede se il sabato si può prenotare"),
    ),
    "salon": (
        ("wait", "Mezz'ora oltre l'appuntamento"),
        ("product", "Il colore è durato due settimane"),
        ("service", "Le è piaciuto il taglio, lo ha detto due volte"),
        ("place", "D'inverno vicino alla porta fa freddo"),
    ),
    "petshop": (
        ("product", "Le crocchette nuove al gatto non piacciono"),
        ("service", "Consiglio sbagliato sulla misura del collare"),
        ("wait", "Alla cassa c'era una persona sola"),
        ("other", "Chiede la consegna a casa per i sacchi grandi"),
    ),
}
_DONE = (
    "Chiesto scusa e offerto il prossimo",
    "Parlato con chi era di turno",
    "Controllato: non succede più",
    "Richiamato il cliente, contento",
    None,
)
_NOTES = (
    "Preferisce pagare con la carta",
    "Di solito ha fretta",
    "Il cane resta fuori",
    "Parla piano",
)


def hear(session: Session, days: Days, chance: random.Random, until: datetime) -> None:
    """Some of those who came say what they think; of what is long ago most has been seen to."""
    there = [each for each in days.came if not each.member.stays_away]
    for visit in chance.sample(there, min(len(there), _EACH_TIME)):
        remark_ref = _write(session, days, visit, chance)
        is_old = until - visit.at > _STILL_OPEN
        if is_old and chance.randrange(100) < _ANSWERED_PERCENT:
            later = timedelta(hours=chance.randrange(2, _ANSWERED_WITHIN_H))
            _answer(session, days, remark_ref, chance, visit.at + later)
    if there and chance.randrange(100) < _NOTED_PERCENT:
        directory.write_note(
            session,
            merchant_id=days.shop.merchant_id,
            customer_ref=chance.choice(there).member.customer_ref,
            text=chance.choice(_NOTES),
        )


def _write(session: Session, days: Days, visit: Came, chance: random.Random) -> str:
    duty = chance.choice(next(iter(days.shop.tills.values())))
    kind, words = chance.choice(_SAID[days.shop.plan.key])
    member = visit.member
    assert member.customer_id is not None, "somebody who has come"
    assert member.place is not None, "somebody who has come"
    is_quick = kind != "other" and chance.randrange(100) < _NOTED_PERCENT
    written = remarks.write(
        session,
        merchant_id=duty.merchant_id,
        actor=duty.actor,
        said=Said(
            member.customer_id,
            member.place.card_id,
            parse_ref("vis", visit.visit_ref),
            kind,
            None if is_quick else words,
        ),
        key=f"demo/remark/{days.shop.plan.key}/{next(days.numbers)}",
        at=visit.at,
    )
    remark_ref = ref("rem", written.id)
    note(session, duty=duty, act="remark.write", target=remark_ref, at=visit.at, kind=kind)
    return remark_ref


def _answer(
    session: Session, days: Days, remark_ref: str, chance: random.Random, at: datetime
) -> None:
    duty = days.shop.manager
    remarks.close(
        session,
        merchant_id=duty.merchant_id,
        remark_ref=remark_ref,
        actor=duty.actor,
        outcome=chance.choice(_DONE),
        at=at,
    )
    note(session, duty=duty, act="remark.done", target=remark_ref, at=at)
