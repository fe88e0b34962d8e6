"""What one gets, in the fewest words: the sentence that stands large on a poster (pure)."""

from loyalty.core.text import Text
from loyalty.programs import words
from loyalty.programs.document import Reward, VersionDocument

_ARTICLES = frozenset({"Un", "Uno", "Una", "Il", "Lo", "La", "I", "Gli", "Le", "A", "An", "The"})


def promise(document: VersionDocument) -> Text:
    """The first reward if there is one, else the levels, else the cause, else the card itself."""
    nearest = min(document.rewards, key=_distance, default=None)
    if document.stamps and (full := document.reward(document.stamps.reward)):
        return _after(
            words.count(document.stamps.size, _label(document, document.stamps.unit)), full
        )
    if nearest is not None and nearest.cost:
        return _after(_cost(document, nearest), nearest)
    if document.tiers:
        return Text(
            "Più vieni, più vale: ogni livello porta vantaggi in più.",
            "The more you come, the more it is worth: every level brings more.",
        )
    return cause(document) or Text(
        "La tua carta fedeltà, sul telefono.", "Your card, on your phone."
    )


def cause(document: VersionDocument) -> Text | None:
    """What a cause gets, if the program has one."""
    if document.cause is None:
        return None
    share, name = words.share(document.cause.rate), document.cause.beneficiary
    return Text(
        f"{share.it[:1].upper()}{share.it[1:]} di quello che spendi va a: {name}.",
        f"{share.en} of what you spend goes to: {name}.",
    )


def _after(collected: Text, reward: Reward) -> Text:
    return Text(
        f"Con {collected.it}: {_inside(reward.name.it)}.",
        f"With {collected.en}: {_inside(reward.name.en)}.",
    )


def _inside(name: str) -> str:
    """A name that begins with an article begins small inside a sentence; others may be names."""
    first = name.partition(" ")[0]
    return name[:1].lower() + name[1:] if first in _ARTICLES else name


def _cost(document: VersionDocument, reward: Reward) -> Text:
    parts = [words.count(many, _label(document, unit)) for unit, many in reward.cost.items()]
    return Text(" e ".join(part.it for part in parts), " and ".join(part.en for part in parts))


def _label(document: VersionDocument, unit: str) -> Text:
    found = document.unit(unit)
    return found.label if found else Text(unit, unit)


def _distance(reward: Reward) -> tuple[bool, int]:
    return not reward.cost, sum(reward.cost.values())
