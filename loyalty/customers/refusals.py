"""What cannot be done with customers who were merged: a conflict of states, each in its own words.

Programs read `state_conflict` and the facts; people read what happened and what to do next.
"""

from loyalty.core.errors import StateConflict
from loyalty.core.text import Text


class MergedAway(StateConflict):
    """facts: customer, the living one to work with."""

    words = Text(
        "Questa persona è stata unita a un'altra scheda: lavora su quella.",
        "This customer has been merged into another one: work with that one.",
    )


class SamePerson(StateConflict):
    """facts: customer."""

    words = Text(
        "Sono già la stessa scheda: scegline un'altra da unire.",
        "They are one customer already: choose another one to merge.",
    )


class NotMerged(StateConflict):
    """facts: customer."""

    words = Text(
        "Qui non c'è un'unione da annullare: controlla la scheda.",
        "There is no merge to undo here: check the customer.",
    )


class SeveralMerged(StateConflict):
    """facts: customers, those who were merged into this one; name the one to part from."""

    words = Text(
        "A questa scheda ne sono state unite più d'una: di' quale vuoi separare.",
        "More than one customer has been merged into this one: say which of them to part.",
    )


class MergedSince(StateConflict):
    """facts: customers, those whose later merge has to be undone first."""

    words = Text(
        "Dopo questa unione la carta è passata in un'altra: separa prima l'unione più recente.",
        "After this merge the card has gone into another one: undo the later merge first.",
    )


class MergedTooLongAgo(StateConflict):
    """facts: until (RFC 3339), the last moment at which it could be undone."""

    words = Text(
        "Sono passati più di 30 giorni: l'unione non si annulla più. "
        "Se serve, crea una scheda nuova.",
        "More than 30 days have passed: the merge can no longer be undone. "
        "If you need to, make a new customer.",
    )
