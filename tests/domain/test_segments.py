"""A shop's own limits, and the segments it keeps."""

from dataclasses import replace

import pytest

from loyalty.analytics import measures, saved
from loyalty.analytics.measures import Measures
from loyalty.analytics.rhythm import USUAL, fixed
from loyalty.core.errors import Forbidden, Invalid, StateConflict, Unknown
from tests.builders import NOW
from tests.domain.habits import cast, change, cond, found

__all__ = ["cast"]


# --- limits of the shop


def test_a_shop_may_set_its_own_limits_or_fixed_days(shop, cast):
    change(shop, Measures(fixed(cooling_days=10, lapsed_days=20, lost_days=30)))
    assert found(shop, {"segment": "lost"}) == {"cooling", "lapsed", "lost"}
    change(shop, Measures(USUAL, 65, 36))
    with shop.database.read() as session:
        assert measures.of(session, merchant_id=shop.merchant_id) == Measures(USUAL, 65, 36)
    assert found(shop, {"segment": "lost"}) == {"lost"}


WRONG = [
    ({"lapsed_days": 0}, "lapsed_days"),
    ({"lapsed_days": 200}, "lapsed_days"),
    ({"cooling_tenths": 30}, "lapsed_tenths"),
    ({"cooling_tenths": 0}, "cooling_tenths"),
    ({"lost_tenths": 9_999}, "lost_tenths"),
    ({"back_days": 366}, "back_days"),
]


def test_limits_out_of_bounds_or_order_are_refused_at_the_field(shop):
    for wrong, field in WRONG:
        with pytest.raises(Invalid) as refused:
            change(shop, Measures(replace(USUAL, **wrong)))
        assert field in refused.value.facts["fields"]


def test_only_who_may_change_settings_changes_limits(shop):
    with pytest.raises(Forbidden):
        change(shop, Measures(), shop.cashier)


# --- saved segments


def keep(shop, name, audience, **more):
    with shop.database.write() as session:
        return saved.save(
            session, duty=shop.owner, name=name, audience=audience, at=NOW, **more
        ).key


def test_a_saved_segment_is_meant_by_its_key(shop, cast):
    key = keep(shop, "Clienti del sabato è!", cond("visits", "eq", 0))
    assert key == "clienti-del-sabato-e"
    assert keep(shop, "Clienti del sabato è", {"segment": "lost"}) == "clienti-del-sabato-e-2"
    assert found(shop, {"segment": key}) == {"fresh"}
    assert found(shop, {"any": [{"segment": key}, {"segment": "lost"}]}) == {"fresh", "lost"}
    with shop.database.write() as session:
        saved.change(
            session, duty=shop.owner, key=key, name="Altro", audience={"segment": "lapsed"}, at=NOW
        )
    assert found(shop, {"segment": key}) == {"lapsed"}
    with shop.database.write() as session:
        saved.drop(session, duty=shop.owner, key=key, at=NOW)
    with pytest.raises(Unknown):
        found(shop, {"segment": key})


def test_a_saved_segment_holds_no_saved_one_and_takes_nobodys_key(shop):
    keep(shop, "Mine", {"segment": "lost"})
    with pytest.raises(Invalid):
        keep(shop, "Nested", {"all": [{"segment": "mine"}]})
    for key in ("mine", "lapsed"):
        with pytest.raises(StateConflict):
            keep(shop, "Other", {"segment": "lost"}, key=key)
    for name in ("", " \u202e ", "x" * 81):
        with pytest.raises(Invalid):
            keep(shop, name, {"segment": "lost"})


def test_a_saved_segment_is_nobody_elses(shop, stranger):
    keep(shop, "Mine", {"segment": "lost"})
    with pytest.raises(Unknown):
        found(stranger, {"segment": "mine"})
