"""Names of roles and states, in both languages."""

from datetime import datetime

from loyalty.core.text import Text
from loyalty.merchants.roles import Role
from loyalty.web.locale import pick, zone

_ROLES = {
    Role.OWNER: Text("titolare", "owner"),
    Role.MANAGER: Text("responsabile", "manager"),
    Role.MARKETER: Text("marketing", "marketing"),
    Role.CASHIER: Text("cassa", "cashier"),
}
_PROGRAM_STATES = {
    "draft": (Text("bozza", "draft"), ""),
    "published": (Text("in vigore", "in force"), "badge-good"),
    "paused": (Text("in pausa", "paused"), "badge-warn"),
}
_DAWN, _NOON, _EVENING = 5, 13, 18


def role_name(role: Role) -> str:
    """What a role is called."""
    return pick(_ROLES[role])


def program_state(status: str) -> tuple[str, str]:
    """What a program's status is called, and the kind of its badge."""
    name, kind = _PROGRAM_STATES[status]
    return pick(name), kind


def greeting(name: str, at: datetime) -> str:
    """Good morning by the shop's own clock, with the first name."""
    hour = at.astimezone(zone()).hour
    first = name.split(maxsplit=1)[0] if name.strip() else name
    if _DAWN <= hour < _NOON:
        return pick(Text(f"Buongiorno, {first}", f"Good morning, {first}"))
    if _NOON <= hour < _EVENING:
        return pick(Text(f"Buon pomeriggio, {first}", f"Good afternoon, {first}"))
    return pick(Text(f"Buonasera, {first}", f"Good evening, {first}"))
