"""An enriched article as it is shown in a terminal, and the cards of the models."""

import json
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from streams.cli import main
from streams.cli.enrich import shown
from streams.cli.sheet import marked, sheet
from streams.contracts.events import (
    DatedMention,
    Dateline,
    EnrichedArticle,
    Entity,
    Language,
    Link,
    Mention,
    Quote,
    Removed,
    Span,
    Topic,
)

TEXT = "Mayor Nora Vik went to Oslo on Friday. “The bridge will open in May,” Vik said."


def article() -> EnrichedArticle:
    vik = Entity(
        entity_id="e-1", type="PERSON", name="Nora Vik", roles=("mayor",), salience=0.7,
        mentions=(Mention(start=6, end=14, text="Nora Vik"), Mention(start=70, end=73, text="Vik")),
    )  # fmt: skip
    link = Link(scheme="geonames", id="3143244", score=0.9, lat=59.91, lon=10.75, name="Oslo", country="NO")
    oslo = Entity(
        entity_id="e-2", type="GPE", name="Oslo", salience=0.3, mentions=(Mention(start=23, end=27, text="Oslo"),),
        links=(link,),
    )  # fmt: skip
    quote = Quote(start=39, end=69, speaker_entity_id="e-1", cue="say")
    return EnrichedArticle(
        event_id="x", article_id="a", url=None, canonical_url=None, guid="g", source="example.org", feed_url=None,
        rights=None, authors=("Ida Moe",), published_at="2026-04-07", modified_at=None, title="A [new] bridge",
        text=TEXT,
        removed=(Removed(rule="tail", text="LAST NEWS"),), problems=(), language=Language(code="en", score=0.99),
        version=1, change="new", story_id="s", skipped={"topics": "not asked for"}, entities=(vik, oslo),
        quotes=(quote,),
        lead=(Span(start=0, end=38, text=TEXT[:38]),),
        dateline=Dateline(
            start=0, end=0, text="", place=Span(start=0, end=0, text="BERGEN"), link=link, agency="Fair Wire"
        ),
        event_date=DatedMention(start=31, end=37, text="Friday", day="2026-04-03"),
        topics=(Topic(id="medtop:1", top="medtop:1", label="politics", score=0.8, why=("mayor",)),),
    )  # fmt: skip


def printed(value: object) -> str:
    out = StringIO()
    Console(file=out, width=160).print(value)
    return out.getvalue()


def test_it_tells_all_that_is_known() -> None:
    text = printed(sheet(article()))
    for told in (
        "A [new] bridge", "example.org · 2026-04-07 · Ida Moe · version 1, new · en 0.99", "politics 0.80 mayor",
        "mayor", "geonames:3143244 Oslo, NO 59.91 10.75", "“The bridge will open in May,”", "removed tail LAST NEWS",
        "without topics: not asked for", "lead Mayor Nora Vik went to Oslo on Friday.", 'event 2026-04-03 "Friday"',
        "dateline BERGEN geonames:3143244 Oslo, NO 59.91 10.75 · Fair Wire",
    ):  # fmt: skip
        assert told in text, told
    speaker = next(line for line in text.splitlines() if "say" in line and "“The bridge" in line and "Nora Vik" in line)
    assert speaker.split()[:3] == ["Nora", "Vik", "say"]


def test_names_and_quotations_are_marked_where_they_stand() -> None:
    spans = {(TEXT[span.start : span.end], str(span.style)) for span in marked(article()).spans}
    assert ("Nora Vik", "bold yellow") in spans
    assert ("Oslo", "bold green") in spans
    assert ("“The bridge will open in May,” ".strip(), "italic") in spans


def test_showing_passes_each_line_on(capsys: pytest.CaptureFixture[str]) -> None:
    line = json.dumps({"outcome": "enriched", "line": 1} | json.loads(article().model_dump_json())).encode() + b"\n"
    assert list(shown([line])) == [line]
    assert "A [new] bridge" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["IN"], ["IN", "-", "--show"]])
def test_where_lines_go_is_asked_for(arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text("")
    assert main(["enrich", *(str(source) if each == "IN" else each for each in arguments)]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "OUT" in error


def test_cards_are_printed_and_unknown_models_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["card", "topics"]) == 0
    assert "# Topic classifier" in capsys.readouterr().out
    assert main(["card", "models"]) == 0
    assert capsys.readouterr().out.count("\n# ") >= 1
    assert main(["card", "weather"]) == 2
    assert "there are foreign, ner" in capsys.readouterr().err
