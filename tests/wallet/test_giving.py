"""What a shop gives to others, for everybody to check: it adds up to the ledger, to the cent."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty.audit import audit
from loyalty.core import clock
from loyalty.core.ids import ref
from loyalty.core.money import Money, format_amount
from loyalty.counter import causes
from loyalty.counter.causes import Payment
from loyalty.ledger.models import Account, Posting
from tests.club import CLUB
from tests.days import today


@pytest.fixture
def giving(shop):
    """A shop whose sales have promised 10.40 to the shelter, 2.40 of it still waiting."""
    shop.program("club", CLUB)
    card = shop.card("club")
    shop.visit(card, 40_000, at=clock.now() - timedelta(days=30))
    shop.visit(card, 12_000, at=clock.now())
    return shop


def page_of(shop, program="club"):
    return f"/p/{shop.programs[program]}/cause"


def pay(shop, minor, receipt):
    payment = Payment("rifugio", Money(minor, "EUR"), today(), receipt)
    with shop.database.write() as session:
        paid = causes.pay(session, duty=shop.owner, payment=payment, intent=None, at=clock.now())
        return ref("pay", paid.payout.id)


def posted(shop):
    """What the ledger's postings say was promised, in minor units: what came in less what went."""
    with shop.database.read() as session:
        mine = sa.select(Account.id).where(Account.unit == "cause.rifugio", Account.kind == "card")
        came = sa.select(sa.func.sum(Posting.units)).where(Posting.to_id.in_(mine))
        went = sa.select(sa.func.sum(Posting.units)).where(Posting.from_id.in_(mine))
        assert audit(session) == []
        return (session.scalar(came) or 0) - (session.scalar(went) or 0)


def test_anybody_reads_what_is_promised_paid_and_still_to_come(giving, anybody):
    pay(giving, 500, "CRO 123")
    page = anybody.get(page_of(giving))
    assert "Rifugio dei gatti Codice fiscale 94012345678" in page.words
    assert f"Promesso in tutto {format_amount(posted(giving), 'EUR', 'it')}" in page.words
    assert "Promesso in tutto 10,40 €" in page.words
    assert "Versato finora 5,00 €" in page.words
    assert "Da versare adesso 3,00 €" in page.words
    assert "In attesa che passi il tempo dei rimborsi 2,40 €" in page.words
    assert "Ricevuta: CRO 123" in page.words


def test_a_payout_taken_back_stands_beside_it_with_its_reason(giving, anybody):
    wrong = pay(giving, 500, "CRO 123")
    with giving.database.write() as session:
        causes.take_back(
            session, duty=giving.owner, payout_ref=wrong, reason="era 4", at=clock.now()
        )
    page = anybody.get(page_of(giving))
    assert "Ricevuta: CRO 123" in page.words
    assert "Ripreso: era 4" in page.words
    assert "Versato finora 0,00 €" in page.words


def test_rules_and_card_lead_there_and_a_shop_without_a_cause_has_no_such_page(
    giving, stranger, anybody, phone
):
    card = giving.card("club", at=clock.now())
    assert page_of(giving) in phone(card).get(f"/c/{card.ref}").links
    assert page_of(giving) in anybody.get(f"/p/{giving.programs['club']}").links
    nothing = anybody.get(f"/p/{stranger.programs['points']}")
    assert not [link for link in nothing.links if link.endswith("/cause")]
    for path in (page_of(stranger, "points"), "/p/prg_" + "0" * 26 + "/cause", "/p/x/cause"):
        assert anybody.get(path).status == 404
