"""`newswire card`: the quality card as text, JSON and a page."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from streams.cli import main, quality
from streams.cli.quality import Card, Figure, Measure, cells
from streams.cli.quality_page import page

GOOD = Figure("places", "exact <id>", 0.808, 2_321, 0.775, 0.839, 0.79, 0.7, "higher", "2026-11-26")
FEW = Figure("places", "wrong", 0.0042, 1_000, 0.001, 0.0107, 0.01, 0.001, "lower", "2026-11-25")
ALONE = Figure("places", "alone", 1.0, 20, None, None, 1.0, None, "higher", "2026-11-26")
BROKEN = Figure("places", "broken", 0.5, 20, 0.3, 0.7, 0.6, None, "higher", "2026-11-26")
PLACES = Measure("ids of places", "names", {"geo/lgl.tar.xz": "12ab"}, {"extract": "extract/3"})


def packaged(monkeypatch: pytest.MonkeyPatch, *figures: Figure) -> Card:
    made = Card({"places": PLACES}, figures)
    monkeypatch.setattr(quality, "read", lambda: made)
    return made


def test_a_line_tells_figure_interval_floor_and_aim() -> None:
    assert cells(GOOD) == ("exact <id>", "2,321", "80.8", "77.5 to 83.9", ">= 79.0", ">= 70.0", "pass, aim")
    assert cells(FEW) == ("wrong", "1,000", "0.42", "0.10 to 1.07", "<= 1.00", "<= 0.10", "pass")
    assert cells(ALONE) == ("alone", "20", "100.0", "", ">= 100.0", "", "pass")
    assert cells(BROKEN)[-1] == "FAIL"


def test_the_card_is_printed_with_what_it_is_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packaged(monkeypatch, GOOD, FEW)
    assert main(["card"]) == 0
    told = capsys.readouterr().out
    assert "n: names. Data: geo/lgl.tar.xz." in told
    assert "2 of 2 floors hold, 1 of 2 aims are reached." in told
    assert "Measured 2026-11-25 to 2026-11-26, of extract: extract/3." in told


def test_a_broken_floor_is_named_and_the_exit_code_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packaged(monkeypatch, GOOD, BROKEN)
    assert main(["card"]) == 1
    assert "BELOW ITS FLOOR: places: broken" in capsys.readouterr().out


def test_as_json_it_is_what_was_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = packaged(monkeypatch, GOOD, ALONE)
    assert main(["card", "--json"]) == 0
    told = capsys.readouterr().out
    assert json.loads(told)["figures"][0]["part"] == "exact <id>"
    (tmp_path / "card.json").write_text(told, encoding="utf-8")
    monkeypatch.undo()
    assert quality.read(tmp_path / "card.json") == made


def plots(text: str) -> list[dict[str, Any]]:
    """Return the places of what each plot draws."""
    drawn = []
    for part in text.split("<svg")[1:]:
        marks = ElementTree.fromstring(f"<svg{part.partition('</svg>')[0]}</svg>")
        drawn.append({mark.tag + mark.get("fill", ""): mark.attrib for mark in marks})
    return drawn


def test_the_page_draws_each_figure_in_its_interval_and_needs_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = packaged(monkeypatch, GOOD, FEW, ALONE, BROKEN)
    assert main(["card", "--html", str(tmp_path / "card.html")]) == 1
    text = (tmp_path / "card.html").read_text(encoding="utf-8")
    assert text == page(made)
    assert not any(word in text for word in ("http", "<script", "url(", "@import"))
    assert "exact &lt;id&gt;" in text
    good, few, alone, broken = plots(text)
    (dot, line) = (next(mark for tag, mark in good.items() if tag.startswith(kind)) for kind in ("circle", "line"))
    assert 0 <= float(line["x1"]) < float(dot["cx"]) < float(line["x2"]) <= 360
    assert not any(tag.startswith("line") for tag in alone)
    assert next(mark for tag, mark in broken.items() if tag.startswith("circle"))["fill"] == "#b00020"
    assert len(few) == 4


def test_without_a_card_it_is_said_how_to_get_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read = quality.read
    monkeypatch.setattr(quality, "read", lambda: read(tmp_path / "none.json"))
    assert main(["card"]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "make quality" in told


def test_where_the_page_cannot_be_written_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packaged(monkeypatch, GOOD)
    assert main(["card", "--html", str(tmp_path / "none" / "card.html")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
