"""The portal's blueprint with every page on it."""

from loyalty.portal import doors, jobs, overview, staff, style_guide
from loyalty.portal.blueprint import blueprint

__all__ = ["blueprint", "doors", "jobs", "overview", "staff", "style_guide"]
