"""Every table of the product, gathered for migrations and tests."""

from loyalty.cards import models as cards
from loyalty.core import outbox
from loyalty.core.db import Base
from loyalty.counter import models as counter
from loyalty.customers import models as customers
from loyalty.imports import models as imports
from loyalty.ledger import models as ledger
from loyalty.merchants import models as merchants
from loyalty.programs import models as programs

MODULES = (cards, outbox, counter, customers, imports, ledger, merchants, programs)
METADATA = Base.metadata
