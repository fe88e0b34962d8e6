"""The whole product in a browser: an application that listens, and people with their devices."""

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import make_server

from tests.builders import PASSWORD
from tests.pages import app, built

__all__ = ["app", "built"]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 800}


@dataclass
class Person:
    """Somebody with a device; whatever the browser complains about is kept."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open an address of the site."""
        self.page.goto(self.site + path)
        return self.page

    def sign_in(self, email: str, then: str = "") -> Page:
        """Through the door, by keyboard as a person does; `then` is the page asked for."""
        self.go(f"/sign-in?next={then}")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        return self.page


def whole(app: Flask) -> WSGIApplication:
    """Files are closed before they are sent: the server of the tests forgets it when a browser
    hangs up, as it does on a decoder that is still on its way when the person goes on."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        parts = app(environ, start_response)
        try:
            return [b"".join(parts)]
        finally:
            getattr(parts, "close", lambda: None)()

    return answer


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """The address of a running application."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, whole(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Crowd:
    """People who come to the site, each with a browser of their own."""

    def __init__(self, browser: Browser, site: str) -> None:
        self.browser, self.site = browser, site
        self.contexts: list[BrowserContext] = []
        self.people: list[Person] = []

    def person(self, **device: object) -> Person:
        """Somebody new; on a phone, in Italian, unless told otherwise."""
        context = self.browser.new_context(**{"viewport": PHONE, "locale": "it-IT", **device})
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        person = Person(context.new_page(), self.site)
        self.people.append(person)
        person.page.on("console", lambda said: _complain(person, said))
        person.page.on("pageerror", lambda error: person.complaints.append(str(error)))
        person.page.on("request", lambda request: _stay_home(person, request.url))
        return person


def _complain(person: Person, said) -> None:
    refused_on_purpose = "the server responded with a status of 4" in said.text
    if said.type in ("error", "warning") and not refused_on_purpose:
        person.complaints.append(said.text)


def _stay_home(person: Person, url: str) -> None:
    if not url.startswith((person.site, "data:", "blob:")):
        person.complaints.append(f"a request to another host: {url}")


@pytest.fixture
def crowd(browser: Browser, site: str) -> Iterator[Crowd]:
    """Browsers for this test; afterwards none of them may have complained."""
    people = Crowd(browser, site)
    yield people
    for context in people.contexts:
        context.close()
    assert not [said for person in people.people for said in person.complaints]
