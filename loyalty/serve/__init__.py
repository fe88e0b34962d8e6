"""Serving: the web application, and if wanted the worker beside it, under one parent."""

from loyalty.serve.parent import serve_with_worker
from loyalty.serve.server import serve

__all__ = ["serve", "serve_with_worker"]
