"""Where the books and their log do not agree: what it is, whose it is, and how to say it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from loyalty.core.ids import ref
from loyalty.core.text import Text
from loyalty.counter.receipts import PREFIX

Where = tuple[str, UUID]
NAMED_MAX = 1_000  # more are counted, and no longer kept
WORDS = {
    "balance": Text("il saldo", "the balance"),
    "debt": Text("il debito", "the debt"),
    "exact": Text("la somma esatta, in milionesimi", "the exact sum, in millionths"),
    "waiting": Text("se qualcosa ha mai dovuto aspettare", "whether anything ever had to wait"),
    "entry": Text("le unità di un movimento", "the units of an entry"),
    "returned": Text("le unità di un reso", "the units of a return"),
    "entry_balance": Text("il saldo dopo un movimento", "the balance after an entry"),
    "millionths": Text("i milionesimi di un'operazione", "the millionths of an operation"),
    "covered": Text(
        "le unità scadute che un reso ha contato", "the expired units a refund counted"
    ),
    "spent": Text("quanto è costato un premio", "what a reward cost"),
    "lot": Text("quel che resta in un lotto", "what remains in a lot"),
    "lot_size": Text("la misura di un lotto", "the size of a lot"),
    "lot_waits": Text("i lotti ancora in attesa", "the lots that still wait"),
    "lot_end": Text("la fine di un lotto", "the end of a lot"),
    "lot_life": Text(
        "fin quando un lotto vive con le visite", "how long a lot lives on with visits"
    ),
    "net": Text("quel che resta di una visita", "what is left of a visit"),
    "visit_card": Text("la carta di una visita", "the card of a visit"),
    "visit_posting": Text("lo spostamento di una visita", "the move of a visit"),
    "voided": Text("l'annullo di una visita", "the void of a visit"),
    "occasion": Text("come le regole hanno visto una visita", "how the rules saw a visit"),
    "redemption": Text("lo stato di un premio", "the state of a redemption"),
    "used": Text("la consegna di un premio", "the handing over of a reward"),
    "cancelled": Text("l'annullo di un premio", "the cancelling of a reward"),
    "stock": Text("quanti ne sono stati dati", "how many have been given"),
    "level": Text("il livello", "the level"),
    "review": Text("una revisione del livello", "a review of the level"),
    "merged": Text("la carta in cui è confluita", "the card it was merged into"),
    "pledged": Text("quanto è promesso alla causa", "what is pledged to the cause"),
    "held": Text("quanto tengono i lotti della causa", "what the cause's lots hold"),
    "log": Text("qualcosa che il registro deve avere", "something that the log must have"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that the log does not give: `what` is a key of WORDS.

    `of` is a card's ref, a cause's key or a reward's; `where` the ref of what brought it about.
    `kept` is what the books say, `replayed` what the log gives.
    """

    what: str
    merchant: str
    of: str
    unit: str | None
    where: str | None
    kept: str
    replayed: str

    @property
    def sentence(self) -> Text:
        """The difference in a line."""
        head = f"{self.of} {self.unit}" if self.unit else self.of
        tail = f" ({self.where})" if self.where else ""
        name = WORDS[self.what]
        return Text(
            f"{head}: {name.it}: nei libri {self.kept}, dal registro {self.replayed}{tail}",
            f"{head}: {name.en}: {self.kept} in the books, {self.replayed} from the log{tail}",
        )

    def as_dict(self) -> dict[str, Any]:
        """For a program."""
        return {
            "what": self.what,
            "merchant": self.merchant,
            "of": self.of,
            "unit": self.unit,
            "where": self.where,
            "kept": self.kept,
            "replayed": self.replayed,
            **self.sentence.as_dict(),
        }


@dataclass(slots=True)
class Found:
    """The differences of a shop, as they come."""

    merchant_id: UUID
    named: list[Difference] = field(default_factory=list)
    count: int = 0

    def add(self, other: "Found") -> None:
        """The differences of another part of the shop."""
        self.count += other.count
        self.named += other.named[: NAMED_MAX - len(self.named)]

    def check(
        self,
        what: str,
        values: tuple[object, object],
        *,
        of: UUID | str,
        unit: str | None = None,
        where: Where | None = None,
    ) -> bool:
        """Note a difference unless the two values (kept, replayed) are the same; whether they are.

        `of` is a card's id, or another thing's name, `where` what `named` makes of an operation.
        """
        kept, replayed = values
        if kept == replayed:
            return True
        self.count += 1
        if len(self.named) < NAMED_MAX:
            name = of if isinstance(of, str) else ref("crd", of)
            shop, place = ref("mer", self.merchant_id), _ref(where) if where else None
            self.named.append(
                Difference(what, shop, name, unit, place, _shown(kept), _shown(replayed))
            )
        return False


def named(operation: Any) -> Where:
    """An operation by what its public ref is made of; most are never shown."""
    return operation.kind, operation.id


def _ref(where: Where) -> str:
    kind, key = where
    return ref(PREFIX.get(kind, kind), key)


def _shown(value: object) -> str:
    return "-" if value is None else str(value)
