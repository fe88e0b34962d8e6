"""The comparison with the oracle: it agrees on a good import and cries out at a wrong one."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench import oracle, real


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # Another process measures memory; the figures are the same in this one.
    monkeypatch.setattr(real, "_apart", lambda task, *given: task(*given))
    monkeypatch.setattr(real, "RULES", {"stamps": oracle.Rules(stamps=True, size=3, months=2)})
    rows = [
        f"c{n % 4},2025-0{1 + n % 9}-1{n % 7},{n % 5}.50,r{n // 2 * 2 + n % 3}" for n in range(60)
    ]
    text = "\n".join(["customer,occurred_at,amount,external_ref", *rows, ",2025-01-01,1,"])
    (tmp_path / "sales.csv").write_text(text)
    return tmp_path


@pytest.fixture
def engine() -> str:
    """The bench brings its own databases."""
    return "sqlite"


def compare(folder: Path) -> bool:
    return real.main(["--sales", str(folder), "--engine", "sqlite"]).is_good


def test_product_and_oracle_agree(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare(folder)
    told = capsys.readouterr().out
    assert "audit: clean" in told
    assert "WRONG" not in told


def test_one_stamp_too_many_is_noticed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    honest = oracle.dues

    def one_off(*given: object) -> dict[str, oracle.Due]:
        due = honest(*given)
        return {**due, "c1": replace(due["c1"], balance=due["c1"].balance + 1)}

    monkeypatch.setattr(oracle, "dues", one_off)
    assert not compare(folder)
    assert "customers that differ: 1  WRONG" in capsys.readouterr().out


def test_a_folder_without_sales_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"no \.csv or \.csv\.gz"):
        real.main(["--sales", str(tmp_path)])
