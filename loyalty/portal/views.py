"""The portal's blueprint with every page on it."""

from loyalty.portal import doors, overview, staff, style_guide
from loyalty.portal.blueprint import blueprint

__all__ = ["blueprint", "doors", "overview", "staff", "style_guide"]
