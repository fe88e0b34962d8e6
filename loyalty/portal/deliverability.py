"""Whether letters arrive: records to set and found, what receivers ask, who is not written to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, make_response, redirect, render_template, url_for

from loyalty.campaigns import instance, records, suppression, trials
from loyalty.campaigns.models import MailTrial
from loyalty.campaigns.records import Wanted
from loyalty.core import clock
from loyalty.core.db import current, write
from loyalty.core.errors import TooMany
from loyalty.core.smtp import Server
from loyalty.core.text import Text
from loyalty.merchants.roles import Permission
from loyalty.portal import campaign_of
from loyalty.portal.blueprint import blueprint
from loyalty.portal.campaign_words import SUPPRESSED
from loyalty.portal.delivery_words import FOUND, RECORDS, TRIAL, receivers
from loyalty.web import guard, reads, toasts
from loyalty.web.fields import Body, Email
from loyalty.web.forms import FormState, read_form
from loyalty.web.locale import gettext, language, pick

_ASKED = Text("Ci guardiamo: il risultato compare qui.", "Looking: the result shows up here.")
_SENT = Text(
    "La prova parte adesso: guarda nella tua posta.", "The test leaves now: look in your mail."
)


class _LookUp(Body):
    email = Email(required=True)


_look_up = _LookUp()


@dataclass(frozen=True, slots=True)
class _Record:
    """A record to set, with what was found there."""

    kind: str
    name: str
    about: str
    where: str
    type: str
    value: str
    verdict: str
    said: str
    badge: str
    found: str


@dataclass(frozen=True, slots=True)
class _Barred:
    """Why one address is not written to."""

    email: str
    why: str
    since: datetime | None


@blueprint.get("/portal/deliverability")
@guard.staff(Permission.CAMPAIGNS)
def deliverability() -> Response:
    """Everything about whether letters arrive."""
    return _page(FormState())


@blueprint.post("/portal/deliverability/records")
@guard.staff(Permission.CAMPAIGNS)
def check_records() -> Response:
    """Have a worker ask the name servers."""
    return _try(trials.RECORDS, _ASKED)


@blueprint.post("/portal/deliverability/hello")
@guard.staff(Permission.CAMPAIGNS)
def send_hello() -> Response:
    """A test letter to whoever asks, at the address they sign in with."""
    return _try(trials.HELLO, _SENT)


def _try(kind: str, said: Text) -> Response:
    try:
        with write() as session:
            trials.ask(session, duty=guard.duty(), kind=kind, language=language(), at=clock.now())
    except TooMany as many:
        minutes = -(-int(many.facts["retry_after_s"]) // 60)
        toasts.say(gettext("Ten tests an hour are enough: the next in %(num)s minutes.",
                           num=minutes))  # fmt: skip
    else:
        toasts.say(said)
    return make_response(redirect(url_for("portal.deliverability", _anchor=kind), 303))


@blueprint.post("/portal/deliverability/address")
@guard.staff(Permission.CAMPAIGNS)
def look_up_address() -> Response:
    """Whether one address is on the list, and why; the address stays in this one answer."""
    form = read_form(_look_up)
    if not form.is_valid:
        return _page(form, status=422)
    email = form.values["email"]
    found = suppression.find(
        reads.session(), merchant_id=guard.duty().merchant_id,
        address_hash=suppression.hash_of(email),
    )  # fmt: skip
    barred = (
        _Barred(email, pick(SUPPRESSED[found.reason]), found.at)
        if found
        else _Barred(email, "", None)
    )
    return _page(form, barred=barred)


def _page(form: FormState, *, barred: _Barred | None = None, status: int = 200) -> Response:
    settings, merchant_id = current().settings, guard.duty().merchant_id
    domain = settings.mail_from.rpartition("@")[2]
    session = reads.session()
    looked = trials.latest(session, merchant_id=merchant_id, kind=trials.RECORDS, done=True)
    asked = trials.latest(session, merchant_id=merchant_id, kind=trials.RECORDS)
    hello = trials.latest(session, merchant_id=merchant_id, kind=trials.HELLO)
    html = render_template(
        "portal/deliverability.html",
        sender=settings.mail_from,
        domain=domain,
        is_name=records.is_name(domain),
        is_https=settings.is_https,
        has_server=settings.smtp_url is not None,
        records=_records(domain, looked),
        looked_at=looked.done_at if looked else None,
        is_looking=asked is not None and asked.done_at is None,
        hello=hello,
        hello_said=_hello_said(hello),
        is_sending=hello is not None and hello.done_at is None,
        to=guard.duty().email,
        receivers=receivers(is_https=settings.is_https),
        hook=f"{settings.public_url}/api/v1/campaigns/returned",
        suppressed=suppression.count(session, merchant_id=merchant_id),
        form=form,
        barred=barred,
        house=campaign_of.house(),
    )
    return make_response(html, status)


def _records(domain: str, looked: MailTrial | None) -> list[_Record]:
    settings = current().settings
    server = Server.of(settings.smtp_url).host if settings.smtp_url else None
    key = instance.public_record(instance.signing_key(settings.data))
    wanted = records.wanted(domain, public_key=key, smtp_host=server)
    said = looked.said if looked and looked.said else {}
    found = said.get("found", {}) if said.get("domain") == domain else {}
    return [_record(one, found.get(one.kind)) for one in wanted]


def _record(one: Wanted, found: dict[str, Any] | None) -> _Record:
    name, about = RECORDS[one.kind]
    verdict = found["verdict"] if found else ""
    said, badge = FOUND[verdict] if verdict else (Text("", ""), "")
    return _Record(
        kind=one.kind,
        name=pick(name),
        about=pick(about),
        where=one.name,
        type=one.type,
        value=one.value,
        verdict=verdict,
        said=pick(said),
        badge=badge,
        found=found["record"] if found else "",
    )


def _hello_said(hello: MailTrial | None) -> str:
    return trial_said(hello.said) if hello and hello.said else ""


def trial_said(said: dict[str, Any]) -> str:
    """What the mail server answered to a test, in words and with its code."""
    words = pick(TRIAL.get(said["kind"], said["kind"]))
    reason = said.get("reason") or said.get("code")
    return f"{words} ({reason})" if reason and said["kind"] != "sent" else words
