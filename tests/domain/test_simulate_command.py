"""`loyalty program simulate`: a file of rules tried on the shop's past, and nothing kept."""

import json

import pytest
from click.testing import CliRunner

from loyalty.cli import main
from loyalty.core import db
from loyalty.core.ids import ref
from tests.builders import NOW, POINTS
from tests.domain import law
from tests.programs import with_changes


@pytest.fixture
def simulate(settings, database, shop, monkeypatch, tmp_path):
    """The command on a file of these rules; it opens a database of its own."""
    monkeypatch.setenv("LOYALTY_DATA", str(settings.data))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")

    def invoke(version, *words):
        file = tmp_path / "program.json"
        file.write_text(json.dumps({"name": "Prova", "version": version}), "utf-8")
        shown = ["program", "simulate", str(file), "--merchant", ref("mer", shop.merchant_id)]
        result = CliRunner().invoke(main, [*shown, *words])
        db.use(database)
        return result

    return invoke


def test_it_tells_cost_rewards_and_what_to_look_at_and_keeps_nothing(shop, simulate):
    card = shop.card()
    for _ in range(3):
        shop.visit(card, 1_500)
    dear = with_changes(POINTS, rewards=[{**POINTS["rewards"][0], "cost_minor": 400}])
    before = law.snapshot(shop.database)
    done = simulate(dear)
    assert law.snapshot(shop.database) == before
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        "3 vendite, 1 cliente, 45,00 €.",
        "Costo: 16,00 €, il 35,56% delle vendite.",
        "  colazione in omaggio: 4 dati (16,00 €); alla portata di 1 cliente",
    ]
    assert lines[3].startswith(
        "Primo premio, per chi ci arriva: un quarto entro 1, metà entro 1 visita,"
    )
    assert "! Il programma costerebbe il 35,56% delle vendite, più di un quinto." in lines
    assert lines[-1].startswith("· Nessuno compra di più")


def test_as_json_it_is_what_the_api_answers(shop, simulate):
    card = shop.card()
    shop.visit(card, 1_500)
    shop.visit(card, 300, at=NOW.replace(day=23))
    done = simulate(POINTS, "--json", "--from", "2026-11-22", "--to", "2026-11-23")
    told = json.loads(done.stdout)
    assert (told["from"], told["sales"], told["units"]["points"]["earned"]) == ("2026-11-22", 1, 3)
    assert told["rewards"][0]["cost"] is None


def test_rules_that_do_not_fit_are_refused_field_by_field(simulate):
    done = simulate(
        with_changes(POINTS, cause={"key": "c", "beneficiary": {"name": "x"}, "rate": [0, 1]})
    )
    assert done.exit_code == 1
    assert "cause.rate" in done.stderr


def test_days_that_run_backwards_are_refused(simulate):
    done = simulate(POINTS, "--from", "2026-11-22", "--to", "2026-11-21")
    assert (done.exit_code, "to: viene prima dell'inizio" in done.stderr) == (1, True)
    assert simulate(POINTS, "--from", "ieri").exit_code == 2
