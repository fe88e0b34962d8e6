"""What is known of a browser that nobody is signed in with: where from, and which kind."""

from ipaddress import IPv6Address, ip_address, ip_network

from flask import request

_NETWORK_BITS = 64  # a household's; it has 2^64 addresses of its own to try from
# The first that fits: most browsers also say that they are the others.
_FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_DEVICES = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)


def origin() -> str:
    """Where this request comes from, as attempts are counted; an IPv6 household is one."""
    text = request.remote_addr or ""
    try:
        address = ip_address(text)
    except ValueError:
        return text
    if isinstance(address, IPv6Address):
        return str(ip_network((address, _NETWORK_BITS), strict=False))
    return text


def browser() -> str | None:
    """The kind of browser in plain words, "Safari · iPhone"; never the header itself."""
    said = request.headers.get("User-Agent", "")
    named = [name for marks in (_FAMILIES, _DEVICES) if (name := _first(marks, said))]
    return " · ".join(named) or None


def _first(marks: tuple[tuple[str, str], ...], said: str) -> str | None:
    return next((name for mark, name in marks if mark in said), None)
