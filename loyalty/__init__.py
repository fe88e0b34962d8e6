"""A loyalty card that needs no app: points and stamps for small merchants, exact and explained."""

__version__ = "0.1.0"
