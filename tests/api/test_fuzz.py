"""Thousands of requests made from the document, good and bad, to a server that really runs."""

import itertools
import logging
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from schemathesis.engine import events, from_schema
from werkzeug.serving import make_server

from tests.api.caller import Caller
from tests.api.routes import things_of
from tests.builders import Shop, fresh_key

SECONDS = 15
EXAMPLES = 6
REQUESTS_MIN = 100  # in a loaded minute; a quiet one makes ten times as many
POOL = 4
# What JSON Schema cannot say: a draft may use a rule that is not built yet, lines must add up to
# the amount, a program may need one, a visit has only so many lines to give back, it is on one card
# already, nobody agreed tomorrow, an import may be too large to undo, conditions have to make
# sense, a period ends after it begins, and a letter needs its words.
MAY_BE_UNFIT = [
    {
        "include-operation-id": operation,
        "checks": {"positive_data_acceptance": {"expected-statuses": ["2xx", "404", "409", "422"]}},
    }
    for operation in (
        "programs.publish_version",
        "programs.simulate_version",
        "visits.record_visit",
        "visits.refund_visit",
        "corrections.move_visit",
        "consents.record_consent",
        "imports.undo_import",
        "customers.list_customers",
        "segments.save_segment",
        "segments.list_segment_members",
        "metrics.get_metrics",
        "campaigns.create_campaign",
        "campaigns.launch_campaign",
        "campaigns.resume_campaign",
    )
]
# Texts of megabytes would take all of the time; test_import_broken tries files of every kind.
FILES = ["imports.import_sales", "imports.import_customers"]
_WELL_FORMED = re.compile("[!-~]{1,255}")


@pytest.fixture
def engine() -> str:
    """The document is the same on both engines; one of them is enough."""
    return "sqlite"


@pytest.fixture
def server(app: Flask, shop: Shop) -> Iterator[str]:
    """The address of a running server with Aurora's shop in it."""
    for name in ("werkzeug", "loyalty"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()
    for name in ("werkzeug", "loyalty"):
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.fixture
def sensible(aurora: Caller) -> Iterator[None]:
    """Point requests of the right shape at things that are there, so that they reach the counter.

    Two things that JSON Schema cannot say are made true as well: a whole number has no decimal
    point, and the shop's money is in euros.
    """
    pool = [things_of(aurora) for _ in range(POOL)]
    turn = itertools.count()

    def before_call(_context: Any, case: schemathesis.Case, _kwargs: Any) -> None:
        things = pool[next(turn) % POOL]
        if case.method != "DELETE" and str(case.meta.phase.name) in ("coverage", "fuzzing"):
            for name, value in (case.path_parameters or {}).items():
                if isinstance(value, str) and value[:4] == things[name][:4] and "_" in value:
                    case.path_parameters[name] = things[name]
            if isinstance(case.body, dict) and isinstance(case.body.get("scan"), str):
                case.body["scan"] = case.body["scan"] and things["card_code"]
            if _WELL_FORMED.fullmatch(str((case.headers or {}).get("Idempotency-Key", ""))):
                case.headers["Idempotency-Key"] = fresh_key()
        if isinstance(case.body, dict | list):
            case.body = _plain(case.body)

    before_call.__name__ = "before_call"
    schemathesis.hook(before_call)
    yield
    schemathesis.hooks.unregister(before_call)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        plain = {name: _plain(inner) for name, inner in value.items()}
        currency = plain.get("currency")
        if isinstance(currency, str) and currency.isascii() and currency.isalpha():
            plain["currency"] = "EUR" if currency.isupper() and len(currency) == 3 else currency
        return plain
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@pytest.mark.slow
@pytest.mark.usefixtures("sensible")
def test_no_request_made_from_the_document_finds_a_fault(server: str, aurora: Caller) -> None:
    settings = {
        "max-time": SECONDS,
        "seed": 1,
        "auth": {"openapi": {"key": {"bearer": aurora.headers["Authorization"].split()[1]}}},
        "continue-on-failure": True,
        "operations": MAY_BE_UNFIT,
        "generation": {"max-examples": EXAMPLES, "deterministic": True, "database": "none"},
    }
    schema = schemathesis.openapi.from_url(
        f"{server}/api/v1/openapi.json", config=schemathesis.Config.from_dict(settings)
    ).exclude(operation_id=FILES)
    sent, accepted = 0, 0
    faults: dict[str, str] = {}
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            answers = [one.response for one in event.recorder.interactions.values()]
            sent += len(answers)
            accepted += sum(one is not None and one.status_code < 300 for one in answers)
            faults |= dict(_faults(event))
        elif isinstance(event, events.NonFatalError | events.FatalError):
            faults[str(event)] = ""
    assert not faults, "\n\n".join(f"{what}\n{detail}" for what, detail in faults.items())
    assert sent >= REQUESTS_MIN
    assert accepted >= sent // 20


def _faults(event: events.ScenarioFinished) -> Iterator[tuple[str, str]]:
    for case, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info is None:
                continue
            exchange = event.recorder.interactions[case]
            request, response = exchange.request, exchange.response
            yield (
                f"{check.name}: {event.label}: {check.failure_info.failure.title}",
                f"{check.failure_info.failure}\n{request.method} {request.uri} {request.body!r}\n"
                + str(response and (response.status_code, response.content)),
            )
