"""`newswire reconcile` over real topics: what is dropped, doubled or changed is found and named, and nothing else."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.records_to_delete import RecordsToDelete
from aiokafka.structs import TopicPartition

from streams.broker import admin
from streams.cli.proof import Report, prove
from streams.contracts.origin import Origin
from streams.contracts.topics import Catalogue
from streams.core.reconcile import VIOLATIONS
from streams.settings import Settings, load
from tests.expected import load_seeds
from tests.integration.running import environment, newswire, outcomes, run_async, send, worker
from tests.made_outcomes import Writer, commit_to_end, raw_epoch

BROKERS = ("embedded",)  # the time goes into restarts of ours; the pipeline, producers and topics run on both

pytestmark = pytest.mark.integration
RECORDS = 40
Work = Callable[[Writer], Awaitable[None]]


@pytest.fixture
def settings(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> Settings:
    return load(
        bootstrap=bootstrap, prefix=catalogue.prefix, partitions=catalogue.partitions, group=catalogue.prefix + "nw",
        state=tmp_path / "state",
    )  # fmt: skip


def write(settings: Settings, work: Work, *, settled: bool = True) -> None:
    """Write with a bare producer, and let the groups have finished everything."""
    assert settings.bootstrap

    async def written() -> None:
        bootstrap, catalogue = settings.bootstrap or "", settings.catalogue
        async with Writer(bootstrap, catalogue, await raw_epoch(bootstrap, catalogue)) as writer:
            await work(writer)
            await writer.acknowledged()
        if settled:
            await commit_to_end(bootstrap, catalogue, settings.group)

    run_async(written())


def reconciled(settings: Settings, *, fresh: bool = False, wait_s: float = 0.0) -> Report:
    return run_async(prove(settings, wait_s=wait_s, fresh=fresh, quiet=True))


def broken(report: Report) -> dict[str, list[tuple[int, int]]]:
    """Return the violations as (partition, offset) by kind."""
    found: dict[str, list[tuple[int, int]]] = {}
    for kind, named in report.violations.items():
        for origin, _ in named:
            _, _, partition, offset = origin.rsplit("/", 3)
            found.setdefault(kind, []).append((int(partition), int(offset)))
    return found


async def whole(writer: Writer, records: int = RECORDS, skip: tuple[int, ...] = ()) -> list[Origin]:
    """Write raw records on every partition with their outcomes: of each four, two enriched, one copy, one dead."""
    partitions = writer.catalogue.partitions
    origins: list[Origin] = []
    for partition in range(partitions):
        count = len(range(partition, records, partitions))
        origins += await writer.raw([b"{}"] * count, partition)
    for number, origin in enumerate(origins):
        if number not in skip:
            await outcome(writer, number, origin)
    return origins


async def outcome(writer: Writer, number: int, origin: Origin, **more: Any) -> None:
    if number % 4 == 2:
        await writer.duplicate(origin, f"copy-{number}", f"article-{number - 1}", **more)
    elif number % 4 == 3:
        await writer.dead(origin, **more)
    else:
        await writer.enriched(origin, f"article-{number}", **more)


def test_a_whole_stream_keeps_the_promise_and_repeats_are_counted(settings: Settings) -> None:
    async def work(writer: Writer) -> None:
        origins = await whole(writer)
        for number in (0, 1, 2, 3):
            await outcome(writer, number, origins[number])

    write(settings, work)
    report = reconciled(settings)
    assert broken(report) == {}
    assert (report.records, report.repeats, report.in_flight, report.read) == (RECORDS, 4, 0, RECORDS + 4)
    assert report.outcomes == {"enriched": 20, "duplicate": 10, "dead": 10}


def test_a_dropped_a_doubled_and_a_changed_record_are_each_named(settings: Settings, bootstrap: str) -> None:
    named: dict[str, list[tuple[int, int]]] = {}

    async def work(writer: Writer) -> None:
        origins = await whole(writer, skip=(5,))
        named["missing"] = [origins[5][2:]]
        await writer.dead(origins[8])
        named["doubled"] = [origins[8][2:]]
        await writer.enriched(origins[12], "article-12", text="changed")
        named["differing_repeats"] = [origins[12][2:]]
        await writer.enriched(origins[17], "article-16")
        named["doubled"] = sorted([*named["doubled"]])
        named["differing_repeats"].append(origins[17][2:])
        named["two_owners"] = sorted([origins[16][2:], origins[17][2:]])
        await writer.enriched(Origin(writer.catalogue.raw.name, writer.epoch, 0, 10_000), "article-x")
        named["unfounded"] = [(0, 10_000)]
        [orphan] = await writer.raw([b"{}"], 1)
        await writer.duplicate(orphan, "copy-x", "never-enriched")
        named["canonical_never_enriched"] = [orphan[2:]]
        # The copy of number 5, which was dropped, is not enriched either.
        named["canonical_never_enriched"].append(origins[6][2:])

    write(settings, work)
    report = reconciled(settings)
    found = {kind: sorted(places) for kind, places in broken(report).items()}
    assert found == {kind: sorted(places) for kind, places in named.items()}
    assert found.keys() == VIOLATIONS.keys()
    env = environment(bootstrap, settings.catalogue, settings.state)
    told = newswire("reconcile", env=env)
    assert told.returncode == 1, told.stderr
    text = told.stdout.decode()
    assert "THE PROMISE IS BROKEN" in text
    partition, offset = named["missing"][0]
    assert f"/{partition}/{offset}  no outcome on any topic" in text
    as_json = newswire("reconcile", "--json", env=env)
    state = json.loads(as_json.stdout)
    assert (as_json.returncode, state["holds"], state["missing"], state["read"]) == (1, False, 1, 0)
    assert state["violations"]["missing"][0]["origin"].endswith(f"/{partition}/{offset}")


def test_the_seeds_through_a_real_worker_keep_the_promise(bootstrap: str, catalogue: Catalogue, tmp_path: Path) -> None:
    sent = run_async(send(bootstrap, catalogue.raw, [seed.value for seed in load_seeds()]))
    env = environment(bootstrap, catalogue, tmp_path)
    with worker(env, tmp_path / "worker.log") as process:
        run_async(outcomes(bootstrap, catalogue, sent, process))
        told = newswire("reconcile", "--json", "--wait", "60", env=env)
    state = json.loads(told.stdout)
    assert (told.returncode, state["holds"], state["in_flight"]) == (0, True, 0), state
    assert (state["records"], sum(state["outcomes"].values())) == (len(sent), len(sent))
    assert min(state["outcomes"].values()) > 0
    assert (state["aside"], state["cannot_be_told"], state["other_epochs"]) == ({}, [], {})


def test_what_the_stages_have_not_finished_is_in_flight(settings: Settings, bootstrap: str) -> None:
    async def work(writer: Writer) -> None:
        await whole(writer, skip=(5, 39))

    write(settings, work, settled=False)
    nobody = reconciled(settings)
    assert (broken(nobody), nobody.in_flight, nobody.behind["normalise"]) == ({}, 2, RECORDS)
    assert nobody.holds()
    assert not nobody.holds(strict=True)
    run_async(commit_to_end(bootstrap, settings.catalogue, settings.group, short_by=1))
    last = reconciled(settings)
    assert last.in_flight == 1, "the last record of its partition"
    assert len(broken(last)["missing"]) == 1
    env = environment(bootstrap, settings.catalogue, settings.state)
    assert newswire("reconcile", "--strict", "--wait", "0.5", env=env).returncode == 1


def test_a_run_reads_only_what_is_new_and_fresh_reads_everything(settings: Settings) -> None:
    async def first(writer: Writer) -> None:
        await whole(writer, skip=(5, 6))

    async def second(writer: Writer) -> None:
        origins = [Origin(writer.catalogue.raw.name, writer.epoch, 0, offset) for offset in (5, 6)]
        for number, origin in zip((5, 6), origins, strict=True):
            await outcome(writer, number, origin)

    write(settings, first)
    before = reconciled(settings)
    assert broken(before) == {"missing": [(0, 5), (0, 6)]}
    write(settings, second)
    after = reconciled(settings)
    assert (after.read, broken(after)) == (2, {})
    again = reconciled(settings, fresh=True)
    assert (again.read, broken(again)) == (RECORDS, {})
    assert (again.outcomes, again.records) == (after.outcomes, after.records)


def test_a_later_attempt_and_a_later_pipeline_supersede(settings: Settings) -> None:
    async def work(writer: Writer) -> None:
        origins = await whole(writer)
        await writer.enriched(origins[3], "article-3", attempt=2)
        await writer.enriched(origins[0], "article-0", text="by a newer model", pipeline="0.2.0+b")
        await writer.dead(origins[7], pipeline="0.2.0+b")

    write(settings, work)
    report = reconciled(settings)
    assert broken(report) == {}
    assert report.superseded == {"enriched": 1, "duplicate": 0, "dead": 2}
    assert report.outcomes == {"enriched": 21, "duplicate": 10, "dead": 9}


def test_what_is_no_outcome_is_set_aside(settings: Settings) -> None:
    async def work(writer: Writer) -> None:
        origins = await whole(writer)
        await writer.dead(origins[0], stage="tabulate")
        await writer.dead(f"{writer.catalogue.clean.name}/x/0/7", stage="dedupe")
        await writer.enriched("nonsense", "article-y")
        await writer.dead(Origin(writer.catalogue.raw.name, "an-older-topic", 0, 3))
        await writer.send(
            writer.catalogue.enriched, "-", b'{"reason":null}', key=b"article-0", stage="dedupe",
            schema="ArticleForgotten/1",
        )  # fmt: skip
        [again] = await writer.raw([b"{}"], 0)
        await writer.acknowledged()
        await writer.enriched(again, "article-0")  # after the retraction it is a new article

    write(settings, work)
    report = reconciled(settings)
    assert broken(report) == {}
    assert {what: len(places) for what, places in report.aside.items()} == {
        "table letters": 1, "outcomes of records that other programs wrote": 1, "records that are no outcomes": 1,
    }  # fmt: skip
    assert report.other_epochs == {"an-older-topic": 1}


def test_offsets_out_of_retention_are_told_and_not_judged(settings: Settings, bootstrap: str) -> None:
    async def work(writer: Writer) -> None:
        await whole(writer, skip=(2, 8))  # partition 0 holds the numbers 0 to 9

    write(settings, work)
    assert broken(reconciled(settings)) == {"missing": [(0, 2), (0, 8)]}
    run_async(delete_before(bootstrap, settings.catalogue.raw.name, 0, 4))
    report = reconciled(settings)
    assert broken(report) == {"missing": [(0, 8)]}
    assert {partition: tuple(span) for partition, span in report.out_of_retention.items()} == {0: (0, 4)}
    assert (report.records, report.outcomes_out_of_retention) == (RECORDS - 4, 3)
    fresh = reconciled(settings, fresh=True)
    assert (broken(fresh), fresh.outcomes_out_of_retention) == ({"missing": [(0, 8)]}, 3)


def test_a_record_whose_outcome_left_retention_first_is_not_called_missing(settings: Settings, bootstrap: str) -> None:
    async def work(writer: Writer) -> None:
        await whole(writer)

    write(settings, work)
    run_async(delete_before(bootstrap, settings.catalogue.dead.name, 0, 4))
    report = reconciled(settings)
    assert broken(report) == {}
    assert len(report.cannot_be_told) == 4


async def delete_before(bootstrap: str, topic: str, partition: int, offset: int) -> None:
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await client.start()
    try:
        await client.delete_records({TopicPartition(topic, partition): RecordsToDelete(before_offset=offset)})
    finally:
        await client.close()


def test_markers_of_transactions_are_no_missing_records(settings: Settings, bootstrap: str) -> None:
    async def transactions() -> None:
        name = settings.catalogue.raw.name
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=settings.prefix + "tx")
        await producer.start()
        try:
            for _ in range(3):
                async with producer.transaction():
                    await producer.send(name, b"{}", partition=0)
        finally:
            await producer.stop()

    async def work(writer: Writer) -> None:
        await whole(writer, 8)
        await transactions()

    write(settings, work)
    report = reconciled(settings)
    assert broken(report) == {"missing": [(0, 2), (0, 4), (0, 6)]}
    assert report.records == 8 + 3
    assert reconciled(settings).records == 8 + 3, "the second run knows the markers"


def test_a_topic_that_is_missing_ends_it_with_one_line(settings: Settings, bootstrap: str) -> None:
    run_async(admin.delete_topics(bootstrap, [settings.catalogue.duplicates.name]))
    told = newswire("reconcile", env=environment(bootstrap, settings.catalogue, settings.state))
    assert told.returncode == 2
    assert settings.catalogue.duplicates.name in told.stderr.decode()
    assert len(told.stderr.splitlines()) == 1
