"""The portal's blueprint with every page on it."""

from loyalty.portal import causes, doors, jobs, overview, programs, staff, style_guide, tills
from loyalty.portal.blueprint import blueprint

__all__ = [
    "blueprint",
    "causes",
    "doors",
    "jobs",
    "overview",
    "programs",
    "staff",
    "style_guide",
    "tills",
]
