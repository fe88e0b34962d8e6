"""Every operation of the API with a request that works, for the tests that walk through all."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from werkzeug.test import TestResponse

from loyalty.api import SECTIONS
from loyalty.api.operation import Contract
from loyalty.core.ids import parse_ref
from loyalty.customers import merging
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.api.caller import Caller, done, euro
from tests.api.letters import CAMPAIGN
from tests.builders import NOW, POINTS, fresh_key


@dataclass(frozen=True)
class Operation:
    """One operation: `POST /visits/<visit_ref>/void` and its contract."""

    name: str
    contract: Contract
    parts: list[str] = field(default_factory=list)

    @property
    def method(self) -> str:
        """GET, POST, PATCH or DELETE."""
        return self.name.partition(" ")[0]

    @property
    def documented(self) -> str:
        """The path as the document writes it."""
        written = [f"{{{part[1]}}}" if len(part) == 2 else part[0] for part in self._split()]
        return "/api/v1/" + "/".join(written)

    def path(self, things: dict[str, str]) -> str:
        """The path to the things of one shop."""
        filled = [things[part[1]] if len(part) == 2 else part[0] for part in self._split()]
        return "/" + "/".join(filled)

    @property
    def has_things(self) -> bool:
        """Whether the path names something of a shop."""
        return "<" in self.name

    def _split(self) -> list[list[str]]:
        rule = self.name.partition(" ")[2].strip("/")
        return [
            ["", part[1:-1].rpartition(":")[2]] if part.startswith("<") else [part]
            for part in rule.split("/")
        ]


OPERATIONS = [
    Operation(f"{one.method} {one.rule}", one.contract)
    for section in SECTIONS
    for one in section.operations
]


def things_of(caller: Caller) -> dict[str, str]:
    """Something of each kind in the caller's shop, fit for every operation that takes it."""
    card = caller.shop.card(name="Carla")
    visit = done(caller.pay(card, 5000))["ref"]
    reserved = [
        done(caller.post("/redemptions", {"scan": card.code, "reward": "breakfast"}))
        for _ in range(2)
    ]
    draft = done(caller.post("/programs", {"name": "x", "version": POINTS}))["ref"]
    done(caller.post(f"/programs/{draft}/versions", POINTS))
    done(caller.post(f"/programs/{draft}/versions/1/publish"), 200)
    return {
        "customer_ref": card.customer,
        "card_ref": card.ref,
        "visit_ref": visit,
        "redemption_ref": reserved[0]["ref"],
        "code": reserved[1]["vouchers"][0]["code"],
        "program_ref": draft,
        "number": "2",
        "card_code": card.code,
        **_cause(caller),
        "import_ref": _imported(caller, draft),
        **_letters(caller),
        "other_code": caller.shop.card().code,
        "segment_key": done(caller.post("/segments", _segment(), key=None))["key"],
    }


def _segment() -> dict[str, Any]:
    """A segment under a name that no other shop uses."""
    return {"name": f"Regulars {fresh_key()}", "audience": REGULARS}


REGULARS = {"all": [{"segment": "active"}, {"field": "visits", "op": "gte", "value": 3}]}


GIVING = {
    **POINTS,
    "cause": {
        "key": "rifugio",
        "beneficiary": {"name": "Rifugio Amici"},
        "rate": [1, 100],
        "payable_after_days": 0,
    },
}


def _cause(caller: Caller) -> dict[str, str]:
    """A cause to which sales of days ago have pledged, and a payout to it."""
    shop = caller.shop
    if "giving" not in shop.programs:
        shop.program("giving", GIVING, at=NOW - timedelta(days=9))
    shop.visit(shop.card("giving"), 100_000, at=NOW - timedelta(days=5))
    paid = done(caller.post("/causes/rifugio/payouts", PAYOUT))["ref"]
    return {"cause_key": "rifugio", "payout_ref": paid}


def _letters(caller: Caller) -> dict[str, str]:
    """A letter that can be launched, and somebody who would get it."""
    reader = caller.shop.card(name="Lea", email="lea@example.it")
    done(caller.post(f"/customers/{reader.customer}/consents", CONSENT), 201)
    sent, other = (done(caller.post("/campaigns", CAMPAIGN))["ref"] for _ in range(2))
    done(caller.post(f"/campaigns/{sent}/launch"), 200)
    once(caller.shop.database, CHORES, at=NOW + timedelta(hours=1))
    letter, *_ = done(caller.get(f"/campaigns/{sent}/messages", state="sent"), 200)["items"]
    key = parse_ref("msg", letter["ref"])
    assert key is not None
    return {"campaign_ref": other, "sent_ref": sent, "letter_id": f"<m.{key.hex}@card.example.it>"}


def _imported(caller: Caller, program: str) -> str:
    """An import that can be undone."""
    csv = SALES_CSV.replace("s1", fresh_key())
    body = {"csv": csv, "program": program}
    imported: str = done(caller.post("/imports/sales", body), 200)["import"]
    return imported


PAYOUT = {"amount": euro(10), "paid_on": "2026-11-20", "receipt": "bonifico 7"}


def bodies(things: dict[str, str]) -> dict[str, Any]:
    """A body that works for each operation that takes one."""
    why = {"reason": "prova"}
    return {
        "POST /customers": {"name": "Carla"},
        "POST /customers/search": {"q": "carla"},
        "PATCH /customers/<customer:customer_ref>": {"name": "Carla R."},
        "POST /customers/<customer:customer_ref>/consents": CONSENT,
        "POST /cards": {"customer": things["new_customer"], "program": things["program_ref"]},
        "POST /cards/<card_ref>/block": why,
        "POST /cards/<card_ref>/unblock": why,
        "POST /cards/<card_ref>/replace": why,
        "POST /cards/<card_ref>/restore": why,
        "POST /cards/<card_ref>/claims": {},
        "POST /cards/<card_ref>/adjustments": {"unit": "points", "units": 5, **why},
        "POST /visits": {"scan": things["card_code"], "amount": euro(1240)},
        "POST /visits/<visit_ref>/refunds": {"amount": euro(100)},
        "POST /visits/<visit_ref>/void": why,
        "POST /redemptions": {"scan": things["card_code"], "reward": "breakfast"},
        "POST /redemptions/<redemption_ref>/fulfil": {},
        "POST /redemptions/<redemption_ref>/cancel": why,
        "POST /vouchers/<code>/use": {},
        "POST /programs": {"name": "Caffè", "version": POINTS},
        "POST /programs/<program_ref>/versions": POINTS,
        "POST /programs/<program_ref>/versions/<number>/publish": {},
        "POST /programs/<program_ref>/pause": {},
        "POST /programs/<program_ref>/resume": {},
        "POST /programs/<program_ref>/lengthen": {},
        "POST /programs/<program_ref>/versions/<number>/simulate": {"from": "2026-01-01"},
        "POST /visits/<visit_ref>/move": {"card": things["other_code"], **why},
        "POST /customers/<customer:customer_ref>/merge": {"into": things["new_customer"]},
        "POST /customers/<customer:customer_ref>/unmerge": {},
        "POST /causes/<cause_key>/payouts": PAYOUT,
        "POST /payouts/<payout_ref>/cancel": why,
        "POST /campaigns": CAMPAIGN,
        "POST /campaigns/<campaign_ref>/resume": {},
        "POST /campaigns/returned": {"kind": "bounce", "about": things["letter_id"]},
        "POST /imports/sales": {"csv": SALES_CSV, "program": things["program_ref"]},
        "POST /segments": _segment(),
        "POST /imports/customers": {"csv": "customer,name\nmia,Mia\n"},
    }


SALES_CSV = "customer,occurred_at,amount,external_ref\nmia,2026-11-02,12.40,s1\n"
CONSENT = {"purpose": "marketing", "given": True, "text_id": "news-it-3", "source": "web"}


def merged_away(caller: Caller) -> str:
    """The ref of a customer who turned out to be another."""
    loser, survivor = (done(caller.post("/customers", {}))["ref"] for _ in range(2))
    with caller.shop.database.write() as session:
        merging.absorb(
            session, duty=caller.shop.owner, loser_ref=loser, survivor_ref=survivor, at=NOW
        )
    return loser


class Walk:
    """A caller that can send any operation to the things of its shop."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.things = things_of(caller)
        self.renew()

    def renew(self) -> None:
        """A customer without a card yet, for the operation that makes one."""
        self.things["new_customer"] = done(self.caller.post("/customers", {}))["ref"]

    def send(
        self,
        operation: Operation,
        *,
        caller: Caller | None = None,
        body: Any = None,
        raw: bytes | None = None,
        mime: str = "application/json",
        key: str | None = "",
        things: dict[str, str] | None = None,
    ) -> TestResponse:
        """Send a request that works, but for what is given here."""
        caller = caller or self.caller
        path = "/api/v1" + operation.path({**self.things, **(things or {})})
        headers = dict(caller.headers)
        if operation.contract.takes_key and key is not None:
            headers["Idempotency-Key"] = key or fresh_key()
        if operation.contract.body is None:
            return caller.client.open(path, method=operation.method, headers=headers)
        if raw is not None:
            headers["Content-Type"] = mime
            return caller.client.open(path, method=operation.method, data=raw, headers=headers)
        sent = bodies(self.things)[operation.name] if body is None else body
        return caller.client.open(path, method=operation.method, json=sent, headers=headers)


def in_a_useful_order() -> Iterator[Operation]:
    """Every operation, those that end a thing last: erase, cancel, void, use, block."""
    ends = ("DELETE ", "/cancel", "/void", "/block", "/replace", "/restore")
    yield from (one for one in OPERATIONS if not any(end in one.name for end in ends))
    for end in ("/cancel", "/void", "/block", "/replace", "/restore", "DELETE "):
        yield from (one for one in OPERATIONS if end in one.name)
