"""What a user can get wrong on the command line: one line, an exit code, no traceback. Real processes."""

import base64
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streams.cli.errors import UserError
from streams.cli.ledger import Ledger
from streams.cli.outcomes import raw_position, summary
from streams.cli.state import usable
from streams.cli.tail import as_line, matches, position, topic_named
from streams.cli.worker import stage_names
from streams.contracts.topics import STAGES, Catalogue

# Some fifty processes, one after the other: too long for every commit.
pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[3]
NO_BROKER_SECONDS = 5.0
START_SECONDS = 20.0  # Python and its imports, on a machine that does other things too


def newswire(*arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NEWSWIRE_")}
    return subprocess.run(
        [sys.executable, "-m", "streams", *arguments],
        env={**inherited, **env},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("enrich", "no-such-file.jsonl", "-"), "no-such-file.jsonl"),
        (("enrich", "{empty}", "-"), "no articles"),
        (("enrich", "{seeds}", "-", "--stages", "dedupe"), "--stages dedupe"),
        (("enrich", "{seeds}", "-", "--map", "body"), "--map"),
        (("enrich", "{seeds}", "-", "--map", "a=text,b=text"), "--map 'b=text': 'text' is named twice"),
        (("enrich", "{seeds}", "-", "--ingested-at", "noon"), "--ingested-at noon"),
        (("enrich", "{seeds}", "-", "--ingested-at", "2026-04-07T12:00:00"), "zone too, e.g. 2026-04-07T12:00:00Z"),
        (("enrich", "{seeds}", "-", "--ingested-at", "2026-04-07"), "zone too, e.g. 2026-04-07T00:00:00Z"),
        (("enrich", "", "-"), "an empty path names nothing"),
        (("enrich", "{seeds}", ""), "OUT is empty"),
        (("enrich", "{seeds}", "/no/such/folder/out.jsonl"), "/no/such/folder/out.jsonl"),
        (("up", "--once", "--files", "no-such-file.jsonl"), "no-such-file.jsonl"),
        (("worker",), "NEWSWIRE_BOOTSTRAP"),
        (("worker", "--bootstrap", "127.0.0.1:1", "--stages", "polish"), "polish"),
        (("worker", "--supervise", "--bootstrap", "kafka"), "'kafka' is no broker's address"),
        (("status", "--bootstrap", "127.0.0.1:1"), "127.0.0.1:1"),
        (("worker", "--bootstrap", "127.0.0.1:1"), "127.0.0.1:1"),
        (("tail", "--bootstrap", "127.0.0.1:1"), "127.0.0.1:1"),
        (("tail", "--bootstrap", "127.0.0.1:1", "--topic", "sports"), "sports"),
        (("get", "https://example.org/a", "--bootstrap", "127.0.0.1:1"), "127.0.0.1:1"),
        (("get", "https://example.org/a", "--bootstrap", "localhost"), "'localhost' is no broker's address"),
        (("tail", "--bootstrap", "127.0.0.1:1", "--limit", "0"), "--limit 0: give 1 or more"),
        (("tail", "--bootstrap", "127.0.0.1:1", "--limit", "-1"), "--limit -1: give 1 or more"),
        (("tail", "--bootstrap", "127.0.0.1:1", "--since", "²h"), "--since ²h: give latest, earliest, 30m"),
        (("tail", "--bootstrap", "localhost"), "'localhost' is no broker's address"),
        (("status", "--bootstrap", "localhost"), "'localhost' is no broker's address"),
        (("reconcile", "--bootstrap", "127.0.0.1:1"), "127.0.0.1:1"),
        (("reconcile", "--bootstrap", "127.0.0.1:1", "--wait", "-1"), "--wait"),
        (("dead", "list", "--bootstrap", "127.0.0.1:1"), "127.0.0.1:1"),
        (("dead", "list", "--bootstrap", "127.0.0.1:1", "--since", "yesterday"), "--since yesterday"),
        (("dead", "redrive", "--bootstrap", "127.0.0.1:1"), "--all"),
        (
            ("override", "split", "https://a.example/1", "https://a.example/2", "--bootstrap", "127.0.0.1:1"),
            "127.0.0.1:1",
        ),
        (("override", "merge", "https://a.example/1", "2/17", "--bootstrap", "127.0.0.1:1"), "2/17"),
        (("topics", "check", "--bootstrap", "127.0.0.1:1"), "127.0.0.1:1"),
        (("up", "--once", "--bootstrap", "127.0.0.1:1"), "127.0.0.1:1"),
        (("get", "ftp://example.org/a", "--bootstrap", "127.0.0.1:1"), "ftp"),
        (("schemas", "show", "Weather"), "Weather"),
        (("get", "example.org/talks", "--bootstrap", "127.0.0.1:1"), "neither an address nor an article_id"),
        (("schemas", "export", ""), "the folder has no name"),
        (("topics", "acls", "--principal", "w"), "--principal w: Kafka names them by type, as in User:w"),
        (("topics", "acls", "--resume", ""), "--resume: the group has no name"),
        (("card", "topics", "--json"), "leave the model out"),
        (("reconcile", "--bootstrap", "127.0.0.1:1", "--wait", "nan"), "--wait nan: give a number, 0 or more"),
        (("diff", "{seeds}", "{seeds}", "--tolerance", "-1"), "--tolerance -1: give a number, 0 or more"),
    ],
)
def test_one_line_and_exit_code_2(tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    places = {"empty": str(tmp_path), "seeds": str(ROOT / "seeds" / "articles.jsonl")}
    started = time.monotonic()
    done = newswire(*(argument.format(**places) for argument in arguments))
    assert done.returncode == 2, done.stderr
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert time.monotonic() - started < NO_BROKER_SECONDS + START_SECONDS


def test_a_wrong_setting_is_named(tmp_path: Path) -> None:
    done = newswire("topics", "describe", NEWSWIRE_PARTITIONS="many", NEWSWIRE_LOG_LEVEL="LOUD")
    assert done.returncode == 2
    assert "NEWSWIRE_PARTITIONS" in done.stderr
    assert "NEWSWIRE_LOG_LEVEL" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("worker",), ("worker", "--supervise"), ("up", "--once")])
def test_an_unusable_state_folder_is_one_line_and_exit_code_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "file").touch()
    state = tmp_path / "file" / "state"
    done = newswire(*arguments, "--bootstrap", "127.0.0.1:1", NEWSWIRE_STATE=str(state))
    assert done.returncode == 2, done.stderr
    [line] = done.stderr.splitlines()
    assert f"{state} cannot be used: Not a directory: set NEWSWIRE_STATE" in line


def test_the_checkpoint_has_no_place_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="NEWSWIRE_STATE") as told:
        Ledger(tmp_path / "file" / "checkpoint.sqlite")
    assert told.value.exit_code == 2


def test_the_state_folder_is_made_and_must_be_ours_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert usable(tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="it is not a folder"):
        usable(tmp_path / "file")
    monkeypatch.setattr("os.access", lambda *_: False)  # root, who may run this, is allowed everything
    with pytest.raises(UserError, match="it may not be written"):
        usable(tmp_path / "a")


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -m streams schemas show asyncapi | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_since_takes_what_a_person_writes() -> None:
    assert position("latest") == "latest"
    assert position("earliest") == "earliest"
    assert position("1970-01-01T00:00:10+00:00") == 10_000
    hour, day = position("1h"), position("1d")
    assert isinstance(hour, int)
    assert isinstance(day, int)
    assert 22.9 < (hour - day) / 3_600_000 < 23.1
    assert isinstance(position(".5h"), int)
    assert isinstance(position("1.5m"), int)
    assert position("999999999d") == position("0001-01-02T00:00:00") == 0


@pytest.mark.parametrize(
    "since", ["yesterday", "²h", "٣h", ".h", "h", "-1h", "1e3s", "9" * 400 + "h", "9999-12-31T23:59:59-23:59"]
)
def test_since_takes_nothing_else(since: str) -> None:
    with pytest.raises(UserError, match=r"--since .*: give latest, earliest"):
        position(since)


def test_a_record_is_a_line_whatever_its_bytes_are() -> None:
    assert as_line('{"title": "Zürich"}'.encode()) == '{"title": "Zürich"}'
    assert base64.b64decode(json.loads(as_line(b"\xff\xfe"))["raw_base64"]) == b"\xff\xfe"


def test_topics_are_found_by_their_short_and_whole_names() -> None:
    catalogue = Catalogue(prefix="x.")
    assert topic_named(catalogue, "dead") == topic_named(catalogue, "x.news.dead") == catalogue.dead
    with pytest.raises(UserError, match="enriched"):
        topic_named(catalogue, "decisions")


def test_filters_are_all_to_be_passed() -> None:
    event = {"source": "a.example", "language": {"code": "en"}, "entities": [{"name": "Imran Khan"}]}
    assert matches(event)
    assert matches(event, entity="imran khan", source="a.example", language="en")
    assert not matches(event, entity="Khan")
    assert not matches(event, source="b.example")
    assert not matches(event, language="de")
    assert not matches([])


def test_filters_take_raw_records_whatever_is_in_them() -> None:
    assert matches({"language": "en", "entities": None}, language="en")
    assert not matches({"language": ["en"], "entities": ["Imran Khan", 7]}, entity="imran khan", language="en")


def test_stages_come_out_in_pipeline_order() -> None:
    assert stage_names("extract, normalise") == ("normalise", "extract")
    assert stage_names(None) == STAGES


def test_the_raw_record_is_found_in_an_origin() -> None:
    assert raw_position("x.news.raw/AAA-_b/3/17", "x.news.raw") == (3, 17)
    assert raw_position("other/AAA/3/17", "x.news.raw") is None


def test_the_summary_says_what_became_of_everything() -> None:
    counts = {"enriched": 5, "duplicates": 3, "dead": 2}
    assert summary(10, counts, 0) == "published 10 = enriched 5 + duplicates 3 + dead 2, missing 0"
