"""Every table of the product, gathered for migrations and tests."""

from loyalty.analytics import models as analytics
from loyalty.campaigns import models as campaigns
from loyalty.cards import join_models as joins
from loyalty.cards import models as cards
from loyalty.cards import referral_models as referrals
from loyalty.core import jobs, mail, outbox, schedules
from loyalty.core.db import Base
from loyalty.counter import models as counter
from loyalty.counter.rollups import models as rollups
from loyalty.customers import models as customers
from loyalty.feedback import models as feedback
from loyalty.imports import models as imports
from loyalty.ledger import models as ledger
from loyalty.merchants import clock_models as clocks
from loyalty.merchants import models as merchants
from loyalty.programs import cause_models as causes
from loyalty.programs import models as programs

MODULES = (
    analytics,
    campaigns,
    cards,
    causes,
    clocks,
    jobs,
    mail,
    outbox,
    schedules,
    counter,
    customers,
    feedback,
    imports,
    joins,
    ledger,
    merchants,
    programs,
    referrals,
    rollups,
)
METADATA = Base.metadata
