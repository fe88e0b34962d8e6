"""Every page of the designer, and what their templates share."""

from collections.abc import Collection
from typing import Any

from flask import current_app

from loyalty.portal.blueprint import blueprint
from loyalty.portal.designing import (
    form,
    history,
    past,
    pictures,
    publishing,
    running,
    starting,
)

__all__ = ["form", "history", "past", "pictures", "publishing", "running", "starting"]


@blueprint.context_processor
def _pages() -> dict[str, Any]:
    return {"known_pages": known_pages}


def known_pages() -> Collection[str]:
    """The pages that there are in this installation, by endpoint."""
    return current_app.view_functions
