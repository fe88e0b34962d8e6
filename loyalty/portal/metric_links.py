"""From a number to the members behind it: addresses of the member list."""

from dataclasses import dataclass
from datetime import date

from loyalty.analytics.returning import Period
from loyalty.core.calendar import month_end
from loyalty.members.criteria import Criteria
from loyalty.merchants.roles import Permission
from loyalty.portal import member_filters
from loyalty.web import guard


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses for a period and a place; empty where this person sees no members.

    States are of today: with another last day (`is_now` is false) they lead nowhere.
    """

    period: Period
    location: str
    is_now: bool

    def came(self, days: int | None = None) -> str:
        """Who was here in the period, on so many days at least."""
        return self._to(
            Criteria(
                came_from=date.fromordinal(self.period.first),
                came_to=date.fromordinal(self.period.last),
                came_days=days,
                came_at=self.location or None,
            )
        )

    def began(self, first: date, last: date) -> str:
        """Whose first visit was in these days, anywhere."""
        return "" if self.location else self._to(Criteria(first_from=first, first_to=last))

    def new(self) -> str:
        """Whose first visit was in the period."""
        return self.began(date.fromordinal(self.period.first), date.fromordinal(self.period.last))

    def month(self, month_on: date) -> str:
        """Whose first visit was in a month."""
        return self.began(month_on, month_end(month_on))

    def state(self, state: str) -> str:
        """Who is in a state today."""
        return self._to(Criteria(state=state)) if self.is_now and not self.location else ""

    @staticmethod
    def _to(criteria: Criteria) -> str:
        is_mine = Permission.MEMBERS in guard.duty().permissions
        return member_filters.address(criteria) if is_mine else ""
