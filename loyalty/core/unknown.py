"""What is not there, or another merchant's: the two are never told apart."""

from loyalty.core.refusal import LoyaltyError
from loyalty.core.text import Text

_THINGS = {
    "card": Text(
        "Nessuna carta con questo codice in questo negozio. "
        "Controlla le lettere o crea una carta nuova.",
        "No card with this code in this shop. Check the letters or make a new card.",
    ),
    "customer": Text("Cliente non trovato.", "There is no such customer."),
    "program": Text("Programma non trovato.", "There is no such program."),
    "version": Text("Versione non trovata.", "There is no such version."),
    "visit": Text("Visita non trovata.", "There is no such visit."),
    "redemption": Text("Riscatto non trovato.", "There is no such redemption."),
    "voucher": Text(
        "Buono non trovato: ricontrolla il codice.", "No such voucher: check the code."
    ),
    "reward": Text("Questo premio non c'è nel programma.", "The program has no such reward."),
    "claim": Text(
        "Questo link non è valido. Chiedine uno nuovo in negozio.",
        "This link is not valid. Ask for a new one in the shop.",
    ),
    "confirmation": Text(
        "Questo link non vale più: lascia di nuovo il tuo indirizzo sulla carta.",
        "This link is no longer valid: leave your address on your card again.",
    ),
    "link": Text(
        "Questo link non vale più. Chiedine uno nuovo.",
        "This link is no longer valid. Ask for a new one.",
    ),
    "session": Text(
        "Questo accesso è già chiuso. Guarda di nuovo la lista.",
        "That session is closed already. Look at the list again.",
    ),
    "staff": Text("Persona non trovata.", "There is no such person."),
    "device": Text(
        "Questa cassa non c'è. Guarda l'elenco nella pagina Casse.",
        "There is no such till. Look at the list on the Tills page.",
    ),
    "adjustment": Text("Correzione non trovata.", "There is no such correction."),
    "location": Text("Sede non trovata.", "There is no such location."),
    "merchant": Text("Negozio non trovato.", "There is no such merchant."),
    "key": Text("Chiave non trovata.", "There is no such key."),
    "job": Text("Lavoro non trovato.", "There is no such job."),
    "cause": Text("Causa non trovata.", "There is no such cause."),
    "payout": Text("Versamento non trovato.", "There is no such payout."),
    "remark": Text("Osservazione non trovata.", "There is no such remark."),
    "tag": Text("Etichetta non trovata.", "There is no such tag."),
    "note": Text("Nota non trovata.", "There is no such note."),
    "view": Text("Vista non trovata.", "There is no such view."),
    "run": Text("Operazione non trovata.", "There is no such operation."),
    "import": Text("Importazione non trovata.", "There is no such import."),
    "task": Text("Compito non trovato.", "There is no such task."),
    "clock": Text("Orologio non trovato.", "There is no such clock."),
    "phone": Text(
        "Quel telefono non è più nella lista: guardala di nuovo.",
        "That phone is no longer in the list: look at it again.",
    ),
    "mail": Text("E-mail non trovata.", "There is no such mail."),
    "segment": Text("Segmento non trovato.", "There is no such segment."),
    "table": Text(
        "Questa tabella non c'è. Scaricala dalla pagina dei numeri.",
        "There is no such table. Download it from the page of figures.",
    ),
    "automation": Text("Automatismo non trovato.", "There is no such automation."),
    "step": Text("Passo non trovato.", "There is no such step."),
    "campaign": Text("Campagna non trovata.", "There is no such campaign."),
    "message": Text("Messaggio non trovato.", "There is no such message."),
    "unit": Text("Unità non prevista dal programma.", "The program has no such unit."),
}


class Unknown(LoyaltyError):
    """Not there, or another merchant's: the two are never told apart."""

    def __init__(self, thing: str) -> None:
        self.thing = thing
        super().__init__()

    @property
    def code(self) -> str:  # type: ignore[override]  # the code names the thing
        """The thing's own code: `unknown_card`, `unknown_visit` and so on."""
        return f"unknown_{self.thing}"

    @property
    def sentence(self) -> Text:
        """Which thing is missing, and what to try."""
        return _THINGS[self.thing]
