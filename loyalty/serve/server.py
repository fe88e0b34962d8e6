"""Serving the web application with gunicorn, in the configuration that ships with the product."""

from typing import Any

from gunicorn.app.base import BaseApplication

from loyalty.app import create_app
from loyalty.assets import check_built
from loyalty.core import collecting
from loyalty.core.settings import Settings
from loyalty.serve import orphans
from loyalty.serve.parent import STOP_S
from loyalty.serve.turnstile import Turnstile, Wsgi
from loyalty.web import observe

THREADS = 8
POSTGRESQL_WORKERS = 2
KEEP_ALIVE_S = 30


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
        "preload_app": True,  # once for all workers, who share its memory
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

    def load(self) -> Wsgi:
        """The application, made before the workers are; they connect, each for itself.

        On PostgreSQL requests wait for the network, and more of them at work do no harm.
        """
        with collecting.paused():
            application = create_app(self._settings)
        return Turnstile(application.wsgi_app) if self._settings.is_sqlite else application


def serve(
    settings: Settings, *, bind: str, workers: int | None = None, has_parent: bool = False
) -> None:
    """Serve until stopped. Raises AssetsNotBuiltError when the front end is missing or stale."""
    check_built()
    observe.configure_logging()
    options = configuration(settings, bind=bind, workers=workers, has_parent=has_parent)
    Server(settings, options).run()
