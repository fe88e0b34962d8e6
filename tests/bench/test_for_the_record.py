"""What benches say: figures against their bars, rounds thrown away, and the page they write."""

import pytest

from bench import __main__ as bench
from bench import books, paper, rounds
from bench.load import Load, Target, visit
from bench.machine import Usage
from bench.outcome import Figure, Outcome


@pytest.mark.parametrize(
    ("values", "bars", "said"),
    [
        ((0.1, 0.2, 0.3), (0.15, 0.25), "met"),
        ((0.1, 0.26, 0.3), (0.15, 0.25), "aim reached"),
        ((0.1, 0.12, 0.9), (0.15, 0.25), "MISSED"),
        ((5,), (None, None), "told only"),
    ],
)
def test_the_middle_of_the_rounds_is_held_against_the_bars(values, bars, said):
    assert Figure("ratio", values, *bars).verdict == said


def test_a_figure_that_should_be_small_is_met_below_its_bar():
    assert Figure("p99", (3, 5, 900), 6, at_least=False).is_met
    assert not Figure("p99", (3, 7, 8), 6, at_least=False).is_met


def test_whatever_is_wrong_in_the_books_spoils_a_fast_round():
    assert not Outcome("", [Figure("speed", (9,), 1)], ["one visit is lost"]).is_good


class Busy:
    """A machine that others use for the first rounds."""

    def __init__(self, foreign):
        self.foreign = list(foreign)

    def __call__(self, _roots):
        return self

    def read(self):
        return Usage(1.0, {}, self.foreign.pop(0))


def test_a_round_beside_foreign_work_is_thrown_away_and_repeated(monkeypatch):
    monkeypatch.setattr(rounds, "Meter", Busy([0.4, 0.16, 0.1]))
    tries = []
    done = rounds.measured(lambda: tries.append(1) or len(tries), {}, noisy=False, name="x")
    assert done.result == 3


def test_a_machine_that_stays_busy_ends_the_bench_with_a_sentence(monkeypatch):
    monkeypatch.setattr(rounds, "Meter", Busy([0.4] * 9))
    with pytest.raises(rounds.TooBusyError, match="15%"):
        rounds.measured(lambda: 1, {}, noisy=False, name="x")


def test_a_load_of_a_round_that_was_thrown_away_is_looked_for_in_the_books(database, tmp_path):
    target = Target("http://127.0.0.1", tmp_path / "codes", visit("key"))
    target.met.append(Load(12, 1.0, 0, 0, 1.0, 1.0, 1.0))
    assert books.compare(database, [target]) == ["0 of kind visit recorded for 12 answers"]
    target.met[0] = Load(12, 1.0, 12, 0, 1.0, 1.0, 1.0)
    assert books.compare(database, [target]) == ["12 requests were refused or broke"]


def test_the_page_is_what_the_kept_figures_say():
    assert paper.PAPER.read_text("utf-8") == paper.render(paper.read())
    assert set(paper.read()) <= set(bench.BENCHES)


def test_one_bench_replaces_its_own_table_and_no_other(monkeypatch, tmp_path):
    monkeypatch.setattr(paper, "RESULTS", tmp_path)
    monkeypatch.setattr(paper, "PAPER", tmp_path / "performance.md")
    paper.keep("accrual", "accruals", Outcome("Few cards", [Figure("ratio", (0.2,), 0.15)]))
    paper.keep("sqlite", "slowest", Outcome("Few cards", [Figure("slowest", (300,), 200)]))
    missed = Figure("ratio", (0.1, 0.12, 0.13), 0.15, 0.25)
    paper.keep("accrual", "accruals", Outcome("Few cards", [missed], ["one visit is lost"]))
    page = (tmp_path / "performance.md").read_text("utf-8")
    assert page.count("## accrual") == page.count("## sqlite") == 1
    row = "| ratio | 0.100 / 0.120 / 0.130 | 3 | at least 0.15 | at least 0.25 | **missed** |"
    assert row in page
    assert "**Wrong: one visit is lost**" in page


def test_what_was_found_on_a_noisy_machine_never_gets_into_the_page(capsys):
    assert bench.main(["accrual", "--noisy", "--write"]) == 2
    assert "not for the record" in capsys.readouterr().err
    with pytest.raises(AssertionError, match="noisy"):
        paper.keep("accrual", "accruals", Outcome("", [], noisy=True))
