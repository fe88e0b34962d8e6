"""Rewards without network: handed over on trust, booked when they arrive, never below nothing."""

from loyalty.core import clock
from loyalty.merchants import trust
from tests.programs import POINTS, with_changes
from tests.till.test_queue import phone

__all__ = ["phone"]


def allow(shop, rewards):
    with shop.database.write() as session:
        trust.allow_offline_rewards(session, duty=shop.owner, rewards=rewards, at=clock.now())


def test_a_reward_on_trust_is_booked_when_it_arrives(shop, phone):
    card = shop.card("points")
    shop.visit(card, 2_500)
    kept = phone.kept(card, reward="breakfast")
    told = phone.send(kept).get_json()
    assert (told["state"], phone.send(kept).get_json()["state"]) == ("done", "known")
    assert "Colazione in omaggio" in phone.visitor.get(told["receipt"]).words


def test_whoever_had_too_little_is_told_of_and_the_reward_may_be_sent_again(shop, phone):
    card = shop.card("points")
    kept = phone.kept(card, reward="breakfast")
    refused = phone.send(kept)
    assert refused.status_code == 409
    assert "ne servono 10, disponibili 0" in refused.get_json()["said"]
    shop.visit(card, 2_500)
    assert phone.send(kept).get_json()["state"] == "done"


def test_one_key_is_no_visit_and_reward_at_once(shop, phone):
    card = shop.card("points")
    shop.visit(card, 2_500)
    visit = phone.kept(card, amount_minor=500)
    assert phone.send(visit).status_code == 200
    assert phone.send({**visit, "reward": "breakfast"}).status_code == 422


def test_the_kept_page_offers_rewards_only_where_the_owner_allows_it(shop, bruno):
    assert "premi si consegnano solo con la rete" in bruno.get("/till/shell").html
    allow(shop, 2)
    page = bruno.get("/till/shell").html
    assert "colazione in omaggio" in page
    assert "solo con la rete" not in page


def test_a_reward_of_which_more_decides_than_the_balance_waits_for_the_network(shop, bruno):
    allow(shop, 2)
    reward = {**POINTS["rewards"][0], "name": {"it": "una torta", "en": "a cake"}, "stock": 3}
    shop.program("few", with_changes(POINTS, rewards=[reward]))
    live = {**POINTS["rewards"][0], "name": {"it": "un pane", "en": "a loaf"}}
    shop.program("live", with_changes(POINTS, rewards=[live], proof={"redeem": "live"}))
    page = bruno.get("/till/shell").html
    assert "una torta" not in page
    assert "un pane" not in page
