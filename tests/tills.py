"""A phone that is a till of the shop, and people with PINs on it, through the pages alone."""

import re
from datetime import timedelta

from loyalty.core import clock
from loyalty.merchants import accounts
from loyalty.merchants.roles import Role
from tests.builders import NOW, Shop
from tests.pages import Page, Visitor

PIN = "4071"
LINK = re.compile(r"(/till/join/[0-9A-Z]{32})")


def link_of(page: Page) -> str:
    """The one-time link on the owner's page, as the phone opens it."""
    found = LINK.search(page.html)
    assert found, page.words
    return found[1]


def add_till(owner: Visitor, name: str = "Banco", **typed: str) -> str:
    """Prepare a till; returns its link."""
    return link_of(owner.submit(owner.get("/portal/tills"), "/portal/tills", name=name, **typed))


def join(phone: Visitor, link: str) -> Page:
    """Open the link on the phone and press the button."""
    return phone.submit(phone.get(link), "/till/join/")


def choose_pin(phone: Visitor, email: str, pin: str) -> Page:
    """Sign in with the password on the till, and choose a PIN when asked."""
    page = phone.sign_in_at("/sign-in?next=/till/", email)
    assert page.path == "/till/pin", page.words
    return phone.submit(page, "/till/pin", pin=pin, again=pin)


def lock(phone: Visitor) -> Page:
    """The button in the corner."""
    return phone.submit(phone.get("/till/"), "/till/lock")


def open_with(phone: Visitor, name: str, pin: str) -> Page:
    """Tap a name, type the PIN."""
    return phone.submit(tap(phone, name), "/till/people/", pin=pin)


def tap(phone: Visitor, name: str) -> Page:
    """The keypad behind a name."""
    page = phone.get("/till/people")
    found = re.search(rf'href="(/till/people/[^"]+)">(?:(?!</a>).)*{name}', page.html, re.DOTALL)
    assert found, page.words
    return phone.get(found[1].replace("&amp;", "&"))


def later(monkeypatch, **wait):
    """So much later, from now on."""
    then = clock.now() + timedelta(**wait)
    monkeypatch.setattr(clock, "now", lambda: then)


def add_manager(shop: Shop, name: str) -> None:
    """Another person who may let things through; the password is the owner's."""
    hire(shop, Role.MANAGER, name)


def hire(shop: Shop, role: Role, name: str = "") -> str:
    """Somebody new in that role, by their e-mail; the password is the owner's."""
    name = name or role.value.capitalize()
    email = f"{name.lower()}@example.it"
    with shop.database.write() as session:
        facts = {"email": email, "name": name, "role": role, "at": NOW}
        token = accounts.invite_staff(session, merchant_id=shop.merchant_id, **facts)
        owner = accounts.find_sign_in(session, email=shop.owner_email)
        accounts.accept_link(session, token=token, password_hash=owner.password_hash, at=NOW)
    return email
