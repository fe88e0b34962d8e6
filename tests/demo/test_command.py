"""`loyalty demo` fills its folder once, and prints fresh doors each time."""

from click.testing import CliRunner

from loyalty.cli import main
from loyalty.demo import fill


def test_a_second_demo_in_the_same_folder_keeps_what_is_there(tmp_path, monkeypatch):
    filled, whole = [], fill.fill

    def a_few_people(database, *, at, progress):
        filled.append(at)
        return whole(database, at=at, progress=progress, percent=3)

    monkeypatch.setattr(fill, "fill", a_few_people)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("LOYALTY_DATA", str(tmp_path))
    first, second = (
        CliRunner().invoke(main, ["demo", "--no-serve", "--data", str(tmp_path)]) for _ in range(2)
    )
    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert len(filled) == 1
    assert first.output.count("/start/") == second.output.count("/start/") == 16
    assert first.output.count("/c/open/") == second.output.count("/c/open/") == 4
    assert "Demo riempita" in first.output or "Demo filled" in first.output
    assert "Demo riempita" not in second.output
    assert set(first.output.split()) - set(second.output.split())  # a link works once
