"""What whoever drafts the rules should hear about a simulation, in both languages (pure)."""

from dataclasses import replace
from datetime import timedelta

from loyalty.core.calendar import end_of
from loyalty.core.text import Text
from loyalty.programs import words
from loyalty.programs.document import VersionDocument
from loyalty.programs.simulator_offers import Offer, offers
from loyalty.programs.simulator_past import Frame
from loyalty.programs.simulator_result import Caution, Simulation

COST_MAX_BP = 2_000  # a fifth of the sales
_YEAR_DAYS = 365
_MONTH_DAYS = 28  # from fewer days nobody can tell how often people come in a year
_VISIT, _VISITS = Text("visita", "visit"), Text("visite", "visits")
_TIME, _TIMES = Text("volta", "time"), Text("volte", "times")
_NO_SALES = Text(
    "In questi giorni non c'è nessuna vendita: scegli altri giorni.",
    "There is no sale in these days: choose other days.",
)


def advised(document: VersionDocument, frame: Frame, found: Simulation) -> Simulation:
    """The same simulation with its warnings."""
    if not found.sales:
        return replace(found, warnings=(Caution("no_sales", _NO_SALES),))
    warnings = (
        *_rewards(document, frame, found),
        *_first_reward(found),
        *_cost(found),
        *_sales(document, found),
    )
    return replace(found, warnings=warnings)


def _rewards(document: VersionDocument, frame: Frame, found: Simulation) -> list[Caution]:
    every = {offer.reward.key: offer for offer in offers(document, frame.timezone).every}
    said = []
    for count in found.rewards:
        it, en, offer = count.name.it, count.name.en, every.get(count.key)
        if offer is not None and not _is_in_season(offer, frame, found):
            text = Text(
                f"«{it}»: per le sue date non si può avere in nessuno di questi giorni; qui non"
                " conta.",
                f"“{en}”: because of its dates it cannot be had on any of these days; here it does"
                " not count.",
            )
            said.append(Caution("reward_out_of_season", text))
        elif not count.within_reach:
            text = Text(
                f"«{it}»: in questi giorni nessuno ci sarebbe arrivato, neanche mettendo da parte"
                " tutto. Abbassa quanto costa o togli condizioni.",
                f"“{en}”: nobody would have got that far in these days, not even by saving up"
                " everything. Lower what it costs or take conditions out.",
            )
            said.append(Caution("reward_out_of_reach", text))
        if count.sold_out_on is not None:
            day = words.day(count.sold_out_on)
            text = Text(
                f"«{it}»: l'ultimo della scorta va via il {day.it}.",
                f"“{en}”: the last of the stock goes on {day.en}.",
            )
            said.append(Caution("reward_sold_out", text))
    return said


def _is_in_season(offer: Offer, frame: Frame, found: Simulation) -> bool:
    """Whether the reward can be had on any of the days that were played."""
    if found.first_on is None or found.last_on is None:
        return True
    begin = end_of(found.first_on - timedelta(days=1), frame.timezone)
    end = end_of(found.last_on, frame.timezone)
    return (offer.opens_at is None or offer.opens_at < end) and (
        offer.closes_at is None or offer.closes_at > begin
    )


def _first_reward(found: Simulation) -> list[Caution]:
    visits, usual = found.first_reward.median, found.median_visits
    if visits is None or usual is None or found.first_on is None or found.last_on is None:
        return []
    days = (found.last_on - found.first_on).days + 1
    a_year = usual * _YEAR_DAYS // days
    if days < _MONTH_DAYS or visits <= a_year:
        return []
    takes, comes = counted(visits, _VISIT, _VISITS), counted(a_year, _TIME, _TIMES)
    text = Text(
        f"Il primo premio chiede {takes.it} a metà di chi ci arriva; il cliente di mezzo viene"
        f" {comes.it} l'anno. Avvicinalo.",
        f"The first reward takes {takes.en} for half of those who get there; the customer in the"
        f" middle comes {comes.en} a year. Bring it closer.",
    )
    return [Caution("first_reward_far", text)]


def _cost(found: Simulation) -> list[Caution]:
    said = []
    if found.share_bp is not None and found.share_bp > COST_MAX_BP:
        whole, rest = divmod(found.share_bp, 100)
        text = Text(
            f"Il programma costerebbe il {whole},{rest:02d}% delle vendite, più di un quinto.",
            f"The program would cost {whole}.{rest:02d}% of the sales, more than a fifth.",
        )
        said.append(Caution("cost_high", text))
    if found.unknown:
        many = _number(found.unknown)
        text = Text(
            f"Premi dati di cui non si sa il costo: {many.it}. Il costo vero è più alto: scrivi"
            " quanto ti costano.",
            f"Rewards given whose cost is not known: {many.en}. The true cost is higher: say"
            " what they cost you.",
        )
        said.append(Caution("cost_unknown", text))
    return said


def _sales(document: VersionDocument, found: Simulation) -> list[Caution]:
    said = []
    if found.unsaid and document.counts_money:
        many = _number(found.unsaid)
        text = Text(
            f"Vendite senza importo: {many.it}. Il programma conta quanto si paga: qui valgono come"
            " se non si fosse speso nulla.",
            f"Sales without an amount: {many.en}. The program counts what was paid: here they"
            " count as nothing spent.",
        )
        said.append(Caution("amount_missing", text))
    if found.refused:
        many = _number(found.refused)
        text = Text(
            f"Vendite oltre i limiti del programma: {many.it}. La cassa le avrebbe rifiutate; qui"
            " non danno niente.",
            f"Sales beyond the limits of the program: {many.en}. The till would have refused them;"
            " here they earn nothing.",
        )
        said.append(Caution("beyond_limits", text))
    return said


def counted(number: int, one: Text, more: Text) -> Text:
    """So many of something: "1 visita", "1.234 visite"; "1 visit", "1,234 visits"."""
    said, name = _number(number), one if number == 1 else more
    return Text(f"{said.it} {name.it}", f"{said.en} {name.en}")


def _number(number: int) -> Text:
    return Text(f"{number:,}".replace(",", "."), f"{number:,}")
