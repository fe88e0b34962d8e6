"""Every section of the API, in the order of the document."""

from loyalty.api import (
    campaigns,
    cards,
    causes,
    consents,
    corrections,
    customers,
    imports,
    metrics,
    program_changes,
    programs,
    redemptions,
    segments,
    simulations,
    visits,
)

SECTIONS = (
    customers.section,
    consents.section,
    cards.section,
    visits.section,
    redemptions.section,
    programs.section,
    corrections.section,
    causes.section,
    imports.section,
    campaigns.section,
    metrics.section,
    segments.section,
)


_BESIDE = (program_changes, simulations)  # they add to a section of another module
