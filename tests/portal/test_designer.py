"""The program designer without JavaScript: begin, change, keep, and meet one another."""

import re

import pytest
import sqlalchemy as sa

from loyalty.core.ids import parse_ref
from loyalty.merchants.models import StaffAct
from loyalty.programs import drafts
from loyalty.programs.models import Program
from tests.pages import Visitor
from tests.programs import POINTS, with_changes

BOUNDS = re.compile(r'name="([^"]+)"')


def newest(shop, program="points"):
    with shop.database.read() as session:
        program_id = parse_ref("prg", shop.programs[program])
        return drafts.newest(session, merchant_id=shop.merchant_id, program_id=program_id)


def path(shop, page="draft", program="points"):
    return f"/portal/programs/{shop.programs[program]}/{page}"


def acts(shop):
    with shop.database.read() as session:
        return list(session.execute(sa.select(StaffAct.act)).scalars())


def begun(shop, aurora, goal="visits", **typed):
    page = aurora.get(f"/portal/programs/new?goal={goal}")
    made = aurora.submit(page, "/portal/programs/new", start=goal, **typed)
    shop.programs["new"] = made.path.split("/")[3]
    return made


@pytest.mark.parametrize("goal", ["visits", "baskets", "best", "good", "points", "both"])
def test_a_goal_makes_a_draft_that_works_and_says_what_it_promises(shop, aurora, goal):
    page = aurora.get(f"/portal/programs/new?goal={goal}")
    assert f'value="{goal}" checked' in page.html
    made = begun(shop, aurora, goal, name="La carta di Aurora")
    assert made.status == 200
    assert made.path == path(shop, program="new")
    assert "La carta di Aurora" in made.words
    assert "Chi viene 24 volte l'anno" in made.words or goal == "good"
    assert "program.begin" in acts(shop)


def test_the_same_form_sent_twice_begins_one_program(shop, aurora):
    page = aurora.get("/portal/programs/new?goal=visits")
    for _ in range(2):
        aurora.submit(page, "/portal/programs/new", start="visits")
    with shop.database.read() as session:
        assert session.execute(sa.select(sa.func.count(Program.id))).scalar() == 3


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "Manca."),
        ({"name": "x" * 10_000}, "Da 1 a 120 caratteri."),
        ({"name": "a\x00b"}, "senza caratteri di controllo"),
        ({"start": "casino"}, "Scegli da che cosa partire."),
    ],
)
def test_a_beginning_that_does_not_fit_says_so_at_the_field(aurora, typed, said):
    page = aurora.get("/portal/programs/new?goal=visits")
    answer = aurora.submit(page, "/portal/programs/new", **{"start": "visits", **typed})
    assert answer.status == 422
    assert said in answer.words


def test_what_is_saved_becomes_the_draft_and_the_program_in_force_stays(shop, aurora):
    page = aurora.get(path(shop))
    assert "La versione 1 è in vigore" in page.words
    saved = aurora.submit(page, "/draft", **{"rewards.0.cost.points": "20"})
    assert saved.status == 200
    assert "Salvato come bozza" in saved.words
    found = newest(shop)
    assert (found.number, found.is_draft) == (2, True)
    assert found.raw["rewards"][0]["cost"] == {"points": 20}
    assert "program.draft" in acts(shop)


def test_saving_what_stands_there_changes_nothing(shop, aurora):
    saved = aurora.submit(aurora.get(path(shop)), "/draft")
    assert "Non è cambiato nulla." in saved.words
    assert not newest(shop).is_draft
    assert "program.draft" not in acts(shop)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("rewards.0.cost.points", "venti", "Scrivi un numero intero, solo cifre."),
        ("rewards.0.name.it", "x" * 10_000, "Da 1 a 120 caratteri."),
        ("rewards.0.value_minor", "due euro", "Scrivi una somma, come 12,40."),
        ("earn.0.per_size", "", "Scrivi ogni quanto."),
        ("earn.0.units", "0", "Deve essere fra 1 e"),
        ("units.0.label.it", "\u0007", "senza caratteri di controllo"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_field_and_everything_typed_stays(
    shop, aurora, field, typed, said
):
    page = aurora.get(path(shop))
    answer = aurora.submit(page, "/draft", **{field: typed, "name": "Nuovo nome"})
    assert answer.status == 422
    assert said in answer.words
    assert f'id="f-{field}-error"' in answer.html
    assert f'href="#f-{field}"' in answer.html
    assert 'value="Nuovo nome"' in answer.html
    assert not newest(shop).is_draft


def test_rules_that_contradict_each_other_are_kept_and_said_at_the_field(shop, aurora):
    page = aurora.get(path(shop))
    saved = aurora.submit(page, "/draft", **{"rewards.0.kind": "donation"})
    assert saved.status == 200
    assert 'id="f-rewards.0.kind-error"' in saved.html
    assert "manca la causa a cui donare" in saved.words.lower()
    assert newest(shop).is_draft


def test_a_rule_is_added_and_taken_out_without_a_script(shop, aurora):
    page = aurora.get(path(shop))
    more = aurora.submit(page, "/draft", do="add:rewards")
    assert "Premio 2" in more.words
    assert not newest(shop).is_draft
    typed = {
        "rewards.1.name.it": "un caffè",
        "rewards.1.name.en": "a coffee",
        "rewards.1.cost.points": "5",
        "do": "save",
    }
    assert "Salvato come bozza" in aurora.submit(more, "/draft", **typed).words
    assert [each["cost"] for each in newest(shop).raw["rewards"]] == [{"points": 10}, {"points": 5}]
    less = aurora.submit(aurora.get(path(shop)), "/draft", do="remove:rewards.0")
    aurora.submit(less, "/draft", do="save")
    assert [each["name"]["it"] for each in newest(shop).raw["rewards"]] == ["un caffè"]


@pytest.mark.parametrize("section", ["stamps", "tiers", "cause"])
def test_a_stamp_card_levels_and_a_cause_come_ready_made(shop, aurora, section):
    more = aurora.submit(aurora.get(path(shop)), "/draft", do=f"add:{section}")
    aurora.submit(more, "/draft", do="save", **{"cause.beneficiary.name": "Rifugio"})
    assert section in newest(shop).raw
    assert "Non si può ancora pubblicare" not in aurora.get("/portal/programs").words
    gone = aurora.submit(aurora.get(path(shop)), "/draft", do=f"remove:{section}")
    aurora.submit(gone, "/draft", do="save")
    assert section not in newest(shop).raw


def test_two_at_once_the_second_sees_what_changed_and_keeps_what_was_typed(shop, app, aurora):
    second = Visitor(app)
    second.sign_in(shop.owner_email)
    mine, theirs = second.get(path(shop)), aurora.get(path(shop))
    aurora.submit(theirs, "/draft", **{"rewards.0.cost.points": "20"})
    answer = second.submit(mine, "/draft", **{"rewards.0.cost.points": "30"})
    assert answer.status == 409
    assert "Nel frattempo qualcun altro ha cambiato queste regole" in answer.words
    assert "Prima: 20 punti" in answer.words
    assert 'value="30"' in answer.html
    assert newest(shop).raw["rewards"][0]["cost"] == {"points": 20}
    again = second.submit(answer, "/draft", do="save")
    assert again.status == 200
    assert newest(shop).raw["rewards"][0]["cost"] == {"points": 30}


def test_everything_an_api_draft_holds_survives_a_save_in_the_form(shop, aurora):
    odd = with_changes(
        POINTS,
        rewards=[{**POINTS["rewards"][0], "from": "2026-12-01T10:00:00+01:00", "stock": 3}],
        earn=[{**POINTS["earn"][0], "when": {"skus": [" caffè", "tè, verde"], "weekdays": [7]}}],
    )
    shop.draft("points", odd)
    page = aurora.get(path(shop))
    names = set(BOUNDS.findall(page.html))
    assert {"rewards.0.from", "earn.0.when.skus", "earn.0.when.weekdays"} <= names
    aurora.submit(page, "/draft", **{"earn.0.when.skus": " caffè\ntè, verde", "name": "Altro"})
    assert newest(shop).raw["rewards"][0]["from"] == "2026-12-01T10:00:00+01:00"
    assert newest(shop).raw["earn"][0]["when"]["skus"] == [" caffè", "tè, verde"]


def test_hostile_names_are_shown_escaped(shop, aurora):
    hostile = "<script>alert(1)</script>\u202e"
    page = aurora.submit(aurora.get(path(shop)), "/draft", **{"rewards.0.name.it": hostile})
    assert "<script>alert" not in page.html
    assert newest(shop).raw["rewards"][0]["name"]["it"] == hostile


PAGES = ["draft", "publish", "past", "history"]


@pytest.mark.parametrize("page", PAGES)
def test_a_program_of_the_shop_next_door_is_not_there(shop, dario, page):
    assert dario.get(path(shop, page)).status == 404


@pytest.mark.parametrize("page", [*PAGES, "../new"])
def test_a_cashier_has_no_business_in_the_designer(shop, bruno, page):
    assert bruno.get(path(shop, page).replace(f"{shop.programs['points']}/../", "")).status == 403


@pytest.mark.parametrize("deed", ["draft", "draft/look", "publish", "past", "pause", "resume"])
def test_a_stranger_changes_nothing(shop, dario, deed):
    form = dario.get("/portal/programs/new").form("/portal/programs/new")
    answer = dario.post(path(shop, deed), {"csrf_token": form.fields["csrf_token"], "do": "save"})
    assert answer.status == 404
