"""A shop that writes to its customers, the worker who sends it, and what became of each letter."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.campaigns import drafts, launching, rules
from loyalty.campaigns.drafts import Plan
from loyalty.campaigns.models import Campaign, Message
from loyalty.core.db import table
from loyalty.core.ids import parse_ref, ref
from loyalty.customers import consents
from loyalty.customers.consents import Consent, Purpose
from loyalty.feedback import remarks
from loyalty.feedback.remarks import Said
from loyalty.worker.campaigning import SEND
from loyalty.worker.chores import CHORES
from loyalty.worker.once import once
from tests.builders import NOW, fresh_key

EVERYBODY = {"all": [{"field": "joined_days", "op": "gte", "value": 0}]}
LETTER = {
    "it": {"subject": "{{first_name|Ciao}}, ci manchi", "body": "Ciao {{first_name|cliente}}!"},
    "en": {"subject": "{{first_name|Hello}}, we miss you", "body": "Hello {{first_name|friend}}!"},
}
GIFT = {"reward": "breakfast", "valid_days": 14}


class Desk:
    """Where a merchant writes, and the clock on the wall."""

    def __init__(self, shop, postbox=None):
        self.shop, self.database, self.now = shop, shop.database, NOW
        url = f"smtp://127.0.0.1:{postbox.port}" if postbox else None
        self.database.settings = replace(
            self.database.settings, smtp_url=url, mail_from="carte@card.example.it"
        )

    def customer(self, name="Anna", email=None, *, agrees=True, card=True, **more):
        """Somebody with a card, who has said yes to news in the shop's own register."""
        email = email or f"{name.lower()}@example.it"
        found = self.shop.card(name=name, email=email, at=self.now, **more)
        if agrees:
            self.say(found.customer, given=True)
        return found

    def say(self, customer, *, given, source="counter", purpose=Purpose.MARKETING):
        """A customer's word."""
        with self.database.write() as session:
            consents.record(
                session,
                duty=self.shop.owner,
                customer_ref=customer,
                consent=Consent(purpose, given, "marketing-2026-11/it", source),
                at=self.now,
            )

    def rules(self, **more):
        with self.database.write() as session:
            kept = replace(rules.Rules(), **more)
            rules.change(session, duty=self.shop.owner, rules=kept, at=self.now)

    def draft(self, **more):
        plan = Plan(**{"name": "Ci manchi", "audience": EVERYBODY, "letter": LETTER, **more})
        with self.database.write() as session:
            made = drafts.create(session, duty=self.shop.owner, plan=plan, at=self.now)
            return ref("cmp", made.id)

    def launch(self, campaign=None, **more):
        """Launch it, everybody in unless told otherwise; its ref."""
        campaign = campaign or self.draft(**{"holdout_percent": 0, **more})
        scope = {"campaign_ref": campaign, "at": self.now}
        with self.database.read() as session:
            ready = launching.prepare(session, merchant_id=self.shop.merchant_id, **scope)
        with self.database.write() as session:
            launching.launch(session, duty=self.shop.owner, ready=ready, **scope)
        return campaign

    def turn(self, verb, campaign, **more):
        """Pause, resume or stop."""
        scope = {"duty": self.shop.owner, "campaign_ref": campaign, "at": self.now}
        with self.database.write() as session:
            return verb(session, **scope, **more)

    def work(self, **later):
        """Time passes, then the worker does what is due."""
        self.now += timedelta(**later)
        return once(self.database, CHORES, at=self.now)

    def campaign(self, campaign):
        with self.database.read() as session:
            scope = {"merchant_id": self.shop.merchant_id, "campaign_ref": campaign}
            found = drafts.find(session, **scope)
            session.expunge(found)
            return found

    def complain(self, card):
        """Somebody says something at the counter that nobody has answered yet."""
        scope = {"merchant_id": self.shop.merchant_id, "actor": "system", "key": fresh_key()}
        who, which = parse_ref("cus", card.customer), parse_ref("crd", card.ref)
        with self.database.write() as session:
            said = Said(who, which, None, "wait", None)
            remarks.write(session, said=said, at=self.now, **scope)

    def messages(self, *columns):
        """These columns of every message, in the order in which they were made."""
        wanted = [table(Message).c[name] for name in columns or ("state", "reason")]
        with self.database.read() as session:
            rows = session.execute(sa.select(*wanted).order_by(table(Message).c.id))
            return [tuple(row) for row in rows]

    def states(self):
        return dict(Counter(state for (state,) in self.messages("state")))


@pytest.fixture
def desk(shop, postbox):
    return Desk(shop, postbox)


__all__ = ["SEND", "Campaign", "Desk", "desk"]
