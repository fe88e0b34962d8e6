"""Every table of the product, gathered for migrations and tests."""

from loyalty.analytics import models as analytics
from loyalty.analytics import pulse_models as pulses
from loyalty.automations import models as automations
from loyalty.campaigns import models as campaigns
from loyalty.cards import join_models as joins
from loyalty.cards import models as cards
from loyalty.cards import referral_models as referrals
from loyalty.core import jobs, mail, outbox, pictures, schedules
from loyalty.core.db import Base
from loyalty.counter import models as counter
from loyalty.counter import trial_models as trials
from loyalty.counter.rollups import models as rollups
from loyalty.customers import models as customers
from loyalty.customers import record_models as records
from loyalty.feedback import loss_models as losses
from loyalty.feedback import models as feedback
from loyalty.imports import models as imports
from loyalty.imports import upload_models as uploads
from loyalty.ledger import models as ledger
from loyalty.members import models as members
from loyalty.merchants import access_models as access
from loyalty.merchants import card_look_models as card_looks
from loyalty.merchants import clock_models as clocks
from loyalty.merchants import models as merchants
from loyalty.merchants import staff_look_models as staff_looks
from loyalty.programs import cause_models as causes
from loyalty.programs import models as programs
from loyalty.programs import photo_models as photos
from loyalty.tasks import models as tasks

MODULES = (
    access,
    pulses,
    analytics,
    automations,
    campaigns,
    cards,
    card_looks,
    causes,
    clocks,
    jobs,
    mail,
    outbox,
    photos,
    pictures,
    schedules,
    counter,
    trials,
    customers,
    feedback,
    imports,
    joins,
    ledger,
    losses,
    staff_looks,
    members,
    staff_looks,
    merchants,
    programs,
    records,
    referrals,
    rollups,
    tasks,
    uploads,
)
METADATA = Base.metadata
