"""The portal's blueprint with every page on it."""

from loyalty.portal import (
    bringing_set,
    causes,
    data_kept,
    doors,
    evidence,
    evidence_rows,
    exits,
    figures,
    jobs,
    listing,
    mailbox,
    more,
    overview,
    places,
    programs,
    remarks,
    staff,
    style_guide,
    tills,
)
from loyalty.portal.blueprint import blueprint
from loyalty.portal.designing import pages as designing

__all__ = [
    "blueprint",
    "bringing_set",
    "causes",
    "data_kept",
    "designing",
    "doors",
    "evidence",
    "evidence_rows",
    "exits",
    "figures",
    "jobs",
    "listing",
    "mailbox",
    "more",
    "overview",
    "places",
    "programs",
    "remarks",
    "staff",
    "style_guide",
    "tills",
]
