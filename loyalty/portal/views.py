"""The portal's blueprint with every page on it."""

from loyalty.portal import (
    bringing_set,
    causes,
    data_kept,
    doors,
    evidence,
    evidence_rows,
    exits,
    import_steps,
    imports,
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
    "bringing_set",
    "causes",
    "data_kept",
    "doors",
    "evidence",
    "evidence_rows",
    "exits",
    "import_steps",
    "imports",
    "jobs",
    "mailbox",
    "overview",
    "programs",
    "remarks",
    "staff",
    "style_guide",
    "tills",
]
