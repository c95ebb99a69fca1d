"""Publishing to a real broker. Uses the fixtures `bootstrap` (host:port) and `catalogue` (its topics exist)."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from producers.errors import DeliveryError, NoKafkaError
from producers.items import Item, Refused, item, keyed
from producers.journal import Journal
from producers.publisher import REPEATS_AT_MOST, publish
from producers.report import Report
from producers.sources.files import read_files
from streams.contracts.topics import MAX_RAW_BYTES, Catalogue

pytestmark = pytest.mark.integration

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60.0


def line(number: int, size: int = 200) -> bytes:
    head = b'{"url": "https://example.org/%d", "title": "Number %d", "text": "' % (number, number)
    return head + b"x" * (size - len(head) - 2) + b'"}'


def write(file: Path, count: int, size: int = 200) -> None:
    file.write_bytes(b"".join(line(number, size) + b"\n" for number in range(count)))


@asynccontextmanager
async def reader(bootstrap: str, topic: str) -> AsyncIterator[Any]:
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", max_partition_fetch_bytes=2 * MAX_RAW_BYTES
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def size_of(consumer: Any) -> int:
    return sum((await consumer.end_offsets(consumer.assignment())).values())


def on_topic(bootstrap: str, topic: str) -> list[Any]:
    """Return every record of the topic, those of a partition in their order."""

    async def read() -> list[Any]:
        records: list[Any] = []
        async with asyncio.timeout(PATIENCE_S), reader(bootstrap, topic) as consumer:
            size = await size_of(consumer)
            while len(records) < size:
                for batch in (await consumer.getmany(timeout_ms=1_000)).values():
                    records += batch
        return records

    return asyncio.run(read())


def count_on_topic(bootstrap: str, topic: str) -> int:
    async def count() -> int:
        async with reader(bootstrap, topic) as consumer:
            return await size_of(consumer)

    return asyncio.run(count())


def command(bootstrap: str, catalogue: Catalogue, *arguments: str) -> list[str]:
    end = ["--bootstrap", bootstrap, "--prefix", catalogue.prefix]
    return [sys.executable, "-m", "producers", "files", *arguments, *end]


@contextmanager
def running(arguments: Sequence[str], **rest: Any) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **rest)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def done(arguments: Sequence[str]) -> tuple[int, str, str]:
    result = subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S)
    return result.returncode, result.stdout, result.stderr


def test_records_are_as_the_contract_says(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    lines = [*(line(number) for number in range(3_000)), b"broken", line(7, MAX_RAW_BYTES)]
    file, report = tmp_path / "a.jsonl", Report()
    file.write_bytes(b"\n".join([*lines, line(8, MAX_RAW_BYTES + 1)]))
    entries = read_files([str(file)], report=report)
    asyncio.run(publish(entries, bootstrap=bootstrap, topic=catalogue.raw.name, report=report))
    records = on_topic(bootstrap, catalogue.raw.name)
    assert Counter(record.value for record in records) == Counter(lines)
    assert all(record.key == keyed(record.value) for record in records)
    assert {record.headers for record in records} == {(("schema", b"RawArticle/1"),)}
    assert (report.read, report.published, report.unanswered) == (3_003, 3_002, 0)
    assert [where for where, _ in report.refused] == [f"{file}:3003"]


def test_articles_of_one_identity_keep_their_order(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    versions = [{"url": f"https://example.org/{n % 5}", "title": f"{n}", "text": "x"} for n in range(1_000)]
    file.write_text("\n".join(json.dumps(version) for version in versions))
    asyncio.run(publish(read_files([str(file)]), bootstrap=bootstrap, topic=catalogue.raw.name, report=Report()))
    records = on_topic(bootstrap, catalogue.raw.name)
    for number in range(5):
        key = f"url://example.org/{number}".encode()
        titles = [int(json.loads(record.value)["title"]) for record in records if record.key == key]
        assert titles == list(range(number, 1_000, 5))


def test_the_command_reports_and_refuses(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    write(file, 10)
    code, out, err = done(command(bootstrap, catalogue, str(file)))
    assert (code, out) == (0, "")
    assert err.startswith(f"10 articles published to {catalogue.raw.name} in ")
    (tmp_path / "b.txt").write_bytes(b"\xff")
    code, out, err = done(command(bootstrap, catalogue, str(tmp_path), "--json"))
    assert (code, err) == (1, "")
    assert {name: json.loads(out)[name] for name in ("read", "published", "refused_count")} == {
        "read": 11, "published": 10, "refused_count": 1,
    }  # fmt: skip


def test_a_missing_topic_is_said_and_not_created(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    write(file, 1)
    absent = f"{catalogue.prefix}absent"
    arguments = [sys.executable, "-m", "producers", "files", str(file), "--bootstrap", bootstrap, "--topic", absent]
    for _ in range(2):  # a topic that the first run created would be there for the second
        code, _, err = done(arguments)
        assert code == 2
        said = f"Kafka at {bootstrap} has no topic {absent} that we may write to: create it with"
        assert err.startswith(said) and err.count("\n") == 1, err


def test_a_broker_that_cannot_take_it_is_a_delivery_error(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    """An article beyond what the topic takes, past the check of the sources."""
    good = item("a:1", line(1), read_place(tmp_path))
    bad = Item("a:2", bytes(2 * MAX_RAW_BYTES), None, read_place(tmp_path))
    report = Report()
    with pytest.raises(DeliveryError, match=r"a:2: Kafka did not take it: .*MessageSizeTooLarge"):
        asyncio.run(publish([good, bad], bootstrap=bootstrap, topic=catalogue.raw.name, report=report))
    assert (report.read, report.published, report.unanswered) == (2, 1, 1)


def read_place(folder: Path) -> Any:
    write(folder / "place.jsonl", 1)
    (entry,) = read_files([str(folder / "place.jsonl")])
    assert not isinstance(entry, Refused)
    return entry.place


def test_no_broker_is_said_before_anything_is_read() -> None:
    read: list[int] = []
    entries = (Refused("a", "b") for _ in iter(lambda: read.append(1), 1))
    with pytest.raises(NoKafkaError):
        asyncio.run(publish(entries, bootstrap="127.0.0.1:1", topic="news.raw", report=Report()))
    assert read == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_pipe_and_everything_read_is_delivered(
    bootstrap: str, catalogue: Catalogue, number: signal.Signals
) -> None:
    """The pipe stays open: lines are published as they come, and the command ends though its read does not."""
    with running(command(bootstrap, catalogue, "-", "--json"), stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write("".join(line(n).decode() + "\n" for n in range(100)))
        process.stdin.flush()
        deadline = time.monotonic() + PATIENCE_S
        while count_on_topic(bootstrap, catalogue.raw.name) < 100:
            assert time.monotonic() < deadline, "lines of an open pipe were not published"
        process.send_signal(number)
        assert process.wait(PATIENCE_S) == 128 + number
        assert process.stdout is not None
        assert process.stderr is not None
        report = json.loads(process.stdout.read())
        assert process.stderr.read() == ""
    assert (report["read"], report["published"], report["unanswered"]) == (100, 100, 0)
    assert report["stopped"] == number.name


def test_a_killed_producer_goes_on_where_it_was(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    count = 40_000
    first, second = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    write(first, count // 2)
    second.write_bytes(b"".join(line(number) + b"\n" for number in range(count // 2, count)))
    arguments = [*command(bootstrap, catalogue, str(first), str(second)), "--resume", "big", "--state", str(tmp_path)]

    def published() -> int:
        return sum(place.number for place in Journal.load(tmp_path, "big", catalogue.raw.name).places.values())

    kills = 0
    for target in (count // 8, count // 2 + count // 8):
        with running(arguments) as process:
            deadline = time.monotonic() + PATIENCE_S
            while published() < target and process.poll() is None:
                assert time.monotonic() < deadline, f"{published()} of {target} published"
            kills += process.poll() is None
            os.kill(process.pid, signal.SIGKILL)
    assert kills == 2, "the producer was done before it could be killed"

    assert published() < count
    code, out, _ = done([*arguments, "--json"])
    assert code == 0
    report = json.loads(out)
    assert report["skipped"]["published by an earlier run"] + report["read"] == count
    copies = Counter(record.value for record in on_topic(bootstrap, catalogue.raw.name))
    assert copies.keys() == {line(number) for number in range(count)}
    assert copies.total() - count <= kills * REPEATS_AT_MOST

    code, out, _ = done([*arguments, "--json"])
    assert (code, json.loads(out)["read"]) == (0, 0)
    assert count_on_topic(bootstrap, catalogue.raw.name) == copies.total()
