"""Imported sales beside everything else: the till's visits, known customers, rules, other shops."""

from datetime import timedelta
from pathlib import Path

import pytest

from bench import real_shop
from loyalty.cards import keeping
from loyalty.core.errors import Unknown
from loyalty.imports.order import Order
from loyalty.imports.sales import run_import
from loyalty.imports.target import ProgramNeeded
from tests.builders import NOW, POINTS, STAMPS, Shop
from tests.domain.import_desk import HEAD, Desk, counts, written
from tests.programs import with_changes


@pytest.fixture
def desk(shop: Shop, tmp_path: Path) -> Desk:
    return Desk(shop, tmp_path)


def test_what_the_till_has_recorded_counts_as_replayed(desk: Desk) -> None:
    card = desk.shop.card(external_ref="anna")
    desk.shop.visit(card, 1240, external_ref="r1")
    assert counts(desk.rows("anna,2026-11-21,12.40,r1", "anna,2026-11-21,9.90,r1")) == (0, 0, 0, 2)
    assert desk.balance("anna") == 12


def test_a_reference_of_another_customer_is_refused(desk: Desk) -> None:
    desk.shop.visit(desk.shop.card(external_ref="anna"), 1240, external_ref="r1")
    desk.rows("anna,2026-01-02,1,r2")
    assert counts(desk.rows("bea,2026-01-02,12.40,r1", "bea,2026-01-02,1,r2")) == (0, 2, 0, 0)
    assert desk.ask("SELECT count(*) FROM customer WHERE external_ref = 'bea'") == [(0,)]


def test_the_same_reference_in_another_program_is_another_sale(desk: Desk) -> None:
    path = desk.file("anna,2026-01-02,5,r1,coffee,3", head=f"{HEAD},category,quantity")
    assert counts(desk.run(path, "points")) == (1, 0, 0, 0)
    assert counts(desk.run(path, "stamps")) == (1, 0, 0, 0)
    assert desk.balance("anna", "stamps") == 3
    assert desk.ask("SELECT count(*) FROM customer WHERE external_ref = 'anna'") == [(1,)]


def test_a_known_customer_keeps_name_and_card(desk: Desk) -> None:
    card = desk.shop.card(external_ref="anna", name="Anna Rossi")
    head = f"{HEAD},name,email"
    desk.rows("anna,2026-01-02,5,,Anna Bianchi,a@x.it", "bea,2026-01-02,5,,Bea,B@X.it", head=head)
    people = desk.ask("SELECT external_ref, name, email FROM customer ORDER BY external_ref")
    assert people == [("anna", "Anna Rossi", None), ("bea", "Bea", "b@x.it")]
    body = desk.shop.visit(card, 100).body
    assert body["balances"]["points"]["available"] == 6


def test_an_imported_card_is_a_whole_card(desk: Desk) -> None:
    desk.rows("anna,2026-01-02,5.40,r1")
    ((code,),) = desk.ask("SELECT code FROM card_token")
    card = desk.shop.card()
    body = desk.shop.visit(card, 60, scan=code).body
    assert body["earned"] == {"points": 1}, "the 0.40 of the import were put aside"
    assert body["balances"]["points"]["lifetime"] == 6


def test_a_blocked_card_takes_no_sales(desk: Desk) -> None:
    card = desk.shop.card(external_ref="anna")
    desk.rows("anna,2026-01-01,5,r0")
    with desk.shop.database.write() as session:
        keeping.block(session, duty=desk.shop.owner, card_ref=card.ref, reason="lost", at=NOW)
    assert counts(desk.rows("anna,2026-01-02,5,r1", "anna,2026-01-01,5,r0")) == (0, 1, 0, 1)


def test_the_programs_limits_do_not_stop_an_import(desk: Desk) -> None:
    limits = {"visits_per_card_day": 1, "min_seconds": 3600, "amount_minor_max": 1000}
    desk.shop.program("tight", with_changes(POINTS, limits=limits))
    rows = [f"anna,2026-01-02T10:00:0{n},50.00," for n in range(5)]
    assert counts(desk.rows(*rows, program="tight")) == (5, 0, 0, 0)


def test_a_sale_earns_under_the_rules_of_its_day(desk: Desk) -> None:
    double = [{"key": "base", "unit": "points", "units": 2, "per": {"amount_minor": 100}}]
    later = NOW + timedelta(days=10)
    desk.shop.publish("points", with_changes(POINTS, earn=double), at=later)
    rows = [f"{who},{at},10.00," for who, at in (
        ("before", "2025-12-01"), ("first", "2026-11-25"), ("second", "2026-12-02"),
    )]  # fmt: skip
    desk.rows(*rows, at=later + timedelta(days=3))
    assert {who: due.earned for who, due in desk.held().items()} == {
        "before": 10, "first": 10, "second": 20,
    }  # fmt: skip
    versions = desk.ask("SELECT version, count(*) FROM visit GROUP BY version ORDER BY version")
    assert versions == [(1, 2), (2, 1)]


def test_a_unit_that_came_with_a_later_version_is_opened_on_old_cards(desk: Desk) -> None:
    desk.shop.card(external_ref="anna")
    hearts = {"key": "hearts", "label": {"it": "cuori", "en": "hearts"}}
    earn = [*POINTS["earn"], {"key": "h", "unit": "hearts", "units": 1, "per": {"visit": 1}}]
    units = [*POINTS["units"], hearts]
    desk.shop.publish("points", with_changes(POINTS, units=units, earn=earn))
    desk.rows("anna,2026-11-21T23:00:00,3.00,", at=NOW + timedelta(days=1))
    found = desk.ask("SELECT unit, balance FROM ledger_account WHERE kind = 'card' ORDER BY unit")
    assert found == [("hearts", 1), ("points", 3)]


def test_a_free_item_is_a_visit_that_earns_nothing(desk: Desk) -> None:
    rules = [*STAMPS["earn"], {"key": "v", "unit": "stamps", "units": 5, "per": {"visit": 1}}]
    desk.shop.program("generous", with_changes(STAMPS, earn=rules))
    head = f"{HEAD},category"
    desk.rows("anna,2026-01-02,0.00,,coffee", "bea,2026-01-02,0,,", head=head, program="generous")
    held = desk.held("generous")
    assert {who: (due.visits, due.earned) for who, due in held.items()} == {
        "anna": (1, 0), "bea": (1, 0),
    }  # fmt: skip


def test_every_visit_says_that_it_was_imported_and_where_it_was(desk: Desk) -> None:
    desk.rows("anna,2026-01-02,5,,Centro", "anna,2026-01-03,5,,", head=f"{HEAD},location")
    found = desk.ask(
        "SELECT o.proof, o.via, o.actor, l.name FROM visit v"
        " JOIN ledger_operation o ON o.id = v.id LEFT JOIN location l ON l.id = v.location_id"
        " ORDER BY v.occurred_at"
    )
    assert found == [("import", "import", "system", "Centro"), ("import", "import", "system", None)]


def test_an_import_is_one_event_not_one_for_each_sale(desk: Desk) -> None:
    before = desk.ask("SELECT count(*) FROM outbox_event")
    path = written(desk.folder / "sales.csv", seed=5)
    done = desk.run(path)
    desk.run(path)
    events = desk.ask("SELECT kind FROM outbox_event WHERE kind LIKE 'sales%'")
    assert events == [("sales.imported",)]
    assert desk.ask("SELECT count(*) FROM outbox_event") == [(before[0][0] + 1,)]
    runs = desk.ask("SELECT file_name, accepted, refused, no_customer, replayed FROM import_run")
    assert runs == [("sales.csv", *counts(done))]


def test_without_a_program_the_only_published_one_is_meant(desk: Desk) -> None:
    path = desk.file("anna,2026-01-02,5,")
    with pytest.raises(ProgramNeeded):
        desk.run(path, program_ref=None)
    with desk.shop.database.write() as session:
        only = real_shop.open_program(
            session, zone="Europe/Rome", currency="EUR", raw=POINTS, at=NOW
        )
    order = Order(only, path)
    assert run_import(desk.shop.database, order=order, at=NOW).accepted == 1


def test_a_draft_takes_no_sales(desk: Desk) -> None:
    desk.shop.program("draft", POINTS, publish=False)
    with pytest.raises(ProgramNeeded):
        desk.rows("anna,2026-01-02,5,", program="draft")


def test_another_shops_program_does_not_exist(desk: Desk, stranger: Shop) -> None:
    path = desk.file("anna,2026-01-02,5,")
    with pytest.raises(Unknown, match="unknown_program"):
        desk.run(path, program_ref=stranger.programs["points"])
    with pytest.raises(Unknown, match="unknown_merchant"):
        desk.run(path, merchant_ref="mer_nobody")
