"""However large a shop is, the owner's pages read what they show."""

from tests.rigs import plans


def test_no_page_of_the_owner_walks_through_a_shop(app, shop, aurora):
    shop.visit(shop.card(), 1_200)
    paths = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods
        and not rule.arguments
        and rule.rule.startswith(("/portal", "/till"))
    ]
    assert paths
    with plans.told(shop.database) as statements:
        for path in paths:
            assert aurora.get(path).status == 200, path
    assert plans.walks(shop.database, statements) == {}
