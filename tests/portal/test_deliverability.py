"""Whether letters arrive: records asked of a real name server, a test letter, who is barred."""

import base64

import pytest

from loyalty.campaigns import instance, suppression
from loyalty.campaigns.suppression import BOUNCE, COMPLAINT, UNSUBSCRIBED
from loyalty.worker import lookups
from tests.pages import Visitor
from tests.portal.letters import desk, launched, people, postbox
from tests.rigs.names import open_names

__all__ = ["desk", "postbox"]
PAGE, DOMAIN = "/portal/deliverability", "card.example.it"


@pytest.fixture
def names(monkeypatch):
    with open_names() as server:
        monkeypatch.setattr(lookups, "resolver", server.resolver)
        yield server


@pytest.fixture
def aurora(desk, app, shop):
    visitor = Visitor(app)
    assert visitor.sign_in(shop.owner_email).status == 200
    return visitor


def looked(aurora, desk):
    """Asks, lets the worker look, and opens the page."""
    asked = aurora.submit(aurora.get(PAGE), f"{PAGE}/records")
    assert "Stiamo chiedendo" in asked.words
    desk.work()
    return aurora.get(PAGE)


def key_of(desk):
    """Our public key as it stands in the DNS."""
    key = instance.signing_key(desk.database.settings.data)
    return base64.b64encode(instance.public_record(key)).decode()


def test_records_that_are_right_are_in_order(aurora, desk, names):
    key = key_of(desk)
    names.records = {
        (DOMAIN, "TXT"): ['"google-site=1"', '"v=spf1 mx ~all"'],
        (f"loyalty._domainkey.{DOMAIN}", "TXT"): [f'"v=DKIM1; k=rsa; p={key[:200]}" "{key[200:]}"'],
        ("_dmarc.example.it", "TXT"): ['"v=DMARC1; p=none"'],  # that of the domain above it
        (DOMAIN, "MX"): ["10 mail.example.it."],
    }
    page = looked(aurora, desk)
    assert page.words.count("a posto") == 4
    assert "mail.example.it" in page.words


def test_each_record_that_is_wrong_says_what_to_do(aurora, desk, names):
    names.records = {
        (DOMAIN, "TXT"): ['"v=spf1 a ~all"', '"v=spf1 mx ~all"'],
        (f"loyalty._domainkey.{DOMAIN}", "TXT"): ['"v=DKIM1; p=AAAA"'],
        (DOMAIN, "MX"): ["10 mail.example.it."],
    }
    page = looked(aurora, desk)
    assert "ce ne sono due: tienine uno" in page.words
    assert "c'è un'altra chiave" in page.words
    assert "manca" in page.words


def test_an_open_spf_protects_nothing(aurora, desk, names):
    names.records = {(DOMAIN, "TXT"): ['"v=spf1 +all"']}
    assert "non protegge" in looked(aurora, desk).words


def test_a_name_server_that_says_nothing_costs_some_seconds_and_is_told(aurora, desk, names):
    names.is_silent = True
    page = looked(aurora, desk)
    assert page.words.count("nessuna risposta: riprova") == 4


def test_what_to_set_stands_there_to_be_copied(aurora, desk):
    page = aurora.get(PAGE)
    assert key_of(desk) in page.html
    assert f"_dmarc.{DOMAIN}" in page.html
    assert "v=spf1" in page.html
    assert "/api/v1/campaigns/returned" in page.html


def test_a_test_letter_says_what_the_server_answered(aurora, desk, postbox, shop):
    aurora.submit(aurora.get(PAGE), f"{PAGE}/hello")
    desk.work()
    (mail,) = postbox.arrived
    assert mail["To"] == shop.owner_email
    assert mail["DKIM-Signature"]
    assert "Il server di posta l'ha presa" in aurora.get(PAGE).words
    postbox.rcpt = ["550 5.1.1 nobody"]
    aurora.submit(aurora.get(PAGE), f"{PAGE}/hello")
    desk.work()
    assert "Il server non la vuole per questo indirizzo. (5.1.1)" in aurora.get(PAGE).words


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        (UNSUBSCRIBED, "È la sua volontà"),
        (BOUNCE, "quell'indirizzo non esiste"),
        (COMPLAINT, "non si può riaprire"),
    ],
)
def test_one_address_can_be_looked_up_and_nobody_on_the_staff_can_open_it_again(
    aurora, desk, shop, reason, said, caplog
):
    with desk.database.write() as session:
        suppression.add(
            session, merchant_id=shop.merchant_id, reason=reason, at=desk.now,
            address_hash=suppression.hash_of("anna@example.it"),
        )  # fmt: skip
    page = aurora.submit(aurora.get(PAGE), f"{PAGE}/address", email="Anna@Example.it")
    assert said in page.words
    assert page.path == f"{PAGE}/address"
    assert "example.it" not in caplog.text.replace(shop.owner_email, "")
    other = aurora.submit(page, f"{PAGE}/address", email="bea@example.it")
    assert "Non è nell'elenco" in other.words
    wrong = aurora.submit(page, f"{PAGE}/address", email="boh")
    assert wrong.status == 422


def test_another_shops_list_is_not_asked(aurora, desk, stranger):
    with desk.database.write() as session:
        suppression.add(
            session, merchant_id=stranger.merchant_id, reason=BOUNCE, at=desk.now,
            address_hash=suppression.hash_of("anna@example.it"),
        )  # fmt: skip
    page = aurora.submit(aurora.get(PAGE), f"{PAGE}/address", email="anna@example.it")
    assert "Non è nell'elenco" in page.words


def test_the_shop_says_who_writes_when_and_where_answers_go(aurora, desk, postbox):
    rules = aurora.get(f"{PAGE}/rules")
    saved = aurora.submit(
        rules, f"{PAGE}/rules", sender_name="Chiara, Caffè Aurora", reply_to="banco@example.it",
        identity="Aurora srl, via Po 7, Torino", from_hour="8", until_hour="21",
    )  # fmt: skip
    assert saved.status == 200
    people(desk, "Anna")
    launched(aurora, desk)
    (mail,) = postbox.arrived
    assert "Chiara, Caffè Aurora" in mail["From"]
    assert mail["Reply-To"] == "<banco@example.it>" or mail["Reply-To"] == "banco@example.it"
    assert "via Po 7" in postbox.text()
    signed = mail["DKIM-Signature"].replace(" ", "")
    assert "reply-to" in signed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"from_hour": "20", "until_hour": "9"}, "fuori misura"),
        ({"cap": "0"}, "fra 1 e 30"),
        ({"reply_to": "io@"}, "indirizzo e-mail"),
        ({"an_hour": "mille"}, "numero intero"),
    ],
)
def test_rules_that_make_no_sense_are_refused_at_their_field(aurora, desk, typed, said):
    page = aurora.submit(aurora.get(f"{PAGE}/rules"), f"{PAGE}/rules", **typed)
    assert page.status == 422
    assert said in page.words


def test_two_people_who_change_the_rules_hear_of_each_other(aurora, desk):
    page = aurora.get(f"{PAGE}/rules")
    aurora.submit(page, f"{PAGE}/rules", cap="3")
    late = aurora.submit(page, f"{PAGE}/rules", cap="5")
    assert late.status == 409
    assert late.form(f"{PAGE}/rules").fields["cap"] == "5"
