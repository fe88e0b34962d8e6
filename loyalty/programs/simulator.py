"""A version played over past sales: what it would have given, to whom, and what it would have cost.

Pure. Each customer is played by themselves, sale after sale, as the counter would have done it; see
`simulator_result.ASSUMPTIONS` for what nobody can know.
"""

from loyalty.programs.document import VersionDocument
from loyalty.programs.simulator_advice import advised
from loyalty.programs.simulator_card import Card, Rules
from loyalty.programs.simulator_offers import close_the_first
from loyalty.programs.simulator_past import Frame, Past
from loyalty.programs.simulator_result import Simulation
from loyalty.programs.simulator_tally import Tally


def play(document: VersionDocument, past: Past, frame: Frame) -> Simulation:
    """What these rules make of these sales, which come customer by customer, each in time order.

    `past` is asked once, and once more for each reward whose stock runs out. The order of customers
    does not matter. The version has to fit together (`checks.check`).
    """
    rules = Rules(document, frame)
    while True:
        tally = Tally()
        for customer in past():
            if customer.sales:
                Card(rules, tally, customer).play(frame.until_at)
        if not close_the_first(rules.stocks):
            return advised(document, frame, tally.result(document, frame, rules.stocks))
