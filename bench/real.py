"""Real sales on both engines, against an oracle that shares no code with the product.

`python -m bench real --sales FOLDER` imports every CSV of the folder under a points program and
under a visit-stamp program, each with units that last and with units that expire, compares every
customer with bench.oracle and their states at three dates with bench.naive, audits the ledger, and
imports again to see that nothing changes.
"""

import argparse
import multiprocessing
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import process_time
from typing import Any
from zoneinfo import ZoneInfo

from bench import oracle, real_shop, states
from bench.oracle import Due, Rules, Tally
from bench.outcome import Outcome
from loyalty.core import clock
from loyalty.imports.order import Order
from loyalty.imports.sales import run_import

ZONE, CURRENCY = "Europe/Rome", "EUR"
# Late enough that of a file of a year or two some units have expired and others have not.
DAYS_AFTER_LAST_SALE = 200
RULES = {
    "points": Rules(),
    "points for 12 months": Rules(months=12),
    "stamps": Rules(stamps=True),
    "stamps for 12 months": Rules(stamps=True, months=12),
}
COUNTS = ("rows", "accepted", "refused", "no_customer", "replayed")
TOTALS = ("visits", "earned", "expired", "balance", "vouchers", "carried")


def main(argv: list[str]) -> Outcome:
    """Every figure of the product that differs from the oracle's is a fault."""
    options = _parser().parse_args(argv)
    files = sorted(options.sales.glob("*.csv")) + sorted(options.sales.glob("*.csv.gz"))
    files = [path for path in files if options.only in path.name]
    if not files:
        sys.exit(f"bench: no .csv or .csv.gz in {options.sales}")
    told = {path: oracle.tally(path, ZONE) for path in files}
    wrong = sum(_engine(engine, told) for engine in options.engine or real_shop.ENGINES)
    print(f"\n{wrong} differences" if wrong else "\nproduct and oracle agree on every customer")
    faults = [f"{wrong} differences between the product and the oracle"] if wrong else []
    return Outcome(f"{len(files)} files of real sales", [], faults)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench real", description=__doc__)
    parser.add_argument("--sales", type=Path, required=True, help="folder of CSV files")
    parser.add_argument("--only", default="", help="part of a file's name")
    parser.add_argument("--engine", action="append", choices=real_shop.ENGINES)
    return parser


def _engine(engine: str, told: dict[Path, Tally]) -> int:
    wrong = 0
    with real_shop.installation(engine) as environment:
        for path, tally in told.items():
            for name, rules in RULES.items():
                print(f"\n{engine}, {path.name}, {name}", flush=True)
                wrong += _compare(environment, path, tally, rules)
        wrong += _say("audit", real_shop.audited(environment), "clean")
    return wrong


def _compare(environment: dict[str, str], path: Path, tally: Tally, rules: Rules) -> int:
    """Import twice into a new shop; returns how many figures are wrong."""
    on = oracle.last_day(tally.purchases) + timedelta(days=DAYS_AFTER_LAST_SALE)
    at = datetime.combine(on, time(12), ZoneInfo(ZONE)).astimezone(UTC)
    with real_shop.opened(environment) as database, database.write() as session:
        merchant = real_shop.open_program(
            session, zone=ZONE, currency=CURRENCY, raw=real_shop.document(rules), at=clock.now()
        )
    first = _apart(_import, environment, merchant, path, at)
    _print_speed(first)
    due = oracle.dues(tally, rules, on)
    with real_shop.opened(environment) as database:
        held = real_shop.holdings(database, merchant)
        before = real_shop.fingerprint(database, merchant)
    again = _apart(_import, environment, merchant, path, at)
    with real_shop.opened(environment) as database:
        after = real_shop.fingerprint(database, merchant)
    expected = {
        "rows": tally.rows,
        "accepted": tally.accepted,
        "refused": tally.refused,
        "no_customer": tally.no_customer,
    }
    wrong = _say_all("import", first, expected | {"replayed": 0}, COUNTS)
    wrong += _say_all("totals", _sums(held), _sums(due), TOTALS)
    wrong += _say("customers that differ", _differing(held, due), 0)
    wrong += len(states.compare(environment, merchant, tally))
    wrong += _say_all(
        "again", again, expected | {"accepted": 0, "replayed": tally.accepted}, COUNTS
    )
    return wrong + _say("tables changed by the second import", _changes(before, after), 0)


def _import(environment: dict[str, str], merchant: str, path: Path, at: datetime) -> dict[str, Any]:
    with real_shop.opened(environment) as database:
        before_s = process_time()
        done = run_import(database, order=Order(merchant, path), at=at)
        return {**done.as_dict(), "cpu_s": process_time() - before_s}


def _apart(task: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    """In a process of its own, so that its peak of memory is the import's alone."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        return pool.submit(task, *given).result()


def _print_speed(done: dict[str, Any]) -> None:
    speed = done["accepted"] / done["seconds"]
    print(
        f"  {done['accepted']} sales in {done['seconds']:.1f} s: {speed:,.0f} sales/s,"
        f" CPU of the import {done['cpu_s']:.1f} s, peak {done['peak_mb']:.0f} MB"
    )


def _sums(dues: dict[str, Due]) -> dict[str, int]:
    return {name: sum(getattr(due, name) for due in dues.values()) for name in TOTALS}


def _differing(held: dict[str, Due], due: dict[str, Due]) -> int:
    return sum(held.get(who) != due.get(who) for who in held.keys() | due.keys())


def _changes(before: dict[str, str], after: dict[str, str]) -> int:
    return sum(before[table] != after[table] for table in before)


def _say_all(
    what: str, found: dict[str, Any], expected: dict[str, int], names: Iterable[str]
) -> int:
    wrong = [name for name in names if found[name] != expected[name]]
    print(f"  {what:<7}" + "".join(f" {name} {found[name]}" for name in names))
    print(f"  {'oracle':<7}" + "".join(f" {name} {expected[name]}" for name in names))
    for name in wrong:
        print(f"  WRONG: {name} is {found[name]}, must be {expected[name]}")
    return len(wrong)


def _say(what: str, found: object, expected: object) -> int:
    print(f"  {what}: {found}" + ("" if found == expected else f"  WRONG: must be {expected}"))
    return int(found != expected)
