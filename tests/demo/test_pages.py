"""Every page of the product has something true to show on the demo's street, for every role."""

import re

import pytest
import sqlalchemy as sa

from loyalty.cards.models import Card
from loyalty.core.ids import ref
from loyalty.counter.models import Redemption, Visit
from loyalty.demo import links
from loyalty.demo.cafe import CAFE
from loyalty.demo.petshop import PET_SHOP
from loyalty.demo.salon import SALON
from loyalty.demo.shops import STREET
from loyalty.merchants.models import Merchant
from loyalty.merchants.roles import PERMISSIONS, Permission, Role
from loyalty.programs.models import Program
from tests.demo.conftest import EVENING
from tests.pages import Visitor

# Pages that list something, and what one must be allowed to open them.
LISTS = {
    "/portal/": Permission.REPORTS,
    "/portal/members": Permission.MEMBERS,
    "/portal/metrics": Permission.REPORTS,
    "/portal/lapsed": Permission.MEMBERS,
    "/portal/segments": Permission.MEMBERS,
    "/portal/programs": Permission.PROGRAMS,
    "/portal/causes": Permission.REPORTS,
    "/portal/remarks": Permission.REPORTS,
    "/portal/remarks/exits": Permission.REPORTS,
    "/portal/automations": Permission.CAMPAIGNS,
    "/portal/lost": Permission.MEMBERS,
    "/portal/posters": Permission.SETTINGS,
    "/portal/staff": Permission.STAFF,
    "/portal/staff/log": Permission.STAFF,
    "/portal/keys": Permission.KEYS,
    "/portal/evidence": Permission.STAFF,
    "/portal/data-kept": Permission.STAFF,
    "/portal/jobs": Permission.STAFF,
    "/portal/tills": Permission.TILLS,
    "/portal/tasks": Permission.REPORTS,
    "/portal/imports": Permission.IMPORT,
    "/portal/locations": Permission.SETTINGS,
    "/portal/campaigns": Permission.CAMPAIGNS,
    "/portal/deliverability": Permission.CAMPAIGNS,
    "/mail": Permission.MAIL,
    "/till/": Permission.ACCRUE,
    "/till/today": Permission.ACCRUE,
}
# Forms, doors, other languages, and what programs ask: nothing is listed there.
ASKING = {
    "/", "/portal/more", "/portal/search", "/robots.txt", "/sign-in", "/healthz", "/readyz",
    "/till/look-up", "/till/visits",
    "/sign-in/code", "/forgot", "/signup", "/portal/confirm", "/portal/account",
    "/portal/account/factor", "/portal/staff/roles", "/portal/staff/log.csv",
    "/portal/programs/new", "/till/customers", "/till/customers/new", "/till/customers/search",
    "/till/remarks",
    "/portal/exports", "/portal/shop", "/portal/campaigns/new", "/portal/deliverability/rules",
    "/portal/metrics.csv", "/portal/lapsed/limits", "/portal/segments/new",
    "/till/vouchers", "/till/people", "/till/pin", "/till/here", "/till/manifest.webmanifest",
    "/till/sw.js", "/till/pulse", "/till/shell", "/c/sw.js",
    "/portal/card", "/portal/card/preview", "/portal/welcome", "/portal/test-card",
    "/w", "/w/code", "/w/phones", "/w/lost",
}  # fmt: skip
EMPTY = 'class="empty"'
# Only the pet shop has a cause; of the few who visit this salon nobody has lapsed; nothing waits
# in the background of a healthy shop, and nobody has asked for mail.
RIGHTLY_EMPTY = (
    {(plan.name, "/portal/causes") for plan in STREET if plan is not PET_SHOP}
    | {(plan.name, path) for plan in STREET for path in ("/portal/jobs", "/mail")}
    | {(SALON.name, "/portal/lapsed")}
)


def test_the_lists_are_all_the_pages_there_are(app):
    plain = {
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in rule.methods and not rule.arguments and not rule.rule.startswith(("/api", "/_"))
    }
    assert plain - ASKING == set(LISTS)


@pytest.mark.parametrize("plan", STREET, ids=lambda plan: plan.key)
def test_each_role_signs_in_and_finds_rows_on_each_page_that_is_theirs(plan, signed_in):
    seen = set()
    for who in plan.workers:
        if who.role in seen:
            continue
        seen.add(who.role)
        visitor = signed_in(plan, who)
        for path, needed in LISTS.items():
            page = visitor.get(path)
            if needed not in PERMISSIONS[who.role]:
                assert page.status == 403, (who.role, path)
                continue
            assert page.status == 200, (who.role, path)
            if (plan.name, path) not in RIGHTLY_EMPTY:
                assert EMPTY not in page.html, (who.role, path)
    assert seen == set(Role)


def some(database, plan, model, *conditions, key=None):
    """The latest such row of the shop, or None."""
    with database.read() as session:
        return session.execute(
            sa.select(key or model.id)
            .join(Merchant, Merchant.id == model.merchant_id)
            .where(Merchant.name == plan.name, *conditions)
            .order_by(model.id.desc())
            .limit(1)
        ).scalar_one_or_none()


@pytest.fixture
def chiara(signed_in) -> Visitor:
    """The café's owner."""
    return signed_in(CAFE, CAFE.workers[0])


def test_a_visit_of_the_street_says_what_was_bought_and_why_it_earned(database, chiara):
    living = some(database, CAFE, Visit, Visit.voided_at.is_(None))
    for path in ("/till/visits/{}", "/till/visits/{}/receipt"):
        assert chiara.get(path.format(ref("vis", living))).status == 200
    cancelled = some(database, CAFE, Visit, Visit.voided_at.is_not(None))
    assert "nnullata" in chiara.get(f"/till/visits/{ref('vis', cancelled)}").words


@pytest.mark.parametrize(
    ("said", "conditions"),
    [
        ("Si può usare", (Redemption.state == "reserved", Redemption.until_at > EVENING)),
        ("Scaduto", (Redemption.state == "reserved", Redemption.until_at < EVENING)),
        ("Già consegnato", (Redemption.state == "fulfilled",)),
        ("Annullato", (Redemption.state == "cancelled",)),
    ],
)
def test_vouchers_of_the_street_are_open_used_cancelled_and_expired(
    database, signed_in, said, conditions
):
    plan = next(plan for plan in STREET if some(database, plan, Redemption, *conditions))
    code = some(database, plan, Redemption, *conditions, key=Redemption.code)
    assert said in signed_in(plan, plan.workers[0]).get(f"/till/vouchers/{code}").words


def test_a_lost_card_is_blocked_at_the_till(database, chiara):
    blocked = some(database, CAFE, Card, Card.blocked_at.is_not(None))
    assert "bloccata" in chiara.get(f"/till/cards/{ref('crd', blocked)}").words


def test_the_programs_page_shows_what_a_draft_would_change(chiara):
    words = chiara.get("/portal/programs").words
    assert "15:00" in words
    assert "ozza" in words


def test_the_log_of_the_bakery_says_what_changed_for_customers(app, database):
    program = some(database, STREET[1], Program)
    words = Visitor(app).get(f"/p/{ref('prg', program)}").words
    assert "12 mesi" in words
    assert "9 mesi" in words


@pytest.mark.parametrize("plan", STREET, ids=lambda plan: plan.key)
def test_a_printed_link_opens_the_card_of_somebody_who_comes_often(app, database, plan):
    front = next(each for each in links.fronts(database, at=EVENING) if each.name == plan.name)
    assert [door.what for door in front.doors] == [
        "owner",
        "manager",
        "marketer",
        "cashier",
        "card",
    ]
    door = front.doors[-1]
    phone = Visitor(app)
    path = re.sub("^https?://[^/]+", "", door.url)
    card = phone.submit(phone.get(path), "/c/open/")
    assert card.status == 200
    assert door.who.split()[0] in card.words
    statement = phone.get(f"{card.path}/statement")
    assert statement.status == 200
    assert EMPTY not in statement.html


def test_a_printed_link_lets_somebody_choose_a_password(app, database):
    front = links.fronts(database, at=EVENING)[0]
    path = re.sub("^https?://[^/]+", "", front.doors[0].url)
    page = Visitor(app).get(path)
    assert page.status == 200
    assert "Chiara Aurora" in page.html
