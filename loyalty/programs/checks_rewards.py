"""What does not fit among rewards and the card that fills (pure)."""

from loyalty.programs import bounds, reach
from loyalty.programs.document import Reward, VersionDocument
from loyalty.programs.faults import Faults, levels, say, twice, unit

COST_MAX = 1_000_000_000


def check_rewards(document: VersionDocument, faults: Faults) -> None:
    """Note every fault of `rewards`."""
    twice(faults, "rewards.{}.key", [reward.key for reward in document.rewards])
    reachable = reach.levels(document)
    for index, reward in enumerate(document.rewards):
        field = f"rewards.{index}"
        _check_cost(document, reward, field, faults)
        _check_value(document, reward, field, faults)
        _check_window(reward, field, faults)
        levels(faults, f"{field}.tiers", document, reward.tiers, reachable)


def _check_cost(document: VersionDocument, reward: Reward, field: str, faults: Faults) -> None:
    if not reward.cost:
        say(faults, f"{field}.cost", "di' quanto costa", "say what it costs")
    for key, units in reward.cost.items():
        unit(faults, f"{field}.cost.{key}", document, key)
        if not 0 < units <= COST_MAX:
            say(
                faults,
                f"{field}.cost.{key}",
                "il costo va da 1 a un miliardo",
                "the cost is between 1 and a billion",
            )


def _check_value(document: VersionDocument, reward: Reward, field: str, faults: Faults) -> None:
    if reward.kind in ("amount_off", "donation") and not reward.value_minor:
        say(
            faults,
            f"{field}.value_minor",
            "di' quanto vale",
            "say what it is worth",
        )
    if reward.kind == "percent_off" and reward.percent is None:
        say(
            faults,
            f"{field}.percent",
            "di' di quanto è lo sconto, in percentuale",
            "say how many percent it takes off",
        )
    if reward.kind != "percent_off" and reward.percent is not None:
        say(
            faults,
            f"{field}.percent",
            "una percentuale vale solo per uno sconto in percentuale; toglila o cambia tipo",
            "a percentage is for a percentage off only; take it out or change the kind",
        )
    if reward.kind == "donation" and document.cause is None:
        say(
            faults,
            f"{field}.kind",
            "manca la causa a cui donare; aggiungila",
            "there is no cause to give to; add one",
        )


def _check_window(reward: Reward, field: str, faults: Faults) -> None:
    edges = {}
    for name, text in (("from", reward.starts), ("until", reward.ends)):
        edges[name] = bounds.read(text) if text else None
        if text and edges[name] is None:
            say(
                faults,
                f"{field}.{name}",
                f"{text}: non c'è nel calendario",
                f"{text}: not in the calendar",
            )
    starts, ends = edges["from"], edges["until"]
    if starts and ends and bounds.is_empty(starts, ends):
        say(
            faults,
            f"{field}.until",
            "finisce prima di cominciare; scambia le date o correggine una",
            "it ends before it begins; swap the dates or correct one",
        )


def check_stamps(document: VersionDocument, faults: Faults) -> None:
    """Note every fault of `stamps`."""
    card = document.stamps
    if card is None:
        return
    known = unit(faults, "stamps.unit", document, card.unit)
    earned = reach.units(document, reach.levels(document))
    # A kept card can still be filled by hand; one that issues fills only when stamps are earned.
    if known and card.on_full == "issue" and card.unit not in earned:
        say(
            faults,
            "stamps.unit",
            f"{card.unit}: nessuna regola ne dà, quindi la carta non si riempie mai",
            f"{card.unit}: no rule gives any, so the card never fills",
        )
    reward = document.reward(card.reward)
    if reward is None:
        say(
            faults,
            "stamps.reward",
            f"{card.reward}: non è tra i premi; aggiungilo o scegline un altro",
            f"{card.reward}: not among the rewards; add it or choose another",
        )
    elif reward.cost != {card.unit: card.size}:
        say(
            faults,
            "stamps.size",
            f"il premio {reward.key} deve costare esattamente {card.size} ({card.unit})",
            f"the reward {reward.key} must cost exactly {card.size} ({card.unit})",
        )
