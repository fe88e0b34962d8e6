"""The staff log: who did what, to what, when; filtered, and taken away as a file."""

import ast
import csv
import io
from pathlib import Path

import loyalty
from loyalty.core import clock
from loyalty.merchants.acts import note
from loyalty.merchants.sessions import FRESH_MINUTES
from loyalty.portal.act_words import GROUPS, WORDS, of_group
from tests.builders import PASSWORD
from tests.tills import add_till, later


def test_every_act_of_the_code_has_words_in_both_languages():
    acts = set()
    for path in Path(loyalty.__file__).parent.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and _is_note(call):
                named = [word.value for word in call.keywords if word.arg == "act"]
                acts |= {part.value for value in named for part in _texts(value)}
    assert len(acts) >= 30
    missing = acts - WORDS.keys()
    assert not missing, f"give these acts their words in portal/act_words.py: {sorted(missing)}"
    assert all(words.it and words.en and words.it != words.en for words in WORDS.values())


def _is_note(call):
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    return name in ("note", "note_approval")


def _texts(value):
    return [part for part in ast.walk(value) if isinstance(part, ast.Constant)]


def test_the_log_says_who_did_what_to_whom(shop, aurora):
    aurora.submit(
        aurora.get("/portal/staff"), "/portal/staff", name="Gino", email="gino@example.it"
    )
    words = aurora.get("/portal/staff/log").words
    assert "Aurora ha fatto un link per entrare Gino" in words


def test_filters_stand_in_the_address_and_each_can_be_taken_away(shop, aurora, monkeypatch):
    add_till(aurora)
    later(monkeypatch, days=10)
    aurora.sign_in(shop.owner_email)
    aurora.submit(
        aurora.get("/portal/staff"), "/portal/staff", name="Gino", email="gino@example.it"
    )
    tills = aurora.get("/portal/staff/log?act=device")
    assert "ha preparato una cassa" in tills.words
    assert "ha fatto un link" not in tills.words
    week = aurora.get("/portal/staff/log?period=7")
    assert "ha preparato una cassa" not in week.words
    mine = aurora.get(f"/portal/staff/log?person={shop.owner.actor}&act=staff&period=7")
    assert mine.links.count(f"/portal/staff/log?person={shop.owner.actor}&act=staff") == 1
    assert "Nessuno ha fatto" in aurora.get("/portal/staff/log?act=pin").words
    for nonsense in ("?person=x&act=x&period=x", "?before=x", "?period=own&from=x", "?person=%00"):
        assert aurora.get(f"/portal/staff/log{nonsense}").status == 200


def test_pages_go_on_by_key(shop, aurora):
    with shop.database.write() as session:
        for number in range(120):
            target = shop.cashier.actor
            note(session, duty=shop.owner, act="job.retry", target=target, at=clock.now(), n=number)
    seen, path = 0, "/portal/staff/log"
    while path:
        page = aurora.get(path)
        seen += page.words.count("ha fatto riprovare un lavoro")
        path = next((link for link in page.links if "before=" in link), None)
    assert seen == 120


def test_the_file_holds_exactly_what_is_filtered_and_no_formula(shop, aurora):
    evil = '=HYPERLINK("http://evil.example")'
    aurora.submit(aurora.get("/portal/account"), "/portal/account", name=evil)
    add_till(aurora)
    answer = aurora.client.get("/portal/staff/log.csv?act=device")
    rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
    assert rows[0] == ["Quando", "Chi", "Che cosa", "A chi o a che cosa", "A quale cassa"]
    assert len(rows) == 2
    assert rows[1][1] == f"'{evil}"
    assert rows[1][2] == "ha preparato una cassa"


def test_every_group_has_acts():
    assert all(of_group(group) for group in GROUPS)
    assert not of_group("nonsense")


def test_the_file_asks_again_who_it_is_and_leads_back_to_where_it_is_taken(aurora, monkeypatch):
    later(monkeypatch, minutes=FRESH_MINUTES + 1)
    asked = aurora.get("/portal/staff/log.csv?act=device&period=28")
    assert asked.path == "/portal/confirm"
    back = aurora.submit(asked, "/portal/confirm", proof=PASSWORD)
    assert back.path == "/portal/staff/log"
    assert "Adesso il file si può scaricare" in back.words
    (link,) = [link for link in back.links if "log.csv" in link]
    assert "act=device" in link
    assert "period=28" in link
    assert aurora.client.get(link).mimetype == "text/csv"
