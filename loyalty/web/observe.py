"""One line of JSON for every request: route, status, time; never a token, a name or a body."""

import json
import logging
import re
import secrets
import sys
import time
import traceback
from datetime import UTC, datetime
from typing import Any

from flask import Flask, Response, g, has_request_context, request

from loyalty.core.ids import ref

log = logging.getLogger(__name__)
_WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{8,64}")
_FRAMES_MAX = 30


class JsonLines(logging.Formatter):
    """A record as one line of JSON; fields come from `extra={"facts": {…}}`."""

    def format(self, record: logging.LogRecord) -> str:
        """Times are UTC; JSON escapes line breaks, so that nobody can forge a line."""
        line: dict[str, Any] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "logger": record.name,
        }
        if has_request_context():
            line["request_id"] = request_id()
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1]:
            line |= _failure(record.exc_info[1])
        return json.dumps(line, default=str)


def configure_logging(level: int = logging.INFO) -> None:
    """JSON lines on standard error for the whole process; called by the entry points."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)


def init_app(app: Flask) -> None:
    """Give each request an id and a line in the log."""

    @app.before_request
    def _begin() -> None:
        g.began = time.perf_counter()
        request_id()

    @app.after_request
    def _end(response: Response) -> Response:
        response.headers["X-Request-Id"] = request_id()
        if log.isEnabledFor(logging.INFO):
            log.info("request", extra={"facts": _facts(response)})
        return response


def request_id() -> str:
    """This request's id: the proxy's own if it is well formed, else a new one."""
    if not has_request_context():
        return ""
    if "request_id" not in g:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(8)
    found: str = g.request_id
    return found


def log_exception(logger: logging.Logger, event: str, error: BaseException) -> None:
    """Where it broke and with which class; never the message, which may quote a customer."""
    logger.error(event, extra={"facts": {"route": _route()} | _failure(error)})


def _facts(response: Response) -> dict[str, Any]:
    duty = g.get("duty")
    began = g.get("began", time.perf_counter())
    facts = {
        "method": request.method,
        "route": _route(),
        "status": response.status_code,
        "ms": round((time.perf_counter() - began) * 1000, 1),
    }
    if duty is not None:
        facts |= {"merchant": ref("mer", duty.merchant_id), "actor": duty.actor}
    if "refusal" in g:
        facts["refusal"] = g.refusal
    return facts


def _route() -> str | None:
    if not has_request_context() or request.url_rule is None:
        return None  # the path itself may hold a token
    return str(request.url_rule.rule)


def _failure(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_MAX:]
    cause = error.__cause__ or error.__context__
    return {
        "error": type(error).__name__,
        "cause": type(cause).__name__ if cause else None,
        "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
