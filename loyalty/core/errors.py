"""The ways the product says no: each a class with a code, facts, and what to do next."""

from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.core.refusal import Facts, LoyaltyError, Refused
from loyalty.core.text import Text
from loyalty.core.unknown import Unknown

__all__ = ["LoyaltyError", "Refused", "Unknown"]


class Invalid(LoyaltyError):
    """The input has faults; `facts["fields"]` names each field and what is wrong with it."""

    code = "invalid"
    words = Text(
        "Qualcosa non va nei dati: correggi i campi indicati.",
        "Something is off in the data: correct the fields shown.",
    )

    def __init__(self, fields: Mapping[str, Sequence[Text | str]]) -> None:
        super().__init__(fields=fields)

    def facts_in(self, _language: str) -> Facts:
        """The faults of each field in one language."""
        said = {
            field: [fault.pick(_language) if isinstance(fault, Text) else fault for fault in faults]
            for field, faults in self.facts["fields"].items()
        }
        return {"fields": said}


class BadJson(LoyaltyError):
    """The body is not JSON."""

    code = "bad_json"
    words = Text("Il corpo non è JSON valido.", "The body is not valid JSON.")


class KeyMissing(LoyaltyError):
    """An operation that moves units came without an idempotency key."""

    code = "key_missing"
    words = Text(
        "Manca l'intestazione Idempotency-Key (da 1 a 255 caratteri).",
        "The header Idempotency-Key is missing (1 to 255 characters).",
    )


class KeyReused(LoyaltyError):
    """The idempotency key has already served another body."""

    code = "key_reused"
    words = Text(
        "Questa chiave è già servita per un'altra richiesta: usane una nuova.",
        "This key has already served another request: use a new one.",
    )


class CurrencyMismatch(LoyaltyError):
    """Money in another currency than the merchant's."""

    code = "currency_mismatch"
    words = Text(
        "Qui si paga in {expected}, non in {given}.", "This shop uses {expected}, not {given}."
    )


class NotSignedIn(LoyaltyError):
    """Nobody we know."""

    code = "unauthenticated"
    words = Text("Accedi per continuare.", "Sign in to go on.")


class Forbidden(LoyaltyError):
    """Known, but not allowed."""

    code = "forbidden"
    words = Text(
        "Non hai il permesso: chiedi a chi gestisce il negozio.",
        "You are not allowed to do this: ask the owner of the shop.",
    )


class ProveAgain(Forbidden):
    """Allowed, once they have shown again that it is them."""

    code = "prove_again"
    words = Text(
        "Prima conferma che sei tu: ricarica la pagina e riscrivi la password.",
        "First confirm that it is you: reload the page and type your password again.",
    )


class FactorNeeded(Forbidden):
    """The shop wants a second factor of this person, who has none yet."""

    code = "factor_needed"
    words = Text(
        "Il negozio chiede un secondo passo per entrare: attivalo dalla pagina del tuo profilo.",
        "The shop asks for a second step when signing in: set it up on your account page.",
    )


class WrongPlace(Forbidden):
    """Allowed, and not at this till."""

    code = "wrong_place"
    words = Text(
        "Lavori in altre sedi: apri la cassa su un telefono di una di quelle.",
        "You work at other locations: open the till on a phone of one of those.",
    )


class WrongPin(Refused):
    """The name and the PIN do not go together, or the PIN is locked: never said which."""

    code = "wrong_pin"
    words = Text(
        "Il PIN non è giusto, o è bloccato dopo cinque tentativi sbagliati. Con la password si"
        " entra sempre, e chi gestisce il negozio lo sblocca dalla pagina Casse.",
        "The PIN is not right, or it is locked after five wrong tries. The password always opens,"
        " and whoever runs the shop unlocks it on the Tills page.",
    )


class TooMany(LoyaltyError):
    """Too many attempts; `retry_after_s` says when to come back."""

    code = "too_many"
    words = Text(
        "Troppi tentativi: riprova tra {retry_after_s} secondi.",
        "Too many attempts: try again in {retry_after_s} seconds.",
    )

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(retry_after_s=retry_after_s)


class Busy(LoyaltyError):
    """The database could not take the write in time; nothing was changed."""

    code = "busy"
    words = Text(
        "Un attimo di coda: riprova, non è stato registrato nulla.",
        "A moment's queue: try again, nothing was recorded.",
    )

    def __init__(self, retry_after_s: int = 1) -> None:
        super().__init__(retry_after_s=retry_after_s)


class InsufficientUnits(Refused):
    """facts: unit, needed, available."""

    code = "insufficient_units"
    words = Text(
        "Non bastano: ne servono {needed}, disponibili {available}.",
        "Not enough: {needed} needed, {available} available.",
    )


class CardBlocked(Refused):
    """facts: since (RFC 3339)."""

    code = "card_blocked"
    words = Text(
        "Questa carta è bloccata. Apri la carta nuova o chiedi di sbloccarla.",
        "This card is blocked. Use the new card or have it unblocked.",
    )


class RewardUnavailable(Refused):
    """facts: reward, reason (not_yet, over, tier, stock, ended); `said` tells the person which."""

    code = "reward_unavailable"
    words = Text("Questo premio ora non si può dare.", "This reward cannot be given now.")

    def __init__(self, said: Text | None = None, **facts: Any) -> None:
        super().__init__(**facts)
        self.said = said

    @property
    def sentence(self) -> Text:
        """Why it cannot be given, where that is known."""
        return self.said or super().sentence


class ProgramPaused(Refused):
    """The program is paused or has no published version."""

    code = "program_paused"
    words = Text(
        "Il programma è in pausa: chi gestisce il negozio può riattivarlo.",
        "The program is paused: the owner can resume it.",
    )


class ProofTooWeak(Refused):
    """facts: needed, given; `said` where there is a better sentence."""

    code = "proof_too_weak"
    words = Text(
        "Per questo serve il codice QR della carta, non il codice scritto.",
        "This needs the card's QR code, not the typed one.",
    )

    def __init__(self, said: Text | None = None, **facts: Any) -> None:
        super().__init__(**facts)
        self.said = said

    @property
    def sentence(self) -> Text:
        """What to show instead."""
        return self.said or super().sentence


class OwnCard(Refused):
    """A member of staff tried to serve their own card."""

    code = "own_card"
    words = Text(
        "È la tua carta: fatti servire da un collega.",
        "This is your own card: ask a colleague to serve you.",
    )


class LimitReached(Refused):
    """facts: limit, allowed; `said` where there is a better sentence than the rule's name."""

    code = "limit_reached"
    words = Text(
        "Limite del programma raggiunto ({limit}: {allowed}). Chiedi a chi gestisce il negozio.",
        "The program's limit is reached ({limit}: {allowed}). Ask the owner.",
    )

    def __init__(self, said: Text | None = None, **facts: Any) -> None:
        super().__init__(**facts)
        self.said = said

    @property
    def sentence(self) -> Text:
        """Which limit it is, and what to do."""
        return self.said or super().sentence


class AlreadyVoided(Refused):
    """The visit has been voided before."""

    code = "already_voided"
    words = Text("Questa visita è già stata annullata.", "This visit has already been voided.")


class AlreadyCancelled(Refused):
    """The redemption has been cancelled before."""

    code = "already_cancelled"
    words = Text("Questo premio è già stato annullato.", "This reward has already been cancelled.")


class AlreadyUsed(Refused):
    """facts: used_at."""

    code = "already_used"
    words = Text(
        "Questo premio è già stato consegnato.", "This reward has already been handed over."
    )


class RefundTooLarge(Refused):
    """facts: largest_minor or largest_quantity."""

    code = "refund_too_large"
    words = Text(
        "Il rimborso supera quanto resta della visita.",
        "The refund is larger than what is left of the visit.",
    )


class VersionFrozen(Refused):
    """A published version never changes; make a new one."""

    code = "version_frozen"
    words = Text(
        "Questa versione è già pubblicata: creane una nuova.",
        "This version is already published: make a new one.",
    )


class StateConflict(Refused):
    """Something else is already there; the facts name it."""

    code = "state_conflict"
    words = Text(
        "C'è già: aprilo invece di rifarlo.", "It is already there: open that one instead."
    )
