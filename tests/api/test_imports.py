"""Files over the API: the same import as on the command line, and the same way back."""

import pytest

from loyalty.api import imports
from tests.api.caller import Caller, done, refusal

HEAD = "customer,occurred_at,amount,external_ref\n"


def sales(caller: Caller, rows: str, **more: object):
    """Send rows of customer, day, amount and receipt."""
    body = {"csv": HEAD + rows, "program": caller.shop.programs["points"], **more}
    return caller.post("/imports/sales", body)


def test_rows_go_in_once_and_each_refused_one_says_why(aurora: Caller) -> None:
    rows = "anna,2026-03-05,12.40,r1\nanna,soon,3,r2\n,2026-03-05,1,\n"
    found = done(sales(aurora, rows, name="marzo.csv"), 200)
    assert found["import"].startswith("imp_")
    assert {key: found[key] for key in ("rows", "sales", "accepted", "refused", "no_customer")} == {
        "rows": 3, "sales": 1, "accepted": 1, "refused": 1, "no_customer": 1,
    }  # fmt: skip
    (row,) = found["refusals"]
    assert (row["line"], row["column"]) == (3, "occurred_at")
    again = done(sales(aurora, rows), 200)
    assert (again["accepted"], again["replayed"], again["import"]) == (0, 1, None)
    (listed,) = done(aurora.get("/imports"), 200)["items"]
    assert (listed["ref"], listed["file"], listed["accepted"]) == (found["import"], "marzo.csv", 1)


def test_a_dry_run_counts_and_writes_nothing(aurora: Caller) -> None:
    found = done(sales(aurora, "anna,2026-03-05,12.40,r1\n", dry_run=True), 200)
    assert (found["accepted"], found["import"]) == (1, None)
    assert done(aurora.get("/visits"), 200)["items"] == []


def test_an_import_is_undone_and_its_rows_may_come_again(aurora: Caller) -> None:
    rows = "anna,2026-03-05,12.40,r1\nanna,2026-03-09,-2.40,r1\n"
    found = done(sales(aurora, rows), 200)
    undone = done(aurora.post(f"/imports/{found['import']}/undo"), 200)
    assert undone == {"visits": 1, "changes": 1, "kept": []}
    assert done(aurora.get("/imports"), 200)["items"][0]["undone_at"] is not None
    assert done(sales(aurora, rows), 200)["accepted"] == 2


def test_what_is_no_file_of_sales_is_named_by_its_field(aurora: Caller) -> None:
    response = aurora.post("/imports/sales", {"csv": "name\nanna\n"})
    assert refusal(response) == (422, "invalid")
    response = aurora.post("/imports/sales", {"csv": "customer,name\nanna\n", "program": "prg_x"})
    assert refusal(response)[0] in (404, 422)
    response = aurora.post(
        "/imports/sales", {"csv": "name\nanna\n", "program": aurora.shop.programs["points"]}
    )
    assert set(response.get_json()["fields"]) == {"csv"}


def test_a_body_of_some_megabytes_goes_in_and_a_larger_one_does_not(aurora: Caller) -> None:
    filler = f"anna,2026-03-05,1.00,{'r' * 100}\n" * 4_000
    assert done(sales(aurora, filler), 200)["sales"] == 1
    assert refusal(sales(aurora, filler * 20)) == (413, "too_large")


def test_an_import_too_large_for_a_request_is_left_to_the_command_line(
    aurora: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = done(sales(aurora, "anna,2026-03-05,1,r1\nbea,2026-03-05,1,r2\n"), 200)
    monkeypatch.setattr(imports, "STEPS_MAX", 1)
    response = aurora.post(f"/imports/{found['import']}/undo")
    assert refusal(response) == (422, "invalid")
    assert done(aurora.get("/visits"), 200)["items"]


def test_customers_come_with_what_they_agreed_to(aurora: Caller) -> None:
    csv = "customer,name,email\nmia,Mia,mia@example.it\n,Nessuno,\n"
    found = done(aurora.post("/imports/customers", {"csv": csv}), 200)
    assert (found["accepted"], found["no_customer"], found["sales"]) == (1, 1, None)
