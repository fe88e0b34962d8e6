"""What is typed at this till of the shop next door does not exist.

What stands in an address is asked of every route in tests/house/test_walls.py.
"""

import pytest

from loyalty.core import clock


@pytest.fixture
def things(shop, bruno):
    """A card, a visit, a redemption, a voucher and a remark of Aurora's shop."""
    carla, gino = shop.card("points", name="Carla"), shop.card("stamps", name="Gino")
    visit = shop.visit(carla, 2000, at=clock.now()).body["ref"]
    redemption = shop.reserve(carla, "breakfast", at=clock.now()).body["ref"]
    voucher = shop.visit(gino, coffees=10, at=clock.now()).body["vouchers"][0]["code"]
    form = bruno.look_up(carla.code)
    remark = bruno.submit(form, "/till/remarks", kind="wait").path.rpartition("/")[2]
    return {
        "remark": remark,
        "card": carla.ref,
        "code": carla.code,
        "visit": visit,
        "redemption": redemption,
        "voucher": voucher,
    }


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/till/look-up", {"code": "{code}"}),
        ("/till/look-up", {"code": "{voucher}"}),
        ("/till/visits", {"scan": "{code}", "amount": "5"}),
        ("/till/visits/{visit}/move", {"card": "{code}"}),
        ("/till/vouchers", {"code": "{voucher}"}),
        ("/till/redemptions", {"scan": "{code}", "reward": "breakfast"}),
        ("/till/remarks", {"card": "{card}", "kind": "wait"}),
    ],
)
def test_a_stranger_changes_nothing_of_ours(dario, things, path, typed):
    token = dario.get("/till/").form("/look-up").fields["csrf_token"]
    fields = {name: value.format(**things) for name, value in typed.items()}
    fields |= {"csrf_token": token}
    keyless = ("/look-up", "/till/vouchers")
    if not path.endswith(keyless):
        fields["key"] = "0" * 26
    page = dario.post(path.format(**things), fields)
    assert page.status == 404, page.words
    assert "Carla" not in page.html
