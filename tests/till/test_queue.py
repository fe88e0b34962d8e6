"""The phone's queue: a kept visit comes late, twice, in any order, and counts once in its time."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from loyalty import audit
from loyalty.cards import keeping
from loyalty.core import clock
from loyalty.core.clock import rfc3339
from loyalty.core.ids import random_code
from loyalty.counter.favourites import Product
from loyalty.counter.models import ScanRefusal, Visit, VisitLine
from loyalty.ledger.models import Operation
from loyalty.merchants import accounts
from loyalty.merchants.models import StaffAct
from loyalty.till.products import packed
from tests.pages import Visitor


class Phone:
    """A till whose script sends what it has kept."""

    def __init__(self, visitor: Visitor, language: str = "it") -> None:
        self.visitor = visitor
        self.language = language
        self.wake()

    def wake(self) -> None:
        """Ask who we are, as the till does after it has been opened."""
        told = self.ask("GET", "/till/pulse").get_json()
        self.by, self.csrf = told["by"], told["csrf"]

    def ask(self, method: str, path: str, **more):
        headers = {"Accept": "application/json", "Accept-Language": self.language}
        headers |= more.pop("headers", {})
        return self.visitor.client.open(path, method=method, headers=headers, **more)

    def kept(self, card, *, ago=timedelta(0), clock_off=timedelta(0), **more):
        """A visit as it lies on the phone."""
        at = clock.now()
        return {
            "key": random_code(26),
            "scan": card.code,
            "by": self.by,
            "happened_at": rfc3339(at - ago + clock_off),
            "sent_at": rfc3339(at + clock_off),
            **more,
        }

    def send(self, visit):
        """One visit of the queue."""
        return self.ask("POST", "/till/queue", json=visit, headers={"X-CSRFToken": self.csrf})


@pytest.fixture
def phone(bruno):
    return Phone(bruno)


def visits_of(shop):
    with shop.database.read() as session:
        return session.execute(sa.select(*Visit.__table__.columns).order_by(Visit.id)).all()


def test_a_kept_visit_counts_once_however_often_it_is_sent(shop, phone):
    carla = shop.card("points", name="Carla")
    visit = phone.kept(carla, amount_minor=1_240)
    first, again = phone.send(visit), phone.send(visit)
    assert (first.status_code, first.get_json()["state"]) == (200, "done")
    assert (again.status_code, again.get_json()["state"]) == (200, "known")
    assert first.get_json()["receipt"] == again.get_json()["receipt"]
    assert len(visits_of(shop)) == 1
    receipt = phone.visitor.get(first.get_json()["receipt"])
    assert "+12 punti per Carla" in receipt.words


def test_a_second_tap_on_the_same_page_is_the_first_visit_and_another_sale_is_not(shop, phone):
    carla = shop.card("points", name="Carla")
    visit = phone.kept(carla, ago=timedelta(minutes=2), amount_minor=1_240)
    phone.send(visit)
    assert phone.send({**visit, "happened_at": visit["sent_at"]}).get_json()["state"] == "known"
    other = phone.send({**visit, "amount_minor": 9_900})
    assert (other.status_code, other.get_json()["code"]) == (422, "key_reused")
    assert len(visits_of(shop)) == 1


def test_the_product_that_was_tapped_goes_with_the_kept_visit_and_belongs_to_what_was_sold(
    shop, phone
):
    carla = shop.card("stamps", name="Carla")
    espresso = packed(Product("ESP", "Espresso", "coffee"))
    visit = phone.kept(carla, pieces=2, product=espresso)
    assert phone.send(visit).get_json()["state"] == "done"
    with shop.database.read() as session:
        lines = session.execute(sa.select(VisitLine.sku, VisitLine.quantity_milli)).all()
    assert lines == [("ESP", 2_000)]
    orzo = packed(Product("ORZ", "Caffè d'orzo", "coffee"))
    assert phone.send({**visit, "product": orzo}).get_json()["code"] == "key_reused"
    assert phone.send(phone.kept(carla, pieces=1, product="%%%&=;")).status_code < 500


def test_a_late_visit_stands_at_its_own_time_and_says_that_it_came_later(shop, phone):
    carla = shop.card("points", name="Carla", at=clock.now() - timedelta(days=2))
    answer = phone.send(phone.kept(carla, ago=timedelta(hours=3), amount_minor=500))
    (visit,) = visits_of(shop)
    late = visit.recorded_at - visit.occurred_at
    assert abs(late - timedelta(hours=3)) < timedelta(minutes=1)
    receipt = phone.visitor.get(answer.get_json()["receipt"])
    assert "Registrata in cassa senza rete, arrivata più tardi." in receipt.words


def test_what_was_only_slow_happens_now_like_any_other_visit(shop, phone):
    carla = shop.card("points", name="Carla")
    answer = phone.send(phone.kept(carla, ago=timedelta(seconds=20), amount_minor=500))
    (visit,) = visits_of(shop)
    assert visit.occurred_at == visit.recorded_at
    assert "senza rete" not in phone.visitor.get(answer.get_json()["receipt"]).words


@pytest.mark.parametrize("off", [timedelta(days=1), timedelta(days=-1), timedelta(hours=2)])
def test_a_phone_whose_clock_is_wrong_records_at_the_right_time_and_is_told(shop, phone, off):
    carla = shop.card("points", name="Carla", at=clock.now() - timedelta(days=2))
    kept = phone.kept(carla, ago=timedelta(hours=1), clock_off=off, amount_minor=500)
    answer = phone.send(kept).get_json()
    (visit,) = visits_of(shop)
    assert abs(visit.recorded_at - visit.occurred_at - timedelta(hours=1)) < timedelta(minutes=1)
    assert abs(timedelta(minutes=answer["clock_off_minutes"]) - off) <= timedelta(minutes=1)


def test_a_clock_that_is_nearly_right_is_not_worth_a_word(shop, phone):
    kept = phone.kept(shop.card("points"), clock_off=timedelta(minutes=9), amount_minor=500)
    assert phone.send(kept).get_json()["clock_off_minutes"] == 0


def test_after_two_days_it_is_too_late_but_what_was_recorded_stays_known(shop, phone):
    carla = shop.card("points", name="Carla", at=clock.now() - timedelta(days=9))
    late = phone.kept(carla, ago=timedelta(hours=49), amount_minor=500)
    refused = phone.send(late)
    assert refused.status_code == 409
    assert refused.get_json()["heading"] == "È passato troppo tempo"
    assert "più di 48 ore" in refused.get_json()["said"]
    assert visits_of(shop) == []
    in_time = phone.kept(carla, ago=timedelta(hours=47), amount_minor=500)
    assert phone.send(in_time).get_json()["state"] == "done"
    much_later = rfc3339(clock.now() + timedelta(days=30))
    assert phone.send({**in_time, "sent_at": much_later}).get_json()["state"] == "known"


def test_an_answer_once_given_is_given_again_though_the_card_is_blocked_by_now(shop, phone):
    carla = shop.card("points", name="Carla")
    visit = phone.kept(carla, amount_minor=500)
    phone.send(visit)
    with shop.database.write() as session:
        keeping.block(session, duty=shop.owner, card_ref=carla.ref, reason="persa", at=clock.now())
    assert phone.send(visit).get_json()["state"] == "known"
    refused = phone.send(phone.kept(carla, amount_minor=500))
    assert (refused.status_code, refused.get_json()["heading"]) == (409, "La carta è bloccata")
    assert len(visits_of(shop)) == 1


def test_a_refusal_says_what_to_do_in_the_cashiers_language_and_is_kept(shop, bruno):
    phone = Phone(bruno, language="en")
    bruno.submit(bruno.get("/till/"), "/language", language="en")
    unknown = phone.send({**phone.kept(shop.card("points")), "scan": "ZZZZ-ZZZZ-ZZ"})
    assert unknown.status_code == 404
    assert unknown.mimetype == "application/problem+json"
    assert unknown.get_json()["heading"] == "This code is not from here"
    with shop.database.read() as session:
        kept = session.execute(sa.select(ScanRefusal.code, ScanRefusal.act)).all()
    assert kept == [("unknown_card", "receive")]


def test_a_stranger_who_sends_our_card_finds_nothing(shop, dario):
    carla = shop.card("points", name="Carla")
    theirs = Phone(dario)
    assert theirs.send(theirs.kept(carla, amount_minor=500)).status_code == 404
    assert visits_of(shop) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount_minor": -1},
        {"amount_minor": "12"},
        {"pieces": 100},
        {"key": "short"},
        {"happened_at": "yesterday"},
        {"scan": ""},
        {"more": 1},
    ],
)
def test_a_broken_visit_is_refused_with_a_sentence(shop, phone, wrong):
    answer = phone.send({**phone.kept(shop.card("points"), amount_minor=500), **wrong})
    assert answer.status_code == 422
    assert answer.get_json()["heading"]
    assert visits_of(shop) == []


def test_what_is_no_object_at_all_is_refused_too(phone):
    for body in ("[]", "nothing", "7"):
        headers = {"X-CSRFToken": phone.csrf, "Content-Type": "application/json"}
        assert phone.ask("POST", "/till/queue", data=body, headers=headers).status_code == 400


def test_without_a_session_or_with_an_old_secret_the_visit_is_not_to_blame(shop, phone, anybody):
    visit = phone.kept(shop.card("points"), amount_minor=500)
    csrf, phone.csrf = phone.csrf, "old"
    assert phone.send(visit).get_json()["code"] == "stale_form"
    phone.csrf = csrf
    page = phone.visitor.get("/till/")
    phone.visitor.submit(page, "/sign-out")
    phone.csrf = ""
    out = phone.ask("GET", "/till/pulse")
    assert (out.status_code, out.get_json()["code"]) == (401, "unauthenticated")
    assert phone.send(visit).get_json()["code"] == "stale_form"
    phone.visitor.sign_in(shop.cashier_email)
    phone.wake()
    assert phone.send(visit).get_json()["state"] == "done"


def actors(shop):
    with shop.database.read() as session:
        found = sa.select(Operation.actor).where(Operation.kind == "visit").order_by(Operation.id)
        return session.execute(found).scalars().all()


def test_a_visit_stays_with_who_served_though_somebody_else_sends_it(shop, phone):
    visit = phone.kept(shop.card("points"), amount_minor=500)
    phone.visitor.submit(phone.visitor.get("/till/"), "/sign-out")
    phone.visitor.sign_in(shop.owner_email)
    phone.wake()
    assert phone.send(visit).get_json()["state"] == "done"
    assert phone.send(visit).get_json()["state"] == "known"
    assert actors(shop) == [shop.cashier.actor]


def test_a_visit_stays_with_who_served_though_they_work_here_no_more(shop, phone):
    visit = phone.kept(shop.card("points"), amount_minor=500)
    phone.visitor.submit(phone.visitor.get("/till/"), "/sign-out")
    with shop.database.write() as session:
        accounts.dismiss_staff(session, merchant_id=shop.merchant_id, staff_ref=shop.cashier.actor)
    phone.visitor.sign_in(shop.owner_email)
    phone.wake()
    assert phone.send(visit).get_json()["state"] == "done"
    assert actors(shop) == [shop.cashier.actor]


def test_nobody_records_in_the_name_of_another(shop, phone, aurora):
    elsewhere = Phone(aurora).by  # sealed for another phone
    mine = phone.kept(shop.card("points"), amount_minor=500)
    for by in (elsewhere, f"{shop.owner.actor}.{'0' * 26}", shop.owner.actor, "-"):
        phone.send({**mine, "key": random_code(26), "by": by})
    assert set(actors(shop)) == {shop.cashier.actor}
    assert len(actors(shop)) == 4


def test_nobody_serves_their_own_card_by_way_of_the_queue(shop, phone):
    own = shop.card("points", email=shop.cashier_email)
    refused = phone.send(phone.kept(own, amount_minor=500))
    assert (refused.status_code, refused.get_json()["heading"]) == (409, "È la tua carta")


def test_the_books_are_clean_after_a_queue_of_both_programs(shop, phone):
    points, stamps = shop.card("points"), shop.card("stamps")
    for hours in range(5, 0, -1):
        ago = timedelta(hours=hours)
        for visit in (
            phone.kept(points, ago=ago, amount_minor=250),
            phone.kept(stamps, ago=ago, pieces=3, category="coffee"),
        ):
            assert phone.send(visit).get_json()["state"] == "done"
    with shop.database.read() as session:
        assert audit.audit(session) == []


def test_who_gives_a_refused_visit_up_stands_in_the_staff_log(shop, phone):
    key = random_code(26)
    body = {"key": key, "amount_minor": 500}
    headers = {"X-CSRFToken": phone.csrf}
    answer = phone.ask("POST", "/till/queue/discarded", json=body, headers=headers)
    assert answer.get_json() == {"state": "noted"}
    with shop.database.read() as session:
        act = session.execute(sa.select(*StaffAct.__table__.columns)).one()
    assert (act.actor, act.act, act.target) == (shop.cashier.actor, "visit.discard", key)
    assert act.facts == {"amount_minor": 500}
    assert act.device is not None
