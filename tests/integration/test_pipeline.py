"""The whole pipeline as real processes on a real broker."""

import json
import re
import signal
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from producers.items import Item
from producers.sources.files import read_files
from streams.broker import admin
from streams.contracts.codec import decode, decode_headers
from streams.contracts.events import ArticleRow, DeadLetter, EnrichedArticle
from streams.contracts.topics import MAX_RAW_BYTES, Catalogue
from streams.core.tabulate import replaces, row
from tests.data import DATA
from tests.expected import Seed, differences, load_seeds, model_expectations, model_misses, offsets_hold
from tests.integration.running import (
    DEADLINE_SECONDS,
    Sent,
    environment,
    log_lines,
    newswire,
    outcomes,
    read_all,
    run_async,
    send,
    until,
    worker,
)

pytestmark = pytest.mark.integration
GIVEN = "in.jsonl"
ARTICLES = 500  # of the parity test, beside all seeds
MODEL_FLOOR = 0.75  # of the seeds' expected topics and entities; the rest are listed by the test


@pytest.fixture(scope="session")
def seeds() -> list[Seed]:
    return load_seeds()


def _single(bootstrap: str, catalogue: Catalogue) -> Catalogue:
    """Return a catalogue with one raw partition: one order, as in a file."""
    single = Catalogue(prefix="one." + catalogue.prefix, partitions=1)
    run_async(admin.ensure_topics(bootstrap, list(single)))
    return single


def _articles() -> list[bytes]:
    mapping = {"body": "text", "date": "published_at"}
    values = []
    for item in read_files([str(DATA / "articles" / "allsides_8k.jsonl.gz")], mapping=mapping):
        assert isinstance(item, Item)
        values.append(item.value)
        if len(values) == ARTICLES:
            return values
    raise AssertionError(f"fewer than {ARTICLES} articles")


def _enriched_file(values: list[bytes], folder: Path) -> list[dict[str, Any]]:
    given, made = folder / GIVEN, folder / "out.jsonl"
    given.write_bytes(b"".join(value + b"\n" for value in values))
    done = newswire("enrich", str(given), str(made), "--quiet", timeout=600)
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in made.read_bytes().splitlines()]


def _through_kafka(bootstrap: str, catalogue: Catalogue, values: list[bytes], folder: Path) -> list[dict[str, Any]]:
    """Return the outcomes in the order of `values`, with `outcome`, `line` and `file` as `enrich` writes them."""
    sent = run_async(send(bootstrap, catalogue.raw, values))
    env = environment(bootstrap, catalogue, folder)
    with worker(env, folder / "worker.log") as process:
        found = run_async(outcomes(bootstrap, catalogue, sent, process), 400)
        until(lambda: _drained(env), "lag 0 in every stage")
    names = {"enriched": "enriched", "duplicates": "duplicate", "dead": "dead"}
    made = []
    for number, at in enumerate(sent, start=1):
        name, received = found[at.partition, at.offset]
        place = {"file": str(folder / GIVEN)} if name == "dead" else {}
        made.append({"outcome": names[name], "line": number, **place, **json.loads(received.value or b"")})
    return made


def _without_event_id(event: dict[str, Any]) -> str:
    return json.dumps({name: value for name, value in event.items() if name != "event_id"})


def test_seeds_and_articles_come_out_of_kafka_as_out_of_a_file(
    bootstrap: str, catalogue: Catalogue, seeds: list[Seed], tmp_path: Path
) -> None:
    values = [seed.value for seed in seeds] + (_articles() if DATA.is_dir() else [])
    from_file = _enriched_file(values, tmp_path)
    single = _single(bootstrap, catalogue)
    from_kafka = _through_kafka(bootstrap, single, values, tmp_path)
    assert len(from_file) == len(from_kafka) == len(values)
    for one, other in zip(from_file, from_kafka, strict=True):
        assert _without_event_id(other) == _without_event_id(one)
    _check_seeds(seeds, from_kafka)
    _check_headers(bootstrap, single)
    _check_table(bootstrap, single)
    _check_log(tmp_path / "worker.log", len(values))


def _check_seeds(seeds: list[Seed], events: list[dict[str, Any]]) -> None:
    ids = {(seed.file, seed.line): event.get("article_id", "") for seed, event in zip(seeds, events, strict=False)}
    wrong = [text for seed, event in zip(seeds, events, strict=False) for text in differences(seed, event, ids)]
    assert not wrong, "\n".join(wrong)
    enriched = [(seed, event) for seed, event in zip(seeds, events, strict=False) if event["outcome"] == "enriched"]
    assert all(offsets_hold(event) for _, event in enriched)
    missed = [text for seed, event in enriched for text in model_misses(seed, event)]
    expected = sum(model_expectations(seed) for seed, _ in enriched)
    print(f"\ntopics and entities expected of the seeds: {expected}, missed {len(missed)}:", *missed, sep="\n  ")
    assert len(missed) <= (1 - MODEL_FLOOR) * expected


def _check_headers(bootstrap: str, catalogue: Catalogue) -> None:
    for topic in (catalogue.enriched, catalogue.duplicates, catalogue.dead):
        for received in run_async(read_all(bootstrap, topic)):
            headers = decode_headers(received.raw_headers)
            assert headers.origin.startswith(catalogue.raw.name + "/")
            assert headers.schema == f"{topic.value.__name__}/1"
            assert headers.attempt == 1
            assert headers.ingested_at is not None


def _check_table(bootstrap: str, catalogue: Catalogue) -> None:
    """The table is the fold of the enriched stream, up to what was acknowledged when the worker stopped."""
    fold: dict[str, ArticleRow] = {}
    for received in run_async(read_all(bootstrap, catalogue.enriched)):
        new = row(decode(EnrichedArticle, received.value))
        if replaces(new, fold.get(new.article_id)):
            fold[new.article_id] = new
    table = {r.key: r.value for r in run_async(read_all(bootstrap, catalogue.articles))}
    assert table == {key.encode(): value.model_dump_json().encode() for key, value in fold.items()}


def _check_log(log: Path, records: int) -> None:
    """One canonical line for each record and stage outcome."""
    lines = [line for line in log_lines(log) if line["event"] == "article"]
    normalised = [line["origin"] for line in lines if line["stage"] == "normalise"]
    assert sorted(normalised) == sorted(set(normalised))
    assert len(normalised) == records
    assert any(line["event"] == "stats" for line in log_lines(log))


def test_with_several_partitions_the_same_records_are_accounted_for(
    bootstrap: str, catalogue: Catalogue, seeds: list[Seed], tmp_path: Path
) -> None:
    values = [seed.value for seed in seeds]
    from_file = _enriched_file(values, tmp_path)
    from_kafka = _through_kafka(bootstrap, catalogue, values, tmp_path)
    assert len(from_kafka) == len(from_file)
    differing = []
    for seed, one, other in zip(seeds, from_file, from_kafka, strict=True):
        if one["outcome"] != other["outcome"]:
            differing.append(f"{seed.name}: {one['outcome']} in file order, {other['outcome']} here")
        elif one["outcome"] == "enriched":
            same = ("text", "topics", "entities", "title", "language", "article_id")
            assert {name: other[name] for name in same} == {name: one[name] for name in same}
    print(f"\n{len(differing)} verdicts depend on the order of arrival:", *differing, sep="\n  ")
    # Of a pair of copies the other one may be enriched; nothing else may differ.
    assert all("dead" not in text for text in differing)
    assert len({e["article_id"] for e in from_kafka if e["outcome"] == "enriched"}) > 0


def test_bad_records_cost_themselves_only(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    good = [_raw(number) for number in range(4)]
    oversized = json.dumps({"url": "https://big.example/1", "title": "Big", "text": "word " * 230_000}).encode()
    assert MAX_RAW_BYTES < len(oversized) < MAX_RAW_BYTES + 128 * 1_024
    bad = {"null_value": None, "too_large": oversized, "not_utf8": b"\xff\xfe", "too_deep": b"[" * 10_000}
    values: list[bytes | None] = [good[0], *bad.values(), *good[1:]]
    sent = run_async(send(bootstrap, catalogue.raw, values, key=lambda n: b"key" if n % 2 else None))
    with worker(environment(bootstrap, catalogue, tmp_path), tmp_path / "worker.log") as process:
        found = run_async(outcomes(bootstrap, catalogue, sent, process))
        assert process.poll() is None, "a bad record must not restart the worker"
    by_value = {id(at.value): found[at.partition, at.offset] for at in sent}
    for reason, value in bad.items():
        name, received = by_value[id(value)]
        letter = decode(DeadLetter, received.value)
        assert (name, letter.reason) == ("dead", reason)
        assert letter.message
    assert all(by_value[id(value)][0] == "enriched" for value in good)


def _raw(number: int) -> bytes:
    places = ("Lisbon", "Nairobi", "Quito", "Hanoi", "Oslo", "Perth", "Accra", "Lima")
    place, other = places[number % 8], places[(number // 8 + 3) % 8]
    text = (
        f"Officials in {place} said on day {number} that bridge {number * 7 + 1} to {other} would open "
        f"after {number + 3} months. Engineer Maria Lopes {number} told reporters that {number * 31 + 5} tonnes "
        f"of steel had been used and that the toll would be {number * 3 + 2} crowns. "
        f"Residents of {other} street {number} celebrated."
    )
    article = {"url": f"https://bridges.example/{number}", "title": f"Bridge {number} opens in {place}", "text": text}
    return json.dumps(article).encode()


def _copy(number: int) -> bytes:
    """Return the same report as another outlet prints it."""
    article = json.loads(_raw(number))
    text = f"By Jane Doe\n\n{article['text']}".replace("told reporters", "said")
    return json.dumps({"url": f"https://elsewhere.example/{number}", "title": article["title"], "text": text}).encode()


def test_a_killed_worker_loses_nothing_and_repeats_the_same_bytes(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    sent = run_async(send(bootstrap, catalogue.raw, [_raw(number) for number in range(120)]))
    env = environment(bootstrap, catalogue, tmp_path, NEWSWIRE_SLOT="a")
    for kill_after in (1, 40):
        with worker(env, tmp_path / "worker.log") as process:
            until(partial(_at_least, bootstrap, catalogue, kill_after), f"{kill_after} outcomes")
            process.kill()
            process.wait()
    with worker(env, tmp_path / "worker.log") as process:
        run_async(outcomes(bootstrap, catalogue, sent, process))
    bodies: dict[str, set[bytes]] = {}
    for topic in (catalogue.enriched, catalogue.duplicates, catalogue.dead):
        for received in run_async(read_all(bootstrap, topic)):
            bodies.setdefault(decode_headers(received.raw_headers).origin, set()).add(received.value or b"")
    assert len(bodies) == len(sent)
    assert all(len(values) == 1 for values in bodies.values()), "a repeat differs"


def _at_least(bootstrap: str, catalogue: Catalogue, count: int) -> bool | None:
    return len(run_async(read_all(bootstrap, catalogue.enriched))) >= count or None


def test_sigterm_drains_and_exits_zero_and_nothing_listens(
    bootstrap: str, catalogue: Catalogue, tmp_path: Path
) -> None:
    sent = run_async(send(bootstrap, catalogue.raw, [_raw(number) for number in range(30)]))
    with worker(environment(bootstrap, catalogue, tmp_path), tmp_path / "worker.log") as process:
        run_async(outcomes(bootstrap, catalogue, sent, process))
        assert listening(process.pid) == []
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    assert "Traceback" not in (tmp_path / "worker.log").read_text()


def test_sigterm_under_load_finishes_what_is_in_flight(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    sent = run_async(send(bootstrap, catalogue.raw, [_raw(number) for number in range(300)]))
    env = environment(bootstrap, catalogue, tmp_path)
    with worker(env, tmp_path / "first.log") as process:
        until(partial(_at_least, bootstrap, catalogue, 5), "5 outcomes")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    last = {line["stage"]: line for line in log_lines(tmp_path / "first.log") if line["event"] == "stats"}
    assert {line["in_flight"] for line in last.values()} == {0}
    lags = json.loads(newswire("status", "--json", env=env).stdout)["stages"]
    assert {name: lag["committed"] for name, lag in lags.items()} == {name: last[name]["done"] for name in last}
    with worker(env, tmp_path / "second.log") as process:
        run_async(outcomes(bootstrap, catalogue, sent, process))


def listening(pid: int) -> list[str]:
    """Return the addresses on which a process accepts TCP connections, from /proc."""
    inodes = set()
    for fd in Path(f"/proc/{pid}/fd").iterdir():
        if match := re.fullmatch(r"socket:\[(\d+)\]", str(fd.readlink())):
            inodes.add(match[1])
    found = []
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                found.append(fields[1])
    return found


def test_topics_that_differ_from_the_catalogue_stop_the_worker_with_one_line(
    bootstrap: str, catalogue: Catalogue
) -> None:
    env = environment(bootstrap, catalogue, Path("state"), NEWSWIRE_PARTITIONS=str(catalogue.partitions + 1))
    done = newswire("worker", env=env)
    message = done.stderr.decode().strip()
    assert done.returncode == 2
    assert "partitions" in message
    assert len(message.splitlines()) == 1


def test_status_counts_every_outcome(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    values = [_raw(0), _raw(0), b"broken", _raw(1), _copy(0)]
    env = environment(bootstrap, catalogue, tmp_path)
    assert json.loads(newswire("status", "--json", env=env).stdout)["published"] == 0
    sent = run_async(send(bootstrap, catalogue.raw, values, key=lambda _: b"same"))
    waiting = newswire("status", "--json", env=env)
    assert (waiting.returncode, json.loads(waiting.stdout)["missing"]) == (1, 5)
    with worker(env, tmp_path / "worker.log") as process:
        run_async(outcomes(bootstrap, catalogue, sent, process))
        until(lambda: _drained(env), "lag 0 in every stage")
    state = json.loads(newswire("status", "--json", env=env).stdout)
    counts = {name: state[name] for name in ("published", "enriched", "duplicates", "dead", "missing")}
    assert counts == {"published": 5, "enriched": 2, "duplicates": 2, "dead": 1, "missing": 0}
    _check_get_and_tail(env)
    _check_explain(env, sent, tmp_path)


def _drained(env: dict[str, str]) -> bool | None:
    return not any(json.loads(newswire("status", "--json", env=env).stdout)["lag"].values()) or None


def _check_get_and_tail(env: dict[str, str]) -> None:
    got = newswire("get", "https://bridges.example/1?utm_source=mail", "--json", env=env)
    assert (got.returncode, json.loads(got.stdout)["title"]) == (0, "Bridge 1 opens in Nairobi")
    nothing = newswire("get", "https://bridges.example/none", env=env)
    assert (nothing.returncode, len(nothing.stderr.splitlines())) == (1, 1)
    story = json.loads(got.stdout)["story_id"]
    told = json.loads(newswire("get", "story", story, env=env).stdout)
    assert (told["story_id"], told["parts"]) == (story, [story])
    assert json.loads(got.stdout)["article_id"] in {member["article_id"] for member in told["members"]}
    tailed = newswire("tail", "--since", "earliest", "--to-end", "--json", env=env)
    assert Counter(json.loads(line)["change"] for line in tailed.stdout.splitlines()) == {"new": 2}
    none = newswire("tail", "--since", "earliest", "--to-end", "--json", "--source", "other.example", env=env)
    assert (none.returncode, none.stdout) == (0, b"")
    dead = newswire("tail", "--topic", "dead", "--since", "earliest", "--to-end", env=env)
    assert json.loads(dead.stdout)["reason"] == "not_json"


def _check_explain(env: dict[str, str], sent: list[Sent], folder: Path) -> None:
    original, again, broken, other, copy = (f"{one.partition}/{one.offset}" for one in sent)
    told = _explained(env, "https://elsewhere.example/0", "https://bridges.example/0")  # the copy is named first
    assert (told["verdict"], told["rule"], told["order"]) == ("near_copy", "similar_text", "by what was recorded")
    assert (told["earlier"]["name"], told["later"]["name"], told["otherwise"]) == ("B", "A", "")
    assert told["later"]["recorded"]["canonical_id"] == told["earlier"]["article_id"]
    assert told["later"]["recorded"]["policy"] == told["policy"]
    assert told["later"]["origin"].endswith(f"/{copy}")
    assert [removed["text"] for removed in told["later"]["passed_over"]["removed"]] == ["By Jane Doe"]
    assert _explained(env, other, told["earlier"]["article_id"])["verdict"] == "new"
    assert _explained(env, original, again)["verdict"] == "same_article"
    _check_policy_and_file(env, told, folder)
    for given, says in (
        (broken, "is dead: not_json: "),
        ("7/9", "has no such record"),
        ("https://no.example/1", "knows"),
    ):
        done = newswire("explain", original, given, env=env)
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1), done.stderr
        assert says in done.stderr.decode()


def _check_policy_and_file(env: dict[str, str], told: dict[str, Any], folder: Path) -> None:
    file = folder / "copy.json"
    file.write_bytes(_copy(0))
    assert _explained(env, told["earlier"]["article_id"], str(file))["verdict"] == "near_copy"
    # A policy under which the copy comes too late.
    short = {**env, "NEWSWIRE_DEDUPE_HOURS": "0.0000001"}
    other = _explained(short, told["earlier"]["origin"], told["later"]["origin"])
    assert other["policy"] != other["later"]["recorded"]["policy"]


def _explained(env: dict[str, str], *given: str) -> dict[str, Any]:
    done = newswire("explain", *given, "--json", env=env)
    assert done.returncode == 0, done.stderr.decode()
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_tail_resumes_where_it_stopped(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    sent = run_async(send(bootstrap, catalogue.raw, [_raw(number) for number in range(6)]))
    env = environment(bootstrap, catalogue, tmp_path)
    with worker(env, tmp_path / "worker.log") as process:
        run_async(outcomes(bootstrap, catalogue, sent, process))
    arguments = ("tail", "--since", "earliest", "--resume", catalogue.prefix + "reader", "--to-end", "--json")
    first = newswire(*arguments, "--limit", "2", env=env).stdout.splitlines()
    second = newswire(*arguments, env=env).stdout.splitlines()
    ids = [json.loads(line)["event_id"] for line in (*first, *second)]
    assert (len(first), len(ids), len(set(ids))) == (2, 6, 6)


def test_up_once_on_a_given_broker(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    own = tmp_path / "articles.jsonl"
    own.write_bytes(b"\n".join(_raw(number) for number in range(5)) + b"\nbroken\n")
    env = environment(bootstrap, catalogue, tmp_path)
    done = newswire("up", "--once", "--files", str(own), env=env, timeout=DEADLINE_SECONDS)
    assert done.returncode == 0, done.stderr.decode()
    assert b"published 6 = enriched 5 + duplicates 0 + dead 1, missing 0" in done.stderr
    assert len([json.loads(line) for line in done.stdout.splitlines()]) == 6
    again = newswire("up", "--once", "--files", str(own), env=env, timeout=DEADLINE_SECONDS)
    assert b"published 6 = enriched 0 + duplicates 5 + dead 1, missing 0" in again.stderr
