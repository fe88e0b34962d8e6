"""Roles, what they may do, and the duty under which somebody acts."""

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from loyalty.core.errors import Forbidden
from loyalty.core.ids import ref


class Permission(StrEnum):
    """One thing that a person may be allowed to do."""

    ACCRUE = "accrue"
    REDEEM = "redeem"
    VOID = "void"
    REFUND = "refund"
    ADJUST = "adjust"
    ENROL = "enrol"
    BLOCK = "block"
    MERGE = "merge"
    CAUSES = "causes"
    PROGRAMS = "programs"
    STAFF = "staff"
    TILLS = "tills"
    REPORTS = "reports"
    MAIL = "mail"
    MEMBERS = "members"
    EXPORT = "export"
    IMPORT = "import"
    SETTINGS = "settings"
    KEYS = "keys"
    CAMPAIGNS = "campaigns"


class Role(StrEnum):
    """What somebody is in the shop."""

    OWNER = "owner"
    MANAGER = "manager"
    MARKETER = "marketer"
    CASHIER = "cashier"


_COUNTER = frozenset(
    {
        Permission.ACCRUE,
        Permission.REDEEM,
        Permission.VOID,
        Permission.REFUND,
        Permission.ENROL,
    }
)
PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.MANAGER: frozenset(Permission) - {Permission.STAFF, Permission.KEYS},
    Role.MARKETER: frozenset(
        {
            Permission.REPORTS,
            Permission.PROGRAMS,
            Permission.MEMBERS,
            Permission.EXPORT,
            Permission.CAMPAIGNS,
        }
    ),
    Role.CASHIER: _COUNTER,
}


@dataclass(frozen=True, slots=True)
class Approval:
    """The word of somebody who may correct balances, given for one act of somebody else's."""

    actor: str
    email: str


@dataclass(frozen=True, slots=True)
class Duty:
    """Who acts, for which merchant, where, by what means; `actor` is a ref or "system"."""

    merchant_id: UUID
    actor: str
    via: str  # till, api, import or system
    permissions: frozenset[Permission]
    staff_id: UUID | None = None
    location_id: UUID | None = None
    device: str | None = None
    email: str | None = None  # of the person, to know their own card
    places: frozenset[UUID] = frozenset()  # at whose tills they may stand; none of them: at all
    approval: Approval | None = None

    def demand(self, permission: Permission) -> None:
        """Raise Forbidden unless the duty carries the permission."""
        if permission not in self.permissions:
            raise Forbidden(permission=permission.value)


def staff_duty(
    merchant_id: UUID,
    staff_id: UUID,
    role: Role,
    *,
    location_id: UUID | None = None,
    device: str | None = None,
    email: str | None = None,
    places: frozenset[UUID] = frozenset(),
) -> Duty:
    """The duty of a person at the till or in the portal."""
    return Duty(
        merchant_id=merchant_id,
        actor=ref("stf", staff_id),
        via="till",
        permissions=PERMISSIONS[role],
        staff_id=staff_id,
        location_id=location_id,
        device=device,
        email=email,
        places=places,
    )


def approved(duty: Duty, *, staff_id: UUID, role: Role, email: str) -> Duty:
    """The same duty for one act that this person has let through.

    Raises Forbidden unless they may correct balances themselves.
    """
    if Permission.ADJUST not in PERMISSIONS[role]:
        raise Forbidden(permission=Permission.ADJUST.value)
    return replace(
        duty,
        approval=Approval(ref("stf", staff_id), email),
        permissions=duty.permissions | {Permission.ADJUST},
    )


def system_duty(merchant_id: UUID, via: str = "system") -> Duty:
    """The duty of the product itself: expiry, import, demo."""
    return Duty(merchant_id=merchant_id, actor="system", via=via, permissions=frozenset(Permission))
