"""A visitor without JavaScript: reads pages, and sends forms as they stand."""

from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from loyalty.app import create_app
from loyalty.core.db import Database
from loyalty.core.settings import Settings
from tests.builders import PASSWORD, Shop

_SILENT = {"script", "style", "svg", "title"}
_EMPTY = {"input", "meta", "link", "img", "br", "path", "use"}


@dataclass
class Form:
    """A form as it stands in the page."""

    action: str
    method: str
    fields: dict[str, Any] = field(default_factory=dict)

    def put(self, name: str, value: str) -> None:
        """What a browser sends of a field; fields of one name are sent one after the other."""
        known = self.fields.get(name)
        if known is None:
            self.fields[name] = value
        else:
            self.fields[name] = [*(known if isinstance(known, list) else [known]), value]


def _is_sent(facts: dict[str, str]) -> bool:
    unticked = facts.get("type") in ("radio", "checkbox") and "checked" not in facts
    return bool(facts.get("name")) and not unticked


class _Reader(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.form: Form | None = None
        self.select = ""
        self.area: str | None = None
        self.feed(html)

    def updatepos(self, _begin, end):
        """Nobody asks in which line something stands, and counting them takes long."""
        return end

    def handle_starttag(self, tag, attrs):
        facts = {name: value or "" for name, value in attrs}
        if tag not in _EMPTY:
            self.open.append(tag)
        if tag == "form":
            self.form = Form(facts.get("action", ""), facts.get("method", "get"))
            self.forms.append(self.form)
        elif tag == "a":
            self.links.append(facts.get("href", ""))
        elif tag == "select":
            self.select = facts["name"]
        elif self.form is not None and tag == "option" and self.select:
            if "selected" in facts or self.select not in self.form.fields:
                self.form.fields[self.select] = facts["value"]
        elif self.form is not None and tag == "textarea":
            self.area = facts["name"]
            self.form.fields[self.area] = ""
        elif self.form is not None and tag == "input" and _is_sent(facts):
            self.form.put(facts["name"], facts.get("value", ""))

    def handle_endtag(self, tag):
        if tag in self.open:
            while self.open.pop() != tag:
                pass
        if tag == "form":
            self.form = None
        elif tag == "textarea":
            self.area = None
        elif tag == "select":
            self.select = ""  # the options of a datalist are sent by nobody

    def handle_data(self, data):
        if self.area is not None and self.form is not None:
            self.form.fields[self.area] += data.removeprefix("\n")  # as browsers do
        if not _SILENT & set(self.open):
            self.words.append(data)


@dataclass
class Page:
    """An answer as a person sees it; read once somebody looks at it."""

    status: int
    path: str
    html: str
    headers: dict[str, str]

    @cached_property
    def _read(self) -> _Reader:
        return _Reader(self.html)

    @cached_property
    def words(self) -> str:
        """Everything that is written there."""
        return " ".join(" ".join(self._read.words).split())

    @property
    def forms(self) -> list[Form]:
        """Every form."""
        return self._read.forms

    @property
    def links(self) -> list[str]:
        """Where the links lead."""
        return self._read.links

    def form(self, part: str) -> Form:
        """The form to exactly `part`, else the first whose address holds it."""
        found = [form for form in self.forms if form.action == part]
        found = found or [form for form in self.forms if part in (form.action or self.path)]
        assert found, f"no form to {part} on {self.path}: {[form.action for form in self.forms]}"
        return found[0]

    def has_form(self, part: str) -> bool:
        """Whether there is a form to an address that holds `part`."""
        return any(part in form.action for form in self.forms)


class Visitor:
    """A browser with its own cookies."""

    def __init__(self, app: Flask, language: str = "it") -> None:
        self.app = app
        self.client = app.test_client()
        self.language = language

    def get(self, path: str) -> Page:
        """Open an address, as a person does: redirects are followed."""
        return self._page(
            self.client.get(path, headers={"Accept-Language": self.language}, follow_redirects=True)
        )

    def submit(self, page: Page, part: str, **typed: Any) -> Page:
        """Send the form to `part` with what was typed over what stands there."""
        form = page.form(part)
        return self.post(form.action or page.path, {**form.fields, **typed})

    def post(self, path: str, data: dict[str, str]) -> Page:
        """Send these very fields."""
        answer = self.client.post(
            path, data=data, headers={"Accept-Language": self.language}, follow_redirects=True
        )
        return self._page(answer)

    def _page(self, answer) -> Page:
        page = Page(
            status=answer.status_code,
            path=urlsplit(answer.request.url).path,
            html=answer.get_data(as_text=True),
            headers=dict(answer.headers),
        )
        may_frame = "frame-src" in page.headers.get("Content-Security-Policy", "")
        assert may_frame or "<iframe" not in page.html, f"{page.path} may not fill its own frame"
        return page

    def come_in(self, email: str) -> "Visitor":
        """Through the door, without looking at the page behind it."""
        door = self.get("/sign-in").form("/sign-in")
        typed = {**door.fields, "email": email, "password": PASSWORD}
        assert self.client.post("/sign-in", data=typed).status_code == 303
        return self

    def sign_in(self, email: str, password: str = PASSWORD) -> Page:
        """Through the door."""
        return self.sign_in_at("/sign-in", email, password)

    def sign_in_at(self, path: str, email: str, password: str = PASSWORD) -> Page:
        """Through the door at that address, which knows where they want to go."""
        return self.submit(self.get(path), "/sign-in", email=email, password=password)

    def look_up(self, code: str) -> Page:
        """Type a code at the till."""
        return self.submit(self.get("/till/"), "/look-up", code=code)


@pytest.fixture(scope="session")
def built() -> list[Flask]:
    """The one application of the session, once a test has asked for it."""
    return []


@pytest.fixture
def app(settings: Settings, database: Database, built: list[Flask]) -> Flask:
    """The whole application; it works on whichever database is in use, and that is the test's."""
    if not built:
        built.append(create_app(settings, database))
    built[0].testing = True
    return built[0]


@pytest.fixture
def anybody(app: Flask) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(app)


@pytest.fixture
def aurora(app: Flask, shop: Shop) -> Visitor:
    """The owner, signed in."""
    return Visitor(app).come_in(shop.owner_email)


@pytest.fixture
def bruno(app: Flask, shop: Shop) -> Visitor:
    """The cashier, signed in."""
    return Visitor(app).come_in(shop.cashier_email)


@pytest.fixture
def dario(app: Flask, stranger: Shop) -> Visitor:
    """The owner of the shop next door, signed in there."""
    return Visitor(app).come_in(stranger.owner_email)
