"""The member list as a test asks for it."""

from loyalty.core.ids import parse_ref
from loyalty.members import listing
from loyalty.members.criteria import Criteria
from loyalty.members.listing import Place, Wanted
from loyalty.members.matching import Scope
from tests.builders import NOW


def scope(shop, at=NOW):
    """The shop's list now."""
    return Scope(shop.merchant_id, "EUR", "Europe/Rome", at)


def wanted(shop, at=NOW, words="", pot=None, **said):
    """Who is asked for, as an address says it."""
    return Wanted(scope(shop, at), Criteria.read(said), words, pot)


def names(shop, at=NOW, words="", pot=None, **said):
    """Who matches, by name and in order; the pages are small, so that they are turned."""
    asked, place, found, counted = wanted(shop, at, words, pot, **said), None, [], []
    with shop.database.read() as session:
        while True:
            page = listing.page(session, wanted=asked, place=place, limit=2)
            counted.append(page.total)
            found += [one.name for one in page.members]
            if not page.has_after:
                break
            place = Place(page.members[-1].ref)
        assert listing.count(session, wanted=asked) == len(found)
        assert set(counted) <= {None, len(found)}  # what a page knows on the way
    return found


def whose_id(card):
    """The customer's id."""
    return parse_ref("cus", card.customer)
