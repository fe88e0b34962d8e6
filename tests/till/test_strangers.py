"""Whatever belongs to the shop next door does not exist at this till."""

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
    "path",
    [
        "/till/cards/{card}",
        "/till/visits/{visit}",
        "/till/visits/{visit}/receipt",
        "/till/redemptions/{redemption}/receipt",
        "/till/vouchers/{voucher}",
        "/till/remarks/{remark}",
    ],
)
def test_a_stranger_finds_no_page_of_ours(dario, things, path):
    page = dario.get(path.format(**things))
    assert page.status == 404
    assert "Carla" not in page.html


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("/till/look-up", {"code": "{code}"}),
        ("/till/look-up", {"code": "{voucher}"}),
        ("/till/visits", {"scan": "{code}", "amount": "5"}),
        ("/till/visits/{visit}/void", {"reason": "x"}),
        ("/till/visits/{visit}/refund", {"amount": "1"}),
        ("/till/visits/{visit}/move", {"card": "{code}"}),
        ("/till/vouchers", {"code": "{voucher}"}),
        ("/till/redemptions", {"scan": "{code}", "reward": "breakfast"}),
        ("/till/redemptions/{redemption}/cancel", {"reason": "x"}),
        ("/till/vouchers/{voucher}/use", {}),
        ("/till/cards/{card}/phone", {}),
        ("/till/cards/{card}/note", {"note": "x"}),
        ("/till/remarks", {"card": "{card}", "kind": "wait"}),
        ("/portal/remarks/{remark}/done", {}),
        ("/portal/remarks/{remark}/reopen", {}),
    ],
)
def test_a_stranger_changes_nothing_of_ours(dario, things, path, typed):
    token = dario.get("/till/").form("/look-up").fields["csrf_token"]
    fields = {name: value.format(**things) for name, value in typed.items()}
    fields |= {"csrf_token": token}
    keyless = ("/look-up", "/till/vouchers", "/phone", "/note", "/done", "/reopen")
    if not path.endswith(keyless):
        fields["key"] = "0" * 26
    page = dario.post(path.format(**things), fields)
    assert page.status == 404, page.words
    assert "Carla" not in page.html


def test_a_stranger_dismisses_nobody_of_ours(shop, dario):
    token = dario.get("/portal/staff").form("/sign-out").fields["csrf_token"]
    path = f"/portal/staff/{shop.cashier.actor}/"
    for deed in ("dismiss", "reinstate", "link"):
        assert dario.post(path + deed, {"csrf_token": token}).status == 404
