"""Serving the web application with gunicorn, in the configuration that ships with the product."""

import sys
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from loyalty.app import create_app
from loyalty.assets import check_built
from loyalty.core.settings import Settings
from loyalty.serve import orphans
from loyalty.web import observe

THREADS = 8
POSTGRESQL_WORKERS = 2
KEEP_ALIVE_S = 30
STOP_S = 20
_SWITCH_S = 0.000_5


def configuration(
    settings: Settings, *, bind: str, workers: int | None, has_parent: bool = False
) -> dict[str, Any]:
    """The settings of gunicorn.

    One process of 8 threads on SQLite, where writers queue anyway; two on PostgreSQL.
    """
    default = 1 if settings.is_sqlite else POSTGRESQL_WORKERS
    return {
        "bind": bind,
        "workers": workers or default,
        "worker_class": "gthread",
        "threads": THREADS,
        "keepalive": KEEP_ALIVE_S,
        "graceful_timeout": STOP_S,
        "timeout": 60,
        "limit_request_line": 2_048,
        "limit_request_fields": 50,
        "limit_request_field_size": 8_190,
        "loglevel": "warning",
        "accesslog": None,  # web.observe writes one line a request, without addresses and queries
        "control_socket_disable": True,
        "proc_name": "loyalty",
        **({"post_worker_init": _end_with_parent} if has_parent else {}),
    }


def _end_with_parent(worker: Any) -> None:
    """In gunicorn's workers, for its master forks and had better have no threads."""
    orphans.end_with_parent(worker.ppid)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn, told what to do by values instead of a file."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand the options over."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """The application, made in each worker so that no connection is shared by a fork."""
        if self._settings.is_sqlite:
            # Threads that wait for their turn to write wake ten times sooner: measured, a third
            # more requests; on PostgreSQL, where they wait for the network, it costs instead.
            sys.setswitchinterval(_SWITCH_S)
        return create_app(self._settings)


def serve(
    settings: Settings, *, bind: str, workers: int | None = None, has_parent: bool = False
) -> None:
    """Serve until stopped. Raises AssetsNotBuiltError when the front end is missing or stale."""
    check_built()
    observe.configure_logging()
    options = configuration(settings, bind=bind, workers=workers, has_parent=has_parent)
    Server(settings, options).run()
