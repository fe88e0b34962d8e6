"""What the people of the street write down about their members: tags, notes, and views of them."""

import random
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from loyalty.analytics import saved as segments
from loyalty.core.signing import digest
from loyalty.customers import living, notes, tags
from loyalty.demo.counter import Member
from loyalty.demo.incidents import Days
from loyalty.demo.opening import Shop
from loyalty.members import views
from loyalty.members.criteria import Criteria

_TAGS = {
    "cafe": ("Latte d'avena", "Studenti", "Ufficio accanto"),
    "bakery": ("Senza glutine", "Ordina per il sabato", "Ristoranti"),
    "salon": ("Colore", "Sposa 2027", "Allergie"),
    "petshop": ("Gatti", "Cane grande", "Volontari del rifugio"),
}
_NOTES = (
    "Ha chiesto di essere avvisata quando torna il prodotto di stagione",
    "Compleanno del figlio a maggio: di solito ordina in anticipo",
    "Preferisce una telefonata a un messaggio",
    "Ha portato tre colleghi: ringraziarla",
    "Contento della nuova disposizione",
)
_NOTED_EACH_TIME = 2
_TAGGED = 24


_SEGMENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "Da riconquistare subito",
        {
            "all": [
                {"segment": "lapsed"},
                {"field": "visits", "op": "gte", "value": 5},
                {"field": "consent.marketing", "op": "eq", "value": True},
            ]
        },
    ),
    (
        "Una seconda visita",
        {
            "all": [
                {"field": "visits", "op": "eq", "value": 1},
                {"field": "joined_days", "op": "lte", "value": 90},
            ]
        },
    ),
)


def note_down(session: Session, days: Days, chance: random.Random) -> None:
    """A few of those who came are written about, by the manager and whoever does the marketing."""
    came = {each.member.customer_id for each in days.came} - {None}
    here = living.among(
        session,
        merchant_id=days.shop.merchant_id,
        customer_ids=[each for each in came if each is not None],
    )
    there = [each for each in days.came if each.member.customer_id in here]
    for visit in chance.sample(there, min(len(there), _NOTED_EACH_TIME)):
        notes.write(
            session,
            duty=days.shop.manager,
            customer_ref=visit.member.customer_ref,
            words=chance.choice(_NOTES),
            key_hash=digest(f"demo/note/{days.shop.plan.key}/{next(days.numbers)}"),
            at=visit.at,
        )


def sort_out(
    session: Session, shop: Shop, members: list[Member], chance: random.Random, at: datetime
) -> None:
    """Tags for some, and the views that such a shop looks at."""
    merchant_id, actor = shop.merchant_id, shop.manager.actor
    known = [one.customer_id for one in members if one.customer_id]
    for name in _TAGS[shop.plan.key]:
        tag = tags.make(session, merchant_id=merchant_id, name=name, at=at)
        drawn = chance.sample(known, min(len(known), _TAGGED))
        some = living.among(session, merchant_id=merchant_id, customer_ids=drawn)
        tags.put(
            session, merchant_id=merchant_id, tag_id=tag, customer_ids=some, actor=actor, at=at
        )
    for name, audience in _SEGMENTS:
        segments.save(session, duty=shop.manager, name=name, audience=audience, at=at)
    for name, said in (
        ("Si stanno allontanando", {"state": "lapsed", "visits_min": "5", "sort": "-spend"}),
        ("Premi da ritirare", {"reward": "waiting"}),
        ("Nuovi", {"state": "new", "sort": "-joined"}),
    ):
        views.save(
            session,
            merchant_id=merchant_id,
            name=name,
            criteria=Criteria.read(said),
            actor=actor,
            at=at,
        )
