"""A real object of each kind in one shop, and how the gaps of every address are filled with them.

A new parameter is one line in `things_of`, in `portal_things` (portal_objects.py) or in `PLAIN`; a
new form that is read before its object is looked for is one line in `FORMS`. The tests of the walls
say so when one is missing.
"""

import re
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import sqlalchemy as sa

from loyalty.cards import claims
from loyalty.cards.models import CardDevice
from loyalty.core import clock, jobs, mail
from loyalty.core.ids import parse_ref, ref
from loyalty.core.mail import Mail
from loyalty.counter.evidence.measures import MEASURES
from loyalty.merchants import accounts, devices, keys, pins
from loyalty.merchants.access_models import StaffSession
from tests.api.caller import Caller
from tests.api.routes import things_of as things_of_software
from tests.builders import NOW
from tests.house.portal_objects import portal_things
from tests.pages import Visitor

# Gaps that name nothing of a shop.
PLAIN = {
    "measure": MEASURES[0],
    "kind": "staff_log",
    "number": "1",
    "surface": "till",
    "filename": "favicon.svg",
    "goal": "visits",
    "purpose": "marketing",
    "journey": "win_back",
    "letter": "reminder",
    "spec": "1b2440-f7f8fc-8fb8ff",
    "step": "letter",  # of writing a campaign
    "reason": "no_consent",  # for which somebody gets no letter
    "reward": "breakfast",  # a key of the program beside it, the same in many a shop
}
# Gaps that hold a proof by themselves: a random secret, handed to one person.
SECRETS = {"token", "claim"}
# What a form must hold so that the object behind the address is looked for at all.
_KEY = {"key": "0" * 26}
FORMS: dict[str, dict[str, str]] = {
    "/portal/automations/<journey>/off": {"how": "finish"},
    "/portal/causes/<cause>/payouts": {"amount": "1", "receipt": "x", "paid_on": "2026-11-20"},
    "/portal/data-kept/<kind>": {"months": "24", "state": "on", "reason": "prova"},
    "/portal/imports/<import_ref>/kind": {"kind": "sales"},
    "/portal/members/<member_ref>/visits/<visit_ref>/move": {"card": "{other_code}", **_KEY},
    "/portal/programs/<program_ref>/friend": {"friend": "1", "bringer": "1"},
    "/portal/lost/<member_ref>": {"reason": "moved"},
    "/portal/payouts/<payout_ref>/take-back": {"reason": "x"},
    "/portal/staff/<staff_ref>": {"role": "cashier", "was": "cashier"},
    "/till/cards/<card_ref>/adjust": {"units": "1", "unit": "points", "reason": "x", **_KEY},
    "/till/cards/<card_ref>/note": {"note": "x"},
    "/till/redemptions/<redemption_ref>/cancel": {"reason": "x", **_KEY},
    "/till/visits/<visit_ref>/move": {"card": "{card_code}", **_KEY},
    "/till/visits/<visit_ref>/refund": {"amount": "1", **_KEY},
    "/till/visits/<visit_ref>/void": {"reason": "x", **_KEY},
    "/till/vouchers/<code>/use": _KEY,
}


def gaps(rule):
    """The names of what is filled into an address."""
    return re.findall(r"<(?:[a-z_]+:)?([a-z_]+)>", rule)


def address(rule, things):
    """The address with these things in its gaps."""

    def fill(gap):
        name = gap[1]
        assert name in things or name in PLAIN or name in SECRETS, (
            f"{rule} has <{name}>: say in tests/house/objects.py what a shop has of that kind"
        )
        return {**PLAIN, **things}.get(name, "0" * 32)

    return re.sub(r"<(?:[a-z_]+:)?([a-z_]+)>", fill, rule)


def form(rule, things):
    """What is typed into the form there, with things of that shop."""
    return {name: text.format(**things) for name, text in FORMS.get(rule, {}).items()}


def things_of(app, shop):
    """Something real of each kind in the shop, by the names of the gaps."""
    software = Caller(app.test_client(), shop, shop.api_key())
    with patch.object(clock, "now", lambda: NOW + timedelta(hours=1)):  # an hour for letters
        found = things_of_software(software)
    card = shop.card("points", name="Zeno", email=f"zeno@{shop.cashier_email}", at=clock.now())
    member = replace(card, ref=found["card_ref"], customer=found["customer_ref"])
    found["member_ref"], found["other_ref"] = member.customer, card.customer
    found["adjustment_ref"] = shop.adjust(member, "points", 5).body["ref"]
    named = {"member": member.customer, "card": member.ref, "payout": found["payout_ref"]}
    found |= portal_things(shop, **named)
    found["remark_ref"] = _remark(app, shop, card)
    found["staff_ref"], found["cause"] = shop.cashier.actor, found["cause_key"]
    found["device_ref"] = _till_with_pin(shop)
    found["mail_ref"], found["job_ref"] = _letter(shop, card), _dead_job(shop)
    found["phone_ref"] = _phone(app, shop, card)
    found["session_ref"], found["key_ref"] = _session(app, shop), _key(shop)
    return found


def _remark(app, shop, card):
    visitor = Visitor(app)
    visitor.sign_in(shop.cashier_email)
    written = visitor.submit(visitor.look_up(card.code), "/till/remarks", kind="wait")
    return written.path.rpartition("/")[2]


def _phone(app, shop, card):
    """A phone on which the card is open."""
    visitor = Visitor(app)
    path = "/c/open/" + claims.claim_token(parse_ref("clm", card.claim))
    assert visitor.submit(visitor.get(path), "/c/open/").status == 200
    with shop.database.read() as session:
        latest = sa.select(CardDevice.id).order_by(CardDevice.id.desc()).limit(1)
        return ref("dvc", session.execute(latest).scalar_one())


def _till_with_pin(shop):
    with shop.database.write() as session:
        devices.add(session, duty=shop.owner, name="Banco", location=None, at=clock.now())
    with shop.database.write() as session:
        found = devices.list_devices(session, merchant_id=shop.merchant_id)[0]
        cashier = accounts.find_sign_in(session, email=shop.cashier_email)
        duty = shop.cashier
        at = clock.now()
        pins.choose(session, duty=duty, device=found, person=cashier, pin_hash="x", at=at)
    return found.ref


def _letter(shop, card):
    with shop.database.write() as session:
        mail_id = mail.post(
            session,
            kind="confirm_email",
            to="zeno@example.it",
            language="it",
            facts={"shop": shop.name, "link": "x", "hours": 1},
            at=clock.now(),
            whose=(shop.merchant_id, parse_ref("cus", card.customer)),
        )
        session.execute(sa.update(Mail).where(Mail.id == mail_id).values(state="kept"))
    return ref("mai", mail_id)


def _dead_job(shop):
    facts = {"kind": "jobs.sweep", "payload": {}, "merchant_id": shop.merchant_id}
    with shop.database.write() as session:
        job_id = jobs.enqueue(session, at=clock.now(), **facts)
        dead = {"state": "dead", "attempts": 8, "finished_at": clock.now()}
        session.execute(sa.update(jobs.Job).where(jobs.Job.id == job_id).values(**dead))
    return ref("job", job_id)


def _session(app, shop):
    visitor = Visitor(app)
    visitor.sign_in(shop.owner_email)
    with shop.database.read() as session:
        ours = (
            StaffSession.merchant_id == shop.merchant_id,
            StaffSession.staff_id == shop.owner.staff_id,
        )
        latest = sa.select(StaffSession.id).where(*ours).order_by(StaffSession.id.desc())
        return ref("ses", session.execute(latest.limit(1)).scalar_one())


def _key(shop):
    with shop.database.read() as session:
        return keys.list_keys(session, merchant_id=shop.merchant_id)[-1].ref
