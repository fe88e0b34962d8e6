"""Segments by a form without JavaScript: put together, looked at, kept, changed and dropped."""

import pytest
import sqlalchemy as sa

from loyalty.analytics import saved
from loyalty.analytics.models import Segment
from loyalty.campaigns import drafts
from loyalty.campaigns.drafts import Plan
from loyalty.core import clock
from loyalty.merchants.models import StaffAct

LIST, NEW = "/portal/segments", "/portal/segments/new"


@pytest.fixture
def folk(shop):
    """Ada spent 30 in two visits, Bea nothing, Ciro 5."""
    cards = {name: shop.card("points", name=name) for name in ("Ada", "Bea", "Ciro")}
    for name, cents in (("Ada", 1_000), ("Ada", 2_000), ("Ciro", 500)):
        shop.visit(cards[name], cents, at=clock.now())
    return cards


def kept(shop):
    with shop.database.read() as session:
        rows = session.execute(sa.select(Segment).order_by(Segment.id)).scalars().all()
        session.expunge_all()
    return rows


def send(visitor, page, path=NEW, **typed):
    form = page.form(path)
    return visitor.post(path, {**form.fields, **{k.replace("_", "-"): v for k, v in typed.items()}})


def spenders(visitor, path=NEW, **more):
    """The form, filled with: has spent at least 10."""
    page = send(visitor, visitor.get(path), path, all_0_field="spend_minor", deed="look")
    return send(visitor, page, path, all_0_first="10", **more)


def test_the_house_has_segments_with_how_many_are_in_them(folk, aurora):
    page = aurora.get(LIST)
    assert page.status == 200
    for said in ("Allontanati", "Primo piano", "Prima indica il margine", "Ancora nessuno tuo"):
        assert said in page.words
    assert "/portal/members?segment=new" in page.links
    assert "Ada" in aurora.get("/portal/members?segment=new").words


def test_a_segment_is_put_together_step_by_step_without_javascript(folk, shop, aurora):
    looked = spenders(aurora, deed="look")
    assert looked.status == 200
    assert "1 cliente" in looked.words
    assert "ha speso 30,00 €" in looked.words
    more = send(aurora, looked, deed="add-none")
    assert 'name="none-0-field"' in more.html
    asked = send(aurora, more, none_0_field="visits", deed="look")
    none = send(aurora, asked, none_0_op="gte", none_0_first="2", deed="look")
    assert "0 clienti" in none.words
    assert "Nessuno è così" in none.words
    without = send(aurora, none, deed="drop-none-0")
    assert "1 cliente" in without.words
    done = send(aurora, without, name="Spendono", deed="save")
    assert "Il segmento è salvato" in done.words
    (one,) = kept(shop)
    assert (one.key, one.name) == ("spendono", "Spendono")
    assert one.audience == {"all": [{"field": "spend_minor", "op": "gte", "value": 1_000}]}


def test_the_same_twice_is_one(folk, shop, aurora):
    page = spenders(aurora, deed="look")
    for _ in range(2):
        send(aurora, page, name="Spendono", deed="save")
    assert [one.key for one in kept(shop)] == ["spendono"]


def test_a_kept_segment_is_a_view_of_the_members(folk, aurora):
    spenders(aurora, name="Spendono", deed="save")
    assert "/portal/members?segment=spendono" in aurora.get("/portal/members").links
    page = aurora.get("/portal/members?segment=spendono")
    assert "Segmento: Spendono" in page.words
    assert "Ada" in page.words
    assert "Ciro" not in page.words
    assert "Spesa" in aurora.get(LIST).words or "Ha speso" in aurora.get(LIST).words
    gone = aurora.get("/portal/members?segment=gone-long-ago")
    assert gone.status == 200
    assert "Nessun cliente è così" in gone.words


def test_a_segment_is_changed_and_renamed(folk, shop, aurora):
    spenders(aurora, name="Spendono", deed="save")
    page = aurora.get(f"{LIST}/spendono")
    assert 'value="10"' in page.html
    done = send(aurora, page, f"{LIST}/spendono", name="Spendono poco", all_0_op="lte", deed="save")
    assert "Spendono poco" in done.words
    (one,) = kept(shop)
    assert (one.key, one.name, one.audience["all"][0]["op"]) == ("spendono", "Spendono poco", "lte")


def test_two_people_at_one_segment_hear_of_each_other(folk, shop, aurora):
    spenders(aurora, name="Spendono", deed="save")
    mine, theirs = aurora.get(f"{LIST}/spendono"), aurora.get(f"{LIST}/spendono")
    send(aurora, theirs, f"{LIST}/spendono", all_0_first="20", deed="save")
    page = send(aurora, mine, f"{LIST}/spendono", name="Il mio nome", deed="save")
    assert page.status == 409
    assert "Qualcun altro ha salvato" in page.words
    assert 'value="Il mio nome"' in page.html
    assert "almeno 20,00 €" in page.words


def test_a_segment_goes_unless_a_campaign_uses_it(folk, shop, aurora):
    spenders(aurora, name="Spendono", deed="save")
    letter = {"it": {"subject": "Ciao", "body": "Ciao"}}
    plan = Plan("Di ritorno", {"any": [{"segment": "spendono"}]}, letter)
    with shop.database.write() as session:
        drafts.create(session, duty=shop.owner, plan=plan, at=clock.now())
    page = aurora.submit(aurora.get(LIST), f"{LIST}/spendono/drop")
    assert page.status == 409
    assert "Di ritorno" in page.words
    assert len(kept(shop)) == 1


def test_a_segment_that_nothing_uses_goes_and_the_log_says_so(folk, shop, aurora):
    spenders(aurora, name="Spendono", deed="save")
    assert "non c'è più" in aurora.submit(aurora.get(LIST), f"{LIST}/spendono/drop").words
    assert kept(shop) == []
    assert aurora.get(f"{LIST}/spendono").status == 404
    with shop.database.read() as session:
        acts = session.execute(sa.select(StaffAct.act).order_by(StaffAct.id)).scalars().all()
    assert acts == ["segment.save", "segment.drop"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"all_0_first": "molto"}, "Scrivi una somma"),
        ({"all_0_first": "1" * 300}, "Scrivi una somma"),
        ({"all_0_field": ""}, "Scegli almeno una condizione"),
        ({"all_0_field": "state", "all_0_op": "in"}, "Scegline almeno uno"),
        ({"all_0_field": "visits", "all_0_first": "-1"}, "Scrivi un numero intero"),
        ({"name": ""}, "Dai un nome"),
        ({"name": "x" * 10_000}, "Al massimo 80 caratteri"),
        ({"name": "\u202e"}, "Dai un nome"),
    ],
)
def test_what_makes_no_sense_is_said_where_it_stands(folk, shop, aurora, typed, said):
    page = spenders(aurora, name="Prova", deed="look")
    refused = send(aurora, page, **{"deed": "save", **typed})
    assert refused.status == 422
    assert said in refused.words
    assert kept(shop) == []


def test_hostile_words_are_shown_as_words(folk, aurora):
    page = send(aurora, aurora.get(NEW), all_0_field="bought.sku", deed="look")
    looked = send(
        aurora, page, name="<b>\x00", all_0_first="<script>alert(1)</script>, a", deed="look"
    )
    assert looked.status == 200
    assert "<script>alert(1)" not in looked.html
    assert "0 clienti" in looked.words


def test_what_another_program_wrote_is_said_in_words_and_may_be_renamed(folk, shop, aurora):
    nested = {"all": [{"any": [{"segment": "lost"}, {"field": "visits", "op": "gte", "value": 2}]}]}
    with shop.database.write() as session:
        saved.save(session, duty=shop.owner, name="Di altri", audience=nested, at=clock.now())
    page = aurora.get(f"{LIST}/di-altri")
    assert "Un altro programma ha composto" in page.words
    send(aurora, page, f"{LIST}/di-altri", name="Nostro", deed="save")
    (one,) = kept(shop)
    assert (one.name, one.audience) == ("Nostro", nested)


def test_several_segments_are_named_in_one_breath(folk, shop, aurora):
    any_of = {"any": [{"segment": "cooling"}, {"segment": "lapsed"}, {"segment": "lost"}]}
    with shop.database.write() as session:
        saved.save(session, duty=shop.owner, name="Da rivedere", audience=any_of, at=clock.now())
    assert "Segmento: Rallentano, Allontanati oppure Persi" in aurora.get(LIST).words


def test_a_segment_of_another_shop_is_not_there(folk, stranger, aurora, bruno):
    with stranger.database.write() as session:
        saved.save(session, duty=stranger.owner, name="Loro", audience={"segment": "lost"},
                   at=clock.now())  # fmt: skip
    assert aurora.get(f"{LIST}/loro").status == 404
    assert bruno.get(LIST).status == 403
