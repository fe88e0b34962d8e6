"""The sums of a simulation and what is said about them; and that no order of customers matters."""

from hypothesis import given as each
from hypothesis import strategies as st

from loyalty.programs.loading import load
from tests.rules.documents import documents
from tests.rules.pasts import BASE, VISIT, on, person, played, prize, rules, said, sale

CAUSE = {"key": "cats", "beneficiary": {"name": "Gatti"}, "rate": [2, 100]}


def texts(found, code):
    return next(one.said for one in found.warnings if one.code == code)


def test_a_reward_costs_what_it_costs_the_shop_else_what_it_is_worth_else_nobody_knows():
    every = [
        prize(1, "known", value_minor=90, cost_minor=40, stock=1),
        prize(2, "free", value_minor=90, cost_minor=0, stock=1),
        prize(3, "worth", value_minor=90, stock=1),
        prize(4, "unknown"),
    ]
    found = played(rules(VISIT, rewards=every), person(*(sale(day, 9_999) for day in range(10))))
    costs = {one.key: one.cost_minor for one in found.rewards}
    assert costs == {"known": 40, "free": 0, "worth": 90, "unknown": None}
    assert (found.unknown, found.rewards_minor, found.cost_minor) == (1, 130, 130)
    assert "1." in texts(found, "cost_unknown").it


def test_the_cost_is_told_in_ten_thousandths_of_the_sales_rounded_half_up():
    document = rules(VISIT, rewards=[prize(1, cost_minor=1)])
    assert played(document, person(sale(0, 20_000))).share_bp == 1
    assert played(document, person(sale(0, 20_001))).share_bp == 0
    assert played(document, person(sale(0, 3))).share_bp == 3_333


def test_more_than_a_fifth_of_the_sales_is_said_to_be_much():
    document = rules(VISIT, rewards=[prize(1, cost_minor=20)])
    assert said(played(document, person(sale(0, 100)))) == []
    dear = played(document, person(sale(0, 99)))
    assert said(dear) == ["cost_high"]
    assert "20,20%" in texts(dear, "cost_high").it
    assert "20.20%" in texts(dear, "cost_high").en


def test_the_first_reward_is_told_in_quarters_of_those_who_got_one():
    document = rules(VISIT, BASE, rewards=[prize(10, cost_minor=1)])
    people = [
        person(*(sale(day, 0 if late else 400) for day in range(8)), key=f"p{n}")
        for n, late in enumerate([False, False, False, True, True])
    ]
    first = played(document, *people).first_reward
    assert (first.reached, first.never) == (3, 2)
    assert (first.lower, first.median, first.upper) == (2, 2, 2)
    spread = [person(*[sale(0, 0)] * n, sale(1, 1_000), key=f"q{n}") for n in range(4)]
    first = played(document, *spread).first_reward
    assert (first.lower, first.median, first.upper) == (1, 2, 3)


def test_a_reward_nobody_gets_to_is_named_in_both_languages():
    far = prize(1_000, name={"it": "una cena", "en": "a dinner"})
    found = played(rules(rewards=[far]), person(*(sale(day) for day in range(9))))
    assert said(found) == ["reward_out_of_reach"]
    told = texts(found, "reward_out_of_reach")
    assert told.it.startswith("«una cena»: in questi giorni nessuno")
    assert told.en.startswith("“a dinner”: nobody")


def test_a_first_reward_further_than_people_come_in_a_year_is_said_to_be_far():
    document = rules(VISIT, rewards=[prize(5, cost_minor=1)])
    regular = person(*(sale(day) for day in range(0, 365, 40)), key="r")
    rare = [person(*(sale(day) for day in (0, 120, 240, 360)), key=f"p{n}") for n in range(2)]
    found = played(document, regular, *rare, until=400)
    assert said(found) == ["first_reward_far"]
    assert "4 volte l'anno" in texts(found, "first_reward_far").it
    assert said(played(document, regular, until=400)) == []


def test_days_too_few_to_tell_how_often_people_come_warn_of_nothing():
    document = rules(VISIT, rewards=[prize(2, cost_minor=1)])
    assert said(played(document, person(sale(0), sale(1)), person(sale(9), key="b"))) == []


def test_sales_without_an_amount_are_counted_where_money_matters():
    people = [person(sale(0, None), sale(1, 150))]
    found = played(rules(BASE), *people)
    assert (found.unsaid, found.net_minor, said(found)) == (1, 150, ["amount_missing"])
    assert said(played(rules(VISIT), *people)) == []


def test_months_are_those_of_the_shop_and_none_is_left_out():
    document = rules(VISIT, cause=CAUSE, rewards=[prize(1, cost_minor=30)])
    found = played(document, person(sale(29, 500, hour=12), sale(90, 700)), until=100)
    told = [
        (one.month, one.sales, one.net_minor, one.rewards, one.cost_minor) for one in found.months
    ]
    assert told == [
        ("2026-04", 1, 500, 1, 40),  # the evening of 31 March in London is April in Rome
        ("2026-05", 1, 700, 1, 44),
    ]
    later = played(document, person(sale(0), sale(90)), until=100)
    assert [one.month for one in later.months] == ["2026-03", "2026-04", "2026-05"]
    assert [one.sales for one in later.months] == [1, 0, 1]


def test_the_days_are_those_asked_for_else_from_the_first_sale_to_the_last():
    found = played(rules(), person(sale(3), sale(5)), person(sale(4), key="b"))
    assert (found.first_on, found.last_on) == (on(3), on(5))
    asked = played(rules(), person(sale(3)), first_on=on(0), last_on=on(9))
    assert (asked.first_on, asked.last_on) == (on(0), on(9))


PASTS = st.lists(
    st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 9_000), st.sampled_from(["pane", "torta"])),
        min_size=1,
        max_size=12,
    ).map(sorted),
    min_size=1,
    max_size=4,
)


def cheap(raw):
    """Rewards that a short past gives, and small stocks of them."""
    for reward in raw["rewards"]:
        if reward["key"] != "full":
            reward["cost"] = {key: 1 + units % 40 for key, units in reward["cost"].items()}
        if "stock" in reward:
            reward["stock"] %= 4
    return raw


@each(documents().map(cheap), PASTS, st.randoms(use_true_random=False))
def test_played_twice_or_in_another_order_it_is_the_same_and_the_sums_agree(raw, pasts, chance):
    document = load(raw)
    people = [
        person(
            *(sale(day, amount, lines=[(kind, amount)]) for day, amount, kind in sales),
            key=f"p{number}",
            birthday="03-05",
        )
        for number, sales in enumerate(pasts)
    ]
    found = played(document, *people, until=500)
    assert played(document, *people, until=500) == found
    chance.shuffle(people)
    assert played(document, *people, until=500) == found
    for one in found.units.values():
        assert one.earned == one.redeemed + one.expired + one.left
        assert 0 <= one.waiting <= one.left
    assert found.sales == sum(map(len, pasts)) == sum(one.sales for one in found.months)
    assert sum(one.given for one in found.rewards) == sum(one.rewards for one in found.months)
    assert found.cost_minor == sum(one.cost_minor for one in found.months)
    assert found.first_reward.reached + found.first_reward.never == found.customers == len(pasts)
    assert all(one.within_reach <= len(pasts) for one in found.rewards)
    for one, reward in zip(found.rewards, document.rewards, strict=True):
        assert reward.stock is None or one.given <= reward.stock
        assert not one.given or one.within_reach
