"""What tests measure becomes one card, in one process or several."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

from streams.cli import quality
from tests.quality import carded
from tests.quality.figures import Figure
from tests.quality.floors import floors
from tests.quality.plugin import RECORDED, Recorder

ROOT: Final = Path(__file__).resolve().parents[3]
TESTS: Final = """
from tests.quality.figures import Figure

def test_good(card):
    card.tell("more about agencies")
    card.check("agencies", {"precision": Figure(1.0, 90, 0.96, 1.0)})

def test_broken(card):
    card.check("agencies", {"recall": Figure(0.5, 92)}, "what went wrong")

def test_nothing_measured():
    pass
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_made_up.py").write_text(TESTS, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.quality.plugin", "-p", "no:cacheprovider"]
    whole = [*command, f"--rootdir={folder}", "-c", "/dev/null", str(folder), *arguments]
    return subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("processes", [(), ("-n", "2")])
def test_all_figures_are_on_the_card_and_a_broken_floor_fails(processes: Sequence[str], tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    done = run(tmp_path, *processes, "--quality-card", str(path))
    assert done.returncode == 1
    assert "1 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert done.stdout.count("more about agencies") == 1
    assert done.stdout.count("quality card") == 1
    assert "| precision | 90 | 100.0 | 96.0 to 100.0 | >= 98.0 |  | pass |" in done.stdout
    assert "| recall | 92 | 50.0 |  | >= 96.0 |  | FAIL |" in done.stdout
    assert "BELOW ITS FLOOR: agencies: recall" in done.stdout
    assert "0.5000 of 92 is below the floor 0.96\nwhat went wrong" in done.stdout
    assert [row["part"] for row in json.loads(path.read_text())["figures"]] == ["precision", "recall"]


def test_all_figures_are_kept_before_one_fails() -> None:
    kept: list[tuple[str, object]] = []
    with pytest.raises(pytest.fail.Exception, match=r"(?s)recall.*no line for .weather."):
        figures = {"recall": Figure(0.1, 9), "weather": Figure(1.0, 9), "precision": Figure(1.0, 9)}
        Recorder(kept, floors()).check("agencies", figures)
    assert [value for name, value in kept if name == RECORDED] == [
        ["agencies", "recall", 0.1, 9, None, None],
        ["agencies", "weather", 1.0, 9, None, None],
        ["agencies", "precision", 1.0, 9, None, None],
    ]


def made(**parts: float) -> quality.Card:
    return carded.card_of({("agencies", part): Figure(value, 90) for part, value in parts.items()})


def test_figures_of_other_runs_stay_while_stages_and_data_are_the_same(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    carded.write(made(precision=0.99), path)
    whole = carded.write(made(recall=0.97), path)
    assert [row.part for row in whole.figures] == ["precision", "recall"]
    assert quality.read(path) == whole
    whole = carded.write(made(recall=0.98), path)
    assert [row.value for row in whole.figures] == [0.99, 0.98]


def test_figures_of_another_policy_are_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "card.json"
    carded.write(made(precision=0.99), path)
    others: dict[str, Any] = {**quality.versions(), "dedupe": "dedupe/999"}
    monkeypatch.setattr(quality, "versions", lambda: others)
    assert [row.part for row in carded.write(made(recall=0.97), path).figures] == ["recall"]


def test_a_file_that_is_no_card_is_said(tmp_path: Path) -> None:
    path = tmp_path / "card.json"
    path.write_text('{"figures": 3}')
    with pytest.raises(ValueError, match="no quality card"):
        quality.read(path)
