"""The product's own chores. A new one: its handler in a module beside this, and a line here."""

from loyalty.core.schedules import Daily
from loyalty.worker import sweep
from loyalty.worker.registry import Registry

CHORES = Registry()
CHORES.add("jobs.sweep", sweep.run, every=Daily("02:40"))
