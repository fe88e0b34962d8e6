"""The terms sentence: what a version promises, in Italian and in English (pure)."""

from loyalty.core.text import Text
from loyalty.programs import terms_cause, terms_earning, terms_rewards, terms_tiers, terms_units
from loyalty.programs.document import VersionDocument


def sentence(document: VersionDocument, currency: str) -> Text:
    """How units are earned, what they buy and how long they last, generated from the rules.

    Clauses are divided by "; ". A draft that makes no sense yet has a sentence too.
    """
    clauses = _clauses(document, currency)
    return Text(
        _capital("; ".join(clause.it for clause in clauses)) + ".",
        _capital("; ".join(clause.en for clause in clauses)) + ".",
    )


def parts(document: VersionDocument, currency: str) -> list[Text]:
    """The same promise as a list, one small sentence for each rule, without a full stop."""
    return [
        Text(_capital(clause.it), _capital(clause.en)) for clause in _clauses(document, currency)
    ]


def _clauses(document: VersionDocument, currency: str) -> list[Text]:
    return [
        *terms_earning.bases(document, currency),
        *terms_earning.bonuses(document, currency),
        *terms_earning.caps(document),
        *terms_earning.counted(document),
        *terms_rewards.rewards(document, currency),
        *(terms_units.lasting(unit) for unit in document.units),
        *terms_rewards.stamps(document),
        *terms_tiers.tiers(document, currency),
        *terms_cause.causes(document, currency),
        *terms_units.debts(document),
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
