"""Every page of the designer."""

from loyalty.portal.designing import (
    form,
    history,
    past,
    pictures,
    publishing,
    running,
    starting,
    whom,
)

__all__ = ["form", "history", "past", "pictures", "publishing", "running", "starting", "whom"]
