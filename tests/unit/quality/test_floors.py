"""Floors rise, and fall with a reason only."""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.quality.floor_history import history, problems
from tests.quality.floors import Floor, Lowering, Refused, flat, line, lower, main, parsed, raise_

TEXT: Final = """# A comment stays.
[places]
about = "places"
counted = "names"
stages = ["extract"]
data = ["geo"]

[places.parts]
"exact id" = { floor = 0.79, highest = 0.79, aim = 0.7 }
"no link: wrong" = { floor = 0.01, highest = 0.01, better = "lower" }

[topics]
about = "topics"
counted = "articles"
stages = ["classify"]
data = []

[topics.parts]
"exact id" = { floor = 0.5, highest = 0.5 }
"""
EXACT: Final = "places: exact id"
WRONG: Final = "places: no link: wrong"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "floors.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def card(path: Path, value: float, count: int) -> Path:
    path.write_text(f'{{"figures": [{{"measure": "places", "part": "exact id", "value": {value}, "count": {count}}}]}}')
    return path


def with_floor(part: str, floor: Floor) -> str:
    """Return TEXT with one floor as somebody may write it by hand."""
    head, _, tail = TEXT.partition(f'"{part}" = ')
    return f"{head}{line(part, floor)}\n{tail.partition(chr(10))[2]}"


def test_a_floor_holds_what_is_as_good() -> None:
    known = flat(parsed(TEXT))
    assert known[EXACT].held_by(0.79)
    assert not known[EXACT].held_by(0.7899)
    assert known[WRONG].held_by(0.01)
    assert not known[WRONG].held_by(0.0101)


@pytest.mark.parametrize(("value", "count", "floor"), [(0.85, 2_000, 0.848), (0.85, 20, 0.8), (0.791, 2_000, 0.79)])
def test_a_raised_floor_lies_below_the_figure_by_the_margin_or_one_case(value: float, count: int, floor: float) -> None:
    raised = flat(parsed(raise_(TEXT, EXACT, value, count)))[EXACT]
    assert raised == Floor(floor, floor, 0.7)


def test_what_is_better_when_lower_is_raised_downwards() -> None:
    assert flat(parsed(raise_(TEXT, WRONG, 0.001, 10_000)))[WRONG] == Floor(0.003, 0.003, better="lower")
    assert raise_(TEXT, WRONG, 0.02, 10_000) == TEXT


def test_another_measures_part_of_the_same_name_stays() -> None:
    text = raise_(TEXT, "topics: exact id", 0.9, 1_000)
    assert flat(parsed(text))[EXACT].floor == 0.79
    assert text.startswith("# A comment stays.")


def test_a_lowered_floor_notes_why_and_remembers_the_highest() -> None:
    text = lower(TEXT, EXACT, 0.7, "another gazetteer", "2026-11-26")
    note = Lowering(0.79, 0.7, "another gazetteer", "2026-11-26")
    assert flat(parsed(text))[EXACT] == Floor(0.7, 0.79, 0.7, lowered=(note,))
    again = lower(text, EXACT, 0.6, 'and "again"', "2026-11-27")
    assert len(flat(parsed(again))[EXACT].lowered) == 2
    assert not problems(again, [TEXT, text])
    risen = raise_(again, EXACT, 0.75, 1_000)
    assert flat(parsed(risen))[EXACT].highest == 0.79
    assert not problems(risen, [TEXT, text, again])


@pytest.mark.parametrize(("name", "value"), [(EXACT, 0.79), (EXACT, 0.9), (WRONG, 0.001), ("places: other", 0.1)])
def test_a_floor_is_not_lowered_upwards_nor_made_up(name: str, value: float) -> None:
    with pytest.raises(Refused):
        lower(TEXT, name, value, "a reason", "2026-11-26")


@pytest.mark.parametrize("flags", [(), ("--because", ""), ("--because", "  ")])
def test_without_the_flag_and_a_reason_a_floor_stays(
    file: Path, flags: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lower", EXACT, "0.7", *flags], file) == 2
    assert file.read_text(encoding="utf-8") == TEXT
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "--because" in told


def test_the_command_lowers_with_a_reason_and_raises_by_a_card(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lower", EXACT, "0.7", "--because", "another gazetteer"], file) == 0
    assert "0.79 -> 0.7" in capsys.readouterr().out
    figures = card(tmp_path / "card.json", 0.85, 2_000)
    assert main(["raise", "--card", str(figures)], file) == 0
    assert "0.7 -> 0.848" in capsys.readouterr().out
    assert not problems(file.read_text(encoding="utf-8"), [TEXT])


def test_what_cannot_be_raised_is_said_in_one_line(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["raise", "weather", "--card", str(card(tmp_path / "card.json", 0.9, 9))], file) == 2
    assert main(["raise", "--card", str(tmp_path / "none.json")], file) == 2
    assert capsys.readouterr().err.count("\n") == 2


NOTE: Final = Lowering(0.79, 0.7, "a reason", "2026-11-26")


@pytest.mark.parametrize(
    ("floor", "problem"),
    [
        (Floor(0.7, 0.79), "no reason is noted"),
        (Floor(0.8, 0.79), "better than `highest`"),
        (Floor(0.6, 0.79, lowered=(NOTE,)), "no reason is noted"),
        (Floor(0.7, 0.79, lowered=(Lowering(0.79, 0.7, " ", "2026-11-26"),)), "without a reason"),
        (Floor(0.7, 0.7), "`highest` is 0.7, and was 0.79"),
        (Floor(0.79, 0.79, better="lower"), "higher was better before"),
    ],
)
def test_what_is_written_by_hand_without_a_reason_is_found(floor: Floor, problem: str) -> None:
    assert any(problem in found for found in problems(with_floor("exact id", floor), [TEXT]))


def test_an_old_reason_does_not_serve_twice_and_none_vanishes() -> None:
    once = lower(TEXT, EXACT, 0.7, "a reason", "2026-11-26")
    risen = raise_(once, EXACT, 0.78, 1_000)
    fallen = risen.replace("floor = 0.778", "floor = 0.71")
    assert fallen != risen
    assert any("no reason is noted" in found for found in problems(fallen, [TEXT, once, risen]))
    assert any("is gone" in found for found in problems(TEXT, [once]))


def test_a_part_that_is_measured_no_more_is_retired_with_a_reason() -> None:
    without = TEXT.replace('"no link: wrong" = { floor = 0.01, highest = 0.01, better = "lower" }\n', "")
    assert any("neither measured" in found for found in problems(without, [TEXT]))
    retired = without + f'\n[retired]\n"{WRONG}" = {{ because = "REASON", on = "2026-11-26" }}\n'
    assert not problems(retired, [TEXT])
    assert problems(retired.replace("REASON", ""), [TEXT])


def test_every_version_in_git_is_looked_at(file: Path) -> None:
    assert history(file) == []
    git = ("git", "-c", "user.name=somebody", "-c", "user.email=somebody@example.org", "-c", "commit.gpgsign=false")
    versions = [TEXT, lower(TEXT, EXACT, 0.7, "a reason", "2026-11-26"), TEXT.replace("0.79", "0.7")]
    subprocess.run([*git, "init", "-q"], cwd=file.parent, check=True)
    for version in versions:
        file.write_text(version, encoding="utf-8")
        subprocess.run([*git, "add", file.name], cwd=file.parent, check=True)
        subprocess.run([*git, "commit", "-qm", "floors"], cwd=file.parent, check=True)
    assert history(file) == versions[::-1]
    assert any("`highest` is 0.7, and was 0.79" in found for found in problems(versions[-1], history(file)))
