"""The answers checked before anything is sent, a letter to oneself, and the launch."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import Response, make_response, render_template, request

from loyalty.campaigns import drafts, launching, offers, outlook, preview, steps, trials
from loyalty.campaigns.letter import LANGUAGES
from loyalty.campaigns.models import Campaign, MailTrial
from loyalty.campaigns.outlook import Outlook
from loyalty.core import clock
from loyalty.core.db import current, write
from loyalty.core.errors import Invalid, StateConflict, TooMany, Unknown
from loyalty.core.ids import parse_ref, ref
from loyalty.core.text import Text
from loyalty.customers import directory
from loyalty.merchants.roles import Permission
from loyalty.portal import campaign_of
from loyalty.portal.blueprint import blueprint
from loyalty.portal.campaign_words import LEFT_OUT
from loyalty.portal.deliverability import trial_said
from loyalty.portal.writing import forecast
from loyalty.web import guard, headers, reads, toasts
from loyalty.web.locale import gettext, language, pick

_CHANGED = Text(
    "La bozza è cambiata mentre la guardavi: ecco com'è adesso. Ricontrolla, poi invia.",
    "The draft has changed while you were looking: this is how it stands now. Check it once more,"
    " then send.",
)
_LAUNCHED = Text("È partita.", "It is on its way.")
_PLANNED = Text("È in programma.", "It is scheduled.")
_TRIED = Text("La lettera di prova è in arrivo.", "The test letter is on its way.")


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """Who gets none, for one reason."""

    key: str
    name: str
    about: str
    count: int


@dataclass(frozen=True, slots=True)
class _Sample:
    """The real member who reads the previews, and whoever is next."""

    ref: str
    name: str
    subject: str
    text: str
    language: str
    next: str


@blueprint.get("/portal/campaigns/<campaign_ref>/check")
@guard.staff(Permission.CAMPAIGNS)
def campaign_check(campaign_ref: str) -> Response:
    """All answers on one page."""
    found = campaign_of.draft(campaign_ref)
    if found is None:
        return campaign_of.to("portal.campaign", campaign_ref)
    return _page(found)


def _page(campaign: Campaign, *, refusal: str = "", status: int = 200) -> Response:
    at, house = clock.now(), campaign_of.house()
    look = _Look(campaign, at)
    html = render_template(
        "portal/writing/check.html",
        campaign=campaign,
        campaign_ref=ref("cmp", campaign.id),
        people_name=campaign_of.people_of(campaign),
        seen=steps.edition(campaign),
        look=look,
        outlook=look.outlook,
        left_out=_left_out(look.outlook),
        plan=forecast.of(campaign, look.outlook, house, look.unit_cost_minor, at),
        sample=look.sample(request.args.get("after", "")),
        languages=[name for code, name in (("it", "Italiano"), ("en", "English"))
                   if code in campaign.letter],
        rules=house.rules,
        trial=_trial(campaign),
        trial_said=trial_said,
        to=guard.duty().email,
        has_server=current().settings.smtp_url is not None,
        refusal=refusal,
    )  # fmt: skip
    return headers.with_frame(make_response(html, status))


class _Look:
    """What is found out about a draft; where its offer or segment is gone, `fault` says so."""

    def __init__(self, campaign: Campaign, at: datetime) -> None:
        self._campaign, self._at, self._house = campaign, at, campaign_of.house()
        self.fault, self.outlook, self.offer = "", Outlook(), None
        self.unit_cost_minor: int | None = None
        scope = {"merchant_id": campaign.merchant_id}
        try:
            records = reads.session()
            plan = steps.plan_of(campaign)
            drafts.check(records, plan=plan, at=at, **scope)
            self.offer = preview.offer_of(records, raw=campaign.offer, **scope)
            self.unit_cost_minor = offers.unit_cost(records, offer=self.offer, **scope)
            self.outlook = outlook.of(records, campaign=campaign, house=self._house, at=at)
        except Invalid as error:
            said = error.facts_in(language())["fields"].values()
            self.fault = " ".join(sentence for sentences in said for sentence in sentences)
        except Unknown:
            self.fault = gettext("Its segment is gone: choose to whom it goes.")

    def sample(self, after: str) -> _Sample | None:
        """The next member who may get it, after one."""
        mark = parse_ref("cus", after)
        found = [] if self.fault else self._two(mark)
        if not found and mark is not None and not self.fault:
            found = self._two(None)
        if not found:
            return None
        who = found[0]
        shown = _shown(self._campaign, who)
        name = preview.reader(
            reads.session(), merchant_id=self._campaign.merchant_id, customer_id=who, at=self._at
        ).name
        next_ref = ref("cus", who) if len(found) > 1 or mark is not None else ""
        return _Sample(
            ref("cus", who), name or gettext("No name"), shown.subject, shown.text, shown.language,
            next_ref,
        )  # fmt: skip

    def _two(self, after: UUID | None) -> list[UUID]:
        return outlook.people(
            reads.session(), campaign=self._campaign, house=self._house, reason=None,
            after=after, limit=2, at=self._at,
        )  # fmt: skip


def _shown(campaign: Campaign, who: UUID) -> preview.Shown:
    at, house, records = clock.now(), campaign_of.house(), reads.session()
    scope = {"merchant_id": campaign.merchant_id}
    offer = preview.offer_of(records, raw=campaign.offer, **scope)
    printed = preview.printed(campaign.letter, house=house, has_offer=offer is not None)
    reader = preview.reader(records, customer_id=who, at=at, **scope)
    return preview.show(printed, house=house, offer=offer, who=reader, at=at)


def _left_out(found: Outlook) -> list[_LeftOut]:
    return [
        _LeftOut(key, pick(name), pick(about), found.left_out[key])
        for key, (name, about) in LEFT_OUT.items()
        if key in found.left_out
    ]


def _trial(campaign: Campaign) -> MailTrial | None:
    return trials.latest(
        reads.session(), merchant_id=campaign.merchant_id, kind=trials.LETTER,
        campaign_id=campaign.id,
    )  # fmt: skip


@blueprint.get("/portal/campaigns/<campaign_ref>/as/<member_ref>")
@guard.staff(Permission.CAMPAIGNS, Permission.MEMBERS)
def campaign_as(campaign_ref: str, member_ref: str) -> Response:
    """The finished letter of one member, for the frames of the check alone."""
    campaign = campaign_of.find(campaign_ref)
    found = directory.find(
        reads.session(), merchant_id=campaign.merchant_id, customer_ref=member_ref
    )
    return headers.as_letter(make_response(_shown(campaign, found.id).html))


@blueprint.post("/portal/campaigns/<campaign_ref>/test")
@guard.staff(Permission.CAMPAIGNS)
def send_test(campaign_ref: str) -> Response:
    """One letter to whoever asks, over the real way."""
    chosen = request.form.get("language", "")
    wanted = chosen if chosen in LANGUAGES else language()
    try:
        with write() as records:
            trials.ask(
                records, duty=guard.duty(), kind=trials.LETTER, language=wanted,
                campaign_ref=campaign_ref, at=clock.now(),
            )  # fmt: skip
    except TooMany as many:
        minutes = -(-int(many.facts["retry_after_s"]) // 60)
        toasts.say(
            gettext("Ten tests an hour are enough: the next in %(num)s minutes.", num=minutes)
        )
    else:
        toasts.say(_TRIED)
    return campaign_of.to("portal.campaign_check", campaign_ref, _anchor="test")


@blueprint.post("/portal/campaigns/<campaign_ref>/launch")
@guard.staff(Permission.CAMPAIGNS)
def launch_campaign(campaign_ref: str) -> Response:
    """Send it; pressed twice, or by two people at once, it is sent once."""
    found = campaign_of.draft(campaign_ref)
    if found is None:
        return campaign_of.to("portal.campaign", campaign_ref)
    if request.form.get("seen") != steps.edition(found):
        return _page(found, refusal=pick(_CHANGED), status=409)
    at = clock.now()
    scope = {"campaign_ref": campaign_ref, "at": at}
    try:
        ready = launching.prepare(reads.session(), merchant_id=found.merchant_id, **scope)  # type: ignore[arg-type]
        with write() as records:
            out = launching.launch(records, duty=guard.duty(), ready=ready, **scope)  # type: ignore[arg-type]
            is_later = out.send_at is not None and out.send_at > at + timedelta(minutes=1)
    except Invalid as error:
        said = error.facts_in(language())["fields"].values()
        refusal = " ".join(sentence for sentences in said for sentence in sentences)
        return _page(campaign_of.find(campaign_ref), refusal=refusal, status=422)
    except Unknown:
        return _page(campaign_of.find(campaign_ref), status=422)
    except StateConflict:
        return campaign_of.to("portal.campaign", campaign_ref)
    toasts.say(_PLANNED if is_later else _LAUNCHED)
    return campaign_of.to("portal.campaign", campaign_ref)
