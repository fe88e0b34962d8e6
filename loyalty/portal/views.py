"""The portal's blueprint with every page on it."""

from loyalty.portal import (
    causes,
    doors,
    evidence,
    evidence_rows,
    jobs,
    mailbox,
    overview,
    programs,
    remarks,
    staff,
    style_guide,
    tills,
)
from loyalty.portal.blueprint import blueprint

__all__ = [
    "blueprint",
    "causes",
    "doors",
    "evidence",
    "evidence_rows",
    "jobs",
    "mailbox",
    "overview",
    "programs",
    "remarks",
    "staff",
    "style_guide",
    "tills",
]
