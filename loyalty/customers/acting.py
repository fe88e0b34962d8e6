"""Under whose duty customers change, as far as this floor needs to know."""

from typing import Protocol
from uuid import UUID


class Acting(Protocol):
    """Who acts, and for which shop; the merchants' `Duty` is one.

    Whether they may has been asked upstairs: duties and permissions live next door.
    """

    @property
    def merchant_id(self) -> UUID:
        """The shop."""

    @property
    def actor(self) -> str:
        """A ref, or "system"."""
