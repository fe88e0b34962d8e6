"""The product's own chores. A new one: its handler in a module beside this, and a line here."""

from loyalty.campaigns import launching
from loyalty.cards import wallet_door
from loyalty.core import mail
from loyalty.core.schedules import Daily, Every
from loyalty.worker import answering, campaigning, clockwork, post, referring, retention, sweep
from loyalty.worker.registry import Registry

_FIVE_MINUTES = 300

CHORES = Registry()
CHORES.add("jobs.sweep", sweep.run, every=Daily("02:40"))
CHORES.add("data.retention", retention.run, every=Daily("03:10"))
CHORES.add("units.expire", clockwork.expire, every=Every(_FIVE_MINUTES))
CHORES.add("units.activate", clockwork.activate, every=Every(_FIVE_MINUTES))
CHORES.add("tiers.review", clockwork.review, every=Every(3_600))
CHORES.add("referrals.decide", referring.run, every=Every(3_600))
CHORES.add("tiers.adopt", clockwork.adopt, on=["program.published"])
CHORES.add("units.lengthen", clockwork.lengthen, on=["program.lengthened"])
CHORES.add(launching.TEND, campaigning.tend, every=Every(60))
CHORES.add(campaigning.SEND, campaigning.send)
CHORES.add(mail.SEND, post.send)
CHORES.add(wallet_door.ANSWER, answering.answer)
