"""However large a shop is, the owner's pages read what they show."""

from loyalty.core import clock
from loyalty.counter.evidence.measures import MEASURES
from loyalty.counter.requests import LineRequest
from tests.rigs import plans


def test_neither_the_customers_sheet_nor_the_rows_of_a_check_walk_through_a_shop(shop, aurora):
    carla = shop.card("stamps", name="Carla", birthday="11-21")
    lines = [LineRequest("ESP", "Espresso", "coffee")]
    shop.visit(carla, lines=lines, at=clock.now())
    with plans.told(shop.database) as statements:
        assert aurora.get(f"/till/cards/{carla.ref}").status == 200
        asked = aurora.get("/till/customers/search")
        aurora.submit(asked, "/customers/search", q="carla")
        for measure in MEASURES:
            path = f"/portal/evidence/{shop.cashier.actor}/{measure}"
            assert aurora.get(path).status == 200
            assert aurora.get(f"{path}.csv").status == 200
        for state in ("open", "done"):
            assert aurora.get(f"/portal/remarks?state={state}&before=rem_{'0' * 26}").status == 200
    assert plans.walks(shop.database, statements) == {}


# Asked for in any order and by anything: it looks at each member once, and `bench portal` holds how
# long that takes.
LIST_OF_MEMBERS = "/portal/members"


def test_no_page_of_the_owner_walks_through_a_shop(app, shop, aurora):
    shop.visit(shop.card(), 1_200)
    paths = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods
        and not rule.arguments
        and rule.rule.startswith(("/portal", "/till"))
        and rule.rule != LIST_OF_MEMBERS
    ]
    assert paths
    with plans.told(shop.database) as statements:
        for path in paths:
            assert aurora.get(path).status == 200, path
    assert plans.walks(shop.database, statements) == {}
