"""The product's own chores. A new one: its handler in a module beside this, and a line here."""

from loyalty.campaigns import launching
from loyalty.campaigns import trials as mail_trials
from loyalty.cards import wallet_door
from loyalty.core import mail
from loyalty.core.schedules import Daily, Every
from loyalty.counter import trials
from loyalty.imports import uploads
from loyalty.members import bulk
from loyalty.merchants import staffing
from loyalty.worker import (
    answering,
    automating,
    campaigning,
    clockwork,
    forgotten,
    importing,
    members,
    picturing,
    post,
    pulse,
    referring,
    retention,
    sweep,
    tasking,
    trialing,
    trying,
)
from loyalty.worker.registry import Registry

_FIVE_MINUTES = 300

CHORES = Registry()
CHORES.add("jobs.sweep", sweep.run, every=Daily("02:40"))
CHORES.add("data.retention", retention.run, every=Daily("03:10"))
CHORES.add("units.expire", clockwork.expire, every=Every(_FIVE_MINUTES))
CHORES.add("units.activate", clockwork.activate, every=Every(_FIVE_MINUTES))
CHORES.add("tiers.review", clockwork.review, every=Every(3_600))
CHORES.add("pulse.take", pulse.run, every=Every(3_600))
CHORES.add("referrals.decide", referring.run, every=Every(3_600))
CHORES.add("tiers.adopt", clockwork.adopt, on=["program.published"])
CHORES.add("units.lengthen", clockwork.lengthen, on=["program.lengthened"])
CHORES.add(launching.TEND, campaigning.tend, every=Every(60))
CHORES.add(automating.TEND, automating.tend, every=Every(_FIVE_MINUTES))
CHORES.add(campaigning.SEND, campaigning.send)
CHORES.add(mail_trials.JOB, trialing.run)
CHORES.add(uploads.TRY, importing.attempt)
CHORES.add(uploads.RUN, importing.carry_out)
CHORES.add(uploads.UNDO, importing.take_back)
CHORES.add("imports.sweep", importing.sweep, every=Daily("02:50"))
CHORES.add("pictures.sweep", picturing.run, every=Daily("02:55"))
CHORES.add("tasks.notice", tasking.run, every=Every(3_600))
CHORES.add(mail.SEND, post.send)
CHORES.add(wallet_door.ANSWER, answering.answer)
CHORES.add(trials.JOB, trying.run)
CHORES.add(bulk.JOB, members.run)
CHORES.add(staffing.FORGOTTEN, forgotten.answer)
