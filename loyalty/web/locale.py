"""Italian or English, the shop's money and the shop's hours: how every page says things."""

from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import dates, numbers
from flask import Blueprint, Flask, Response, g, has_request_context, redirect, request
from flask_babel import Babel  # type: ignore[import-untyped]  # it ships no types
from flask_babel import gettext as _translate

from loyalty.core.db import write
from loyalty.core.money import Money, format_amount
from loyalty.core.settings import Settings
from loyalty.core.text import Text
from loyalty.merchants import staff_looks
from loyalty.merchants.models import Merchant
from loyalty.web import guard, reads, session

LANGUAGES = ("it", "en")
COOKIE = "language"
_COOKIE_DAYS = 365
_KEPT = 4_000  # small numbers and the days of some years: most of what pages say
_UTC = ZoneInfo("UTC")
blueprint = Blueprint("locale", __name__)


def init_app(app: Flask, settings: Settings) -> None:
    """Translations by Flask-Babel, and the filters of the templates; needs `session`, `reads`."""
    app.config["LANGUAGE_COOKIE_SECURE"] = settings.is_https
    Babel(app, default_locale="en", locale_selector=language)
    app.register_blueprint(blueprint)
    app.jinja_env.filters.update(
        money=money, number=number, day=day, clock=hour, moment=moment, span=span, pick=pick
    )
    app.jinja_env.globals.update(language=language, shop=shop, person=known_person)


def language() -> str:
    """Whoever is signed in has their own ("it" or "en"); else this browser's choice, its wish."""
    if not has_request_context():
        return "en"
    chosen: str | None = g.get("language")
    if chosen is None:
        chosen = g.language = _choose()
    return chosen


def _choose() -> str:
    person = known_person()
    if person is not None and person.language in LANGUAGES:
        return str(person.language)
    chosen = request.cookies.get(COOKIE)
    if chosen in LANGUAGES and not request.path.startswith("/api/"):
        return chosen
    return request.accept_languages.best_match(LANGUAGES, "en") or "en"


def gettext(message: str, **values: Any) -> str:
    """The message in the language of this request; the typed door to Flask-Babel."""
    return str(_translate(message, **values))


def known_person() -> Any:
    """Who is signed in, as far as this request has already asked; never a query of its own."""
    return g.get("person")


def shop() -> Merchant | None:
    """The merchant whose page this is, once a guard or `open_shop` has said which."""
    if "shop" not in g and "duty" in g:
        open_shop(g.duty.merchant_id)
    found: Merchant | None = g.get("shop")
    return found


def open_shop(merchant_id: Any) -> Merchant:
    """Say whose page this is where no duty does (a customer's card); returns the merchant."""
    g.shop = reads.session().get_one(Merchant, merchant_id)
    found: Merchant = g.shop
    return found


def pick(text: Text | dict[str, str] | str | None) -> str:
    """The sentence in the language of this request; `{"it": …, "en": …}` is understood too."""
    if text is None or isinstance(text, str):
        return text or ""
    return text.pick(language()) if isinstance(text, Text) else text[language()]


def money(amount: Money | int | None, currency: str | None = None) -> str:
    """An amount, "12,40 €" or "€12.40"; a bare number is in minor units of the shop's currency."""
    if amount is None:
        return ""
    if isinstance(amount, Money):
        return format_amount(amount.amount_minor, amount.currency, language())
    here = shop()
    return format_amount(amount, currency or (here.currency if here else "EUR"), language())


def number(value: int) -> str:
    """A whole number with grouping: "1.234" or "1,234"."""
    return _number(value, language())


@lru_cache(_KEPT)
def _number(value: int, locale: str) -> str:
    return numbers.format_decimal(value, format="#,##0", locale=locale)


def zone() -> ZoneInfo:
    """The shop's time zone; UTC where there is no shop."""
    here = shop()
    return ZoneInfo(here.timezone) if here else _UTC


def day(value: datetime | date, style: str = "medium") -> str:
    """A date as people write it, in the shop's zone: "21 nov 2026", "21 Nov 2026"."""
    on = value.astimezone(zone()).date() if isinstance(value, datetime) else value
    return _day(on, style, language())


@lru_cache(_KEPT)
def _day(on: date, style: str, language: str) -> str:
    # The shops are in Europe: in English too the day comes before the month.
    locale = "en_GB" if language == "en" else language
    return dates.format_date(on, format=style, locale=locale)


def hour(value: datetime) -> str:
    """A time of day in the shop's zone, 24 hours: "17:05"."""
    return value.astimezone(zone()).strftime("%H:%M")


def moment(value: datetime) -> str:
    """Date and time in the shop's zone: "21 nov 2026, 17:05"."""
    return f"{day(value)}, {hour(value)}"


def span(seconds: int) -> str:
    """How long something takes, in the unit that fits: "7 minutes", "4 days"."""
    return dates.format_timedelta(timedelta(seconds=seconds), locale=language())


@blueprint.post("/language")
@guard.public("a visitor may read in either language before signing in")
def switch() -> Response:
    """Remember the language in this browser, and for whoever is signed in; back to the page."""
    back = relative_path(request.form.get("next", ""))
    response = redirect(back or "/", 303)
    if request.form.get("language") in LANGUAGES:
        _keep_for_person(request.form["language"])
        response.set_cookie(
            COOKIE,
            request.form["language"],
            max_age=_COOKIE_DAYS * 86_400,
            secure=request.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return response  # type: ignore[return-value]  # Flask's redirect says Werkzeug's Response


def _keep_for_person(chosen: str) -> None:
    person = session.cashier()
    if person is not None and person.language != chosen:
        whose = {"merchant_id": person.merchant_id, "staff_id": person.staff_id}
        with write() as records:
            staff_looks.speak(records, **whose, language=chosen)


def relative_path(text: str) -> str | None:
    """`text` if it is a path on this site, else None: two slashes would go elsewhere."""
    if not text.startswith("/") or text[1:2] in ("/", "\\") or not text.isprintable():
        return None
    parts = urlsplit(text)
    return None if parts.scheme or parts.netloc or "\\" in text else text
