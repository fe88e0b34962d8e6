"""Serving: the web application, and if wanted the worker beside it, under one parent."""

from loyalty.serve.parent import serve, serve_with_worker

__all__ = ["serve", "serve_with_worker"]
