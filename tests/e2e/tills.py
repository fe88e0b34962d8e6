"""What browser tests of a till without network have in common."""

import re
import time

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from loyalty.audit import audit
from loyalty.core import clock
from loyalty.counter.models import Visit

# A browser says on its console that there is no network: that is the test's own doing.
ON_PURPOSE = (
    "ERR_INTERNET_DISCONNECTED",
    "ERR_FAILED",
    "Failed to fetch",
    "status of 502",
    "beforeunload",
)


READ_QUEUE = """() => new Promise((done) => {
  const asked = indexedDB.open("till", 1);
  asked.onsuccess = () => {
    const all = asked.result.transaction("visits").objectStore("visits").getAll();
    all.onsuccess = () => { asked.result.close(); done(all.result); };
  };
})"""


def open_till(person, email):
    """Sign in, and wait until the phone has kept all that it needs without network."""
    till = person.sign_in(email)
    kept(till)
    return till


def kept(till):
    """Until the service worker is there with its files and the till's first page."""
    till.evaluate("navigator.serviceWorker.ready.then(() => true)")
    in_time(till, "() => caches.match('/till/shell').then((found) => found !== undefined)")
    in_time(till, "() => caches.match(document.querySelector('script').src).then((f) => !!f)")


def in_time(till, question):
    """Until the page says yes; Playwright's own way evaluates text, which the policy forbids."""
    deadline = time.monotonic() + 15
    while not till.evaluate(question):
        assert time.monotonic() < deadline, question
        time.sleep(0.1)


def home(till):
    """The first page, from wherever the till is."""
    till.get_by_role("link", name="Prossimo cliente").click()
    till.get_by_label("Codice della carta").wait_for()


def offline_visit(till, card, *, program="stamps"):
    """A visit of a customer whom the phone does not know."""
    till.get_by_label("Codice della carta").press_sequentially(card.code)
    till.get_by_label(program, exact=True).check()
    if program == "points":
        till.get_by_label("Quanto ha pagato").fill("12,40")
        till.get_by_role("button", name="Registra la visita").click()
    else:
        till.get_by_role("button", name="Aggiungi 1 timbro").click()
    expect(till.get_by_text("Aspetta su questo telefono")).to_be_visible()


def waits(till, count):
    """The bar and the title say how many visits wait."""
    badge = till.get_by_role("button", name=re.compile("da inviare"))
    if count:
        expect(badge).to_have_text(f"{count} da inviare", timeout=40_000)
        expect(till).to_have_title(re.compile(rf"^\({count}\) "))
    else:
        # The books first: a badge is hidden for a moment too while the bar is swapped.
        deadline = time.monotonic() + 40
        while _is_waiting(till) and time.monotonic() < deadline:
            time.sleep(0.2)
        expect(badge).to_have_count(0, timeout=40_000)


def _is_waiting(till):
    return any(visit["state"] == "waiting" for visit in till.evaluate(READ_QUEUE))


def forgive(person):
    """What the browser said about the network that we took away."""
    person.page.wait_for_timeout(300)
    person.complaints[:] = [
        said for said in person.complaints if not any(word in said for word in ON_PURPOSE)
    ]


def recorded(shop):
    """How many visits are in clean books."""
    with shop.database.read() as session:
        assert audit(session) == []
        return session.execute(sa.select(sa.func.count()).select_from(Visit)).scalar_one()


def settles(shop, count):
    """The books come to hold so many visits, and no more."""
    deadline = time.monotonic() + 40
    while recorded(shop) < count and time.monotonic() < deadline:
        time.sleep(0.2)
    assert recorded(shop) == count


class Wire:
    """The way to the server: counts what the queue sends, and can lose the answers to it."""

    def __init__(self, inner) -> None:
        self.inner = inner
        self.sent = 0
        self.to_lose = 0
        self.hotel = False  # somebody else answers everything, cheerfully

    def __call__(self, environ, start_response):
        """Let the server act; of an answer that is lost only a gateway's word arrives."""
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) != ("POST", "/till/queue"):
            return self.inner(environ, start_response)
        self.sent += 1
        if self.hotel:
            start_response("200 OK", [("Content-Type", "text/html")])
            return [b"Welcome! Please accept our terms."]
        if not self.to_lose:
            return self.inner(environ, start_response)
        self.to_lose -= 1
        for _ in self.inner(environ, lambda *_: None):
            pass
        start_response("502 Bad Gateway", [("Content-Type", "text/html")])
        return [b""]


@pytest.fixture
def carla(shop):
    return shop.card("stamps", name="Carla De Santis", at=clock.now())


@pytest.fixture
def bruno(shop, crowd):
    """The cashier with a phone; what the browser says about the missing network is forgiven."""
    person = crowd.person()
    open_till(person, shop.cashier_email)
    # A browser asks before a page with waiting visits is closed: yes.
    person.page.on("dialog", lambda dialog: dialog.accept())
    yield person
    forgive(person)


@pytest.fixture
def wire(app, monkeypatch):
    """The way to the server, where answers can get lost whoever asks."""
    wire = Wire(app.wsgi_app)
    monkeypatch.setattr(app, "wsgi_app", wire)
    return wire
