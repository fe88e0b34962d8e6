"""A version tried on the past gives what the counter would have given, and writes nothing."""

from datetime import timedelta
import itertools
import os

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from loyalty.counter.requests import LineRequest
from tests.builders import open_shop
from tests.domain import played
from tests.rules.documents import documents

STEADY = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=int(os.environ.get("N", 8)),
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate] + ([Phase.shrink] if os.environ.get("SHRINK") else []),
)
SOLD = st.lists(
    st.builds(
        LineRequest,
        sku=st.sampled_from([None, "caffè", "tè"]),
        category=st.sampled_from([None, "torta", "pane"]),
        quantity_milli=st.sampled_from([350, 1_000, 2_000]),
        amount_minor=st.integers(0, 3_000),
    ),
    max_size=3,
)
COMING = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([0, 1, 5, 30, 200, 1_500]),
        SOLD,
        st.integers(0, 9_000),
    ),
    min_size=1,
    max_size=20,
)
_names = itertools.count()


def within_reach(raw):
    """Cheap rewards in small stocks, so that a short past gives them and runs out of them."""
    for reward in raw["rewards"]:
        if reward["key"] != "full":
            reward["cost"] = {key: 1 + units % 40 for key, units in reward["cost"].items()}
        if "stock" in reward:
            reward["stock"] %= 4
    return raw


def test_a_simulation_gives_what_the_counter_gives(database):
    seen=__import__('collections').Counter()
    @STEADY
    @given(documents().map(within_reach), COMING, st.sampled_from([0, 20, 400]))
    def agree(raw, coming, after):
        name = f"s{next(_names)}"
        shop = open_shop(database, name=name, owner=f"o{name}", cashier=f"c{name}")
        cards, last = played.sell(shop, "tried", raw, coming)
        until = last + timedelta(days=after)
        found = played.simulated(shop, "tried", until)
        for k,v in played.told(found).items(): seen[k]+=bool(v)
        seen['expired']+=any(u.expired for u in found.units.values()); seen['sold_out']+=any(r.sold_out_on for r in found.rewards)
        assert played.told(found) == played.books(shop, cards, until)

    agree()
    print(seen)
