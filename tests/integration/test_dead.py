"""`newswire dead`: letters are found, shown and sent again, on a real broker with a real worker."""

import json
import subprocess
from functools import partial
from pathlib import Path

import pytest

from streams.cli.letterbox import Filter, Letter, read_letters
from streams.cli.scan import scanner
from streams.contracts.codec import Headers, decode, decode_headers, encode
from streams.contracts.errors import Malformed
from streams.contracts.events import DeadLetter
from streams.contracts.origin import Origin
from streams.contracts.topics import Catalogue
from streams.delivery.letters import dead_letter
from tests.integration.running import environment, newswire, read_all, run_async, until, worker
from tests.integration.test_reconcile import delete_before
from tests.made_outcomes import PIPELINE, Writer, commit_to_end, raw_epoch

BROKERS = ("embedded",)  # the time goes into restarts of ours; the pipeline, producers and topics run on both

pytestmark = pytest.mark.integration
INGESTED_AT = 1_700_000_000_000
ARTICLE = {
    "url": "https://bridges.example/9",
    "title": "Bridge opens in Oslo",
    "text": "Officials in Oslo said on Monday that the bridge to Perth would open after nine months of work.",
}


def letter(value: bytes | None, origin: Origin, *, stage: str = "normalise", attempts: int = 1) -> bytes:
    error = Malformed("no_text", "no article text is left\nonce boilerplate is taken away")
    return encode(dead_letter(value, error, stage=stage, origin=str(origin), pipeline=PIPELINE, attempts=attempts))


async def give(bootstrap: str, catalogue: Catalogue, value: bytes, stage: str = "normalise") -> Origin:
    """Publish a raw record that no worker will read, and a dead letter for it."""
    async with Writer(bootstrap, catalogue, await raw_epoch(bootstrap, catalogue)) as writer:
        [origin] = await writer.raw([value])
        carried = value if stage == "normalise" else b'{"an event": "between stages"}'
        await writer.dead(origin, letter(carried, origin, stage=stage), stage=stage, ingested_at=INGESTED_AT)
        await writer.acknowledged()
    await commit_to_end(bootstrap, catalogue, catalogue.prefix + "nw", short_by=0)
    return origin


def dead(env: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    return newswire("dead", *arguments, env=env)


def redriven(bootstrap: str, catalogue: Catalogue) -> list[tuple[bytes | None, Headers]]:
    records = run_async(read_all(bootstrap, catalogue.redrive))
    return [(record.value, decode_headers(record.raw_headers)) for record in records]


def outcomes_of(bootstrap: str, catalogue: Catalogue, origin: Origin) -> list[tuple[str, int]]:
    """Return (stage, attempt) of every outcome of a raw record."""
    found = []
    for topic in (catalogue.enriched, catalogue.duplicates, catalogue.dead):
        for record in run_async(read_all(bootstrap, topic)):
            headers = decode_headers(record.raw_headers)
            if headers.origin == str(origin):
                found.append((headers.stage, headers.attempt))
    return found


def test_what_is_sent_again_ends_as_the_next_attempt(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    fine = run_async(give(bootstrap, catalogue, json.dumps(ARTICLE).encode()))
    env = environment(bootstrap, catalogue, tmp_path)
    with worker(env, tmp_path / "worker.log") as process:
        bad = run_async(publish(bootstrap, catalogue, b"not json"))

        def died(attempt: int) -> bool | None:
            assert process.poll() is None, (tmp_path / "worker.log").read_text()
            return ("normalise", attempt) in outcomes_of(bootstrap, catalogue, bad) or None

        until(partial(died, 1), "the bad record is dead")
        told = dead(env, "redrive", "--all")
        assert (told.returncode, told.stdout.decode().strip()) == (0, "redriven 2, skipped 0"), told.stderr
        until(partial(died, 2), "the bad record is dead again")
        until(lambda: ("extract", 2) in outcomes_of(bootstrap, catalogue, fine) or None, "the other is enriched")
        proof = newswire("reconcile", "--json", "--wait", "60", env=env)
    state = json.loads(proof.stdout)
    assert (proof.returncode, state["holds"], state["in_flight"]) == (0, True, 0), state
    assert state["outcomes"] == {"enriched": 1, "duplicate": 0, "dead": 1}
    assert state["superseded"] == {"enriched": 0, "duplicate": 0, "dead": 2}
    status = json.loads(newswire("status", "--json", env=env).stdout)
    assert (status["published"], status["enriched"], status["dead"], status["missing"]) == (2, 1, 1, 0)
    check_letters(bootstrap, catalogue, bad)
    again = dead(env, "redrive", f"{fine.partition}/{fine.offset}")
    assert again.returncode == 1
    assert b"superseded by attempt 2" in again.stderr


def check_letters(bootstrap: str, catalogue: Catalogue, bad: Origin) -> None:
    """The second letter is the first, of attempt 2; the raw record's time is carried along."""
    of_bad = [r for r in run_async(read_all(bootstrap, catalogue.dead)) if r.headers.origin == str(bad)]
    first, second = (decode(DeadLetter, record.value) for record in of_bad)
    assert (first.attempts, second.attempts) == (1, 2)
    assert first.model_copy(update={"attempts": 2}) == second
    assert of_bad[0].headers.ingested_at == of_bad[1].headers.ingested_at
    [enriched] = run_async(read_all(bootstrap, catalogue.enriched))
    assert enriched.headers.ingested_at == INGESTED_AT


async def publish(bootstrap: str, catalogue: Catalogue, value: bytes) -> Origin:
    async with Writer(bootstrap, catalogue, await raw_epoch(bootstrap, catalogue)) as writer:
        [origin] = await writer.raw([value], 1)
        return origin


def test_what_is_sent_carries_origin_time_and_attempt_and_is_not_sent_twice(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    value = b'\xff "not even text"'
    origin = run_async(give(bootstrap, catalogue, value))
    env = environment(bootstrap, catalogue, tmp_path)
    place = f"{origin.partition}/{origin.offset}"
    rehearsed = dead(env, "redrive", "--reason", "no_text", "--dry-run")
    assert (rehearsed.returncode, redriven(bootstrap, catalogue)) == (0, [])
    assert str(origin).encode() in rehearsed.stdout
    assert dead(env, "redrive", "--reason", "no_text").returncode == 0
    [(sent, headers)] = redriven(bootstrap, catalogue)
    assert sent == value
    assert (headers.origin, headers.ingested_at, headers.attempt) == (str(origin), INGESTED_AT, 2)
    assert (headers.stage, headers.schema) == ("redrive", "RawArticle/1")
    twice = dead(env, "redrive", place, "--json")
    assert twice.returncode == 1
    assert json.loads(twice.stdout)["skipped"][0]["origin"] == str(origin)
    assert dead(env, "redrive", place, "--again").returncode == 0
    assert [headers.attempt for _, headers in redriven(bootstrap, catalogue)] == [2, 3]


def test_a_letter_of_a_later_stage_is_sent_from_the_raw_topic_while_it_is_there(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    origin = run_async(give(bootstrap, catalogue, b"the raw record", stage="extract"))
    env = environment(bootstrap, catalogue, tmp_path)
    assert dead(env, "redrive", "--stage", "extract").returncode == 0
    assert [value for value, _ in redriven(bootstrap, catalogue)] == [b"the raw record"]
    run_async(delete_before(bootstrap, catalogue.raw.name, origin.partition, origin.offset + 1))
    gone = dead(env, "redrive", "--stage", "extract", "--again")
    assert gone.returncode == 1
    assert b"no longer has it" in gone.stderr
    assert len(redriven(bootstrap, catalogue)) == 1


def test_letters_are_listed_filtered_and_shown(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    value = b'{"title": "caf\xc3\xa9 \\u0007"}'
    one = run_async(give(bootstrap, catalogue, value))
    two = run_async(give(bootstrap, catalogue, b"\xff\x00binary", stage="dedupe"))
    env = environment(bootstrap, catalogue, tmp_path)
    told = dead(env, "list")
    assert told.returncode == 0, told.stderr.decode()
    everything = [json.loads(line) for line in told.stdout.splitlines()]
    assert [found["origin"] for found in everything] == [str(one), str(two)]
    assert "raw_base64" not in everything[0]

    def listed(chosen: Filter) -> list[str]:
        return [found.headers.origin for found in run_async(letters(bootstrap, catalogue, chosen))]

    assert listed(Filter(stage="dedupe")) == [str(two)]
    assert listed(Filter(reason="no_text")) == [str(one), str(two)]
    assert listed(Filter(reason="no_title")) == []
    assert listed(Filter(message="BOILERPLATE")) == [str(one), str(two)]
    assert listed(Filter(message="nothing like it")) == []
    assert listed(Filter(since=1_000)) == [str(one), str(two)]
    assert listed(Filter(since=2**61)) == []
    assert listed(Filter(origins=(str(one),))) == [str(one)]
    newest = dead(env, "list", "--limit", "1", "--since", "1h", "--message", "article text").stdout.splitlines()
    assert [json.loads(line)["origin"] for line in newest] == [str(two)]
    shown = dead(env, "show", f"{one.partition}/{one.offset}").stdout.decode()
    assert "café \\x07" in shown or "café \\u0007" in shown
    assert "no_text" in shown
    assert dead(env, "show", everything[0]["event_id"], "--raw").stdout == value
    nothing = dead(env, "show", "7/7")
    assert (nothing.returncode, len(nothing.stderr.splitlines())) == (1, 1)


async def letters(bootstrap: str, catalogue: Catalogue, chosen: Filter) -> list[Letter]:
    async with scanner(bootstrap) as scan:
        return await read_letters(scan, catalogue.dead, chosen)


def test_redriving_everything_has_to_be_said(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    env = environment(bootstrap, catalogue, tmp_path)
    refused = dead(env, "redrive")
    assert (refused.returncode, len(refused.stderr.splitlines())) == (2, 1)
    assert b"--all" in refused.stderr
    unknown = dead(env, "redrive", "9/9")
    assert unknown.returncode == 1
    assert b"no dead letter" in unknown.stderr
