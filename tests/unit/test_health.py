"""The verdict over a worker's health, and the file that carries it."""

import os
from pathlib import Path

import pytest

from streams import health
from streams.health import Counters, NoReport, Report, StageProgress, Watch, advanced, verdict, worked_seconds

LIMIT = 30.0
NOW = 1_000.0


def report(*stages: StageProgress, written_at: float = NOW, ready_at: float | None = 10.0, slot: str = "a") -> Report:
    return Report(pid=1, slot=slot, starting_at=0.0, written_at=written_at, ready_at=ready_at, stages=stages)


def stage(in_flight: int = 0, moved_at: float = NOW, polled_at: float = NOW, unread: int = 0) -> StageProgress:
    return StageProgress("extract", 5, in_flight, moved_at, polled_at, unread)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (report(stage()), None),
        (report(stage(moved_at=0.0)), None),  # idle: nothing in flight
        (report(stage(in_flight=3, moved_at=NOW - LIMIT)), None),
        (report(stage(in_flight=3, moved_at=NOW - 31)), "worker a: stage extract finishes nothing, 3 in flight since"),
        (
            report(stage(unread=7, moved_at=NOW - 31)),
            "extract does not take over its partitions, 7 rows to go since",
        ),
        (report(stage(polled_at=NOW - 31)), "stage extract has no answer from Kafka since 1970-01-01T00:16:09"),
        (report(stage(polled_at=NOW - 33), written_at=NOW - 31), "its event loop stands still since"),
        (report(stage(polled_at=NOW - 33), written_at=NOW - 1), "no answer from Kafka"),
        (report(stage(polled_at=0.0), ready_at=None), "it is not ready since 1970-01-01T00:00:00+00:00, 1000 s"),
        (report(slot="", ready_at=None), "worker 1: it is not ready"),
        (report(), None),
        (report(stage(polled_at=NOW - 50), stage(in_flight=1, moved_at=NOW - 40)), "no answer from Kafka"),
    ],
)
def test_the_verdict_names_what_stands_longest(given: Report, says: str | None) -> None:
    found = verdict(given, NOW, LIMIT)
    assert (found is None) == (says is None)
    assert says is None or says in (found or "")


def test_work_is_what_came_after_ready_and_before_anything_stood_still() -> None:
    assert worked_seconds(report(ready_at=None)) == 0.0
    assert worked_seconds(report(stage(), ready_at=NOW - 40)) == 40.0
    assert worked_seconds(report(stage(in_flight=1, moved_at=NOW - 30), ready_at=NOW - 40)) == 10.0
    assert worked_seconds(report(stage(polled_at=0.0), ready_at=NOW - 40)) == 0.0


def test_a_stage_moves_when_it_finishes_or_has_nothing_to_do() -> None:
    first = advanced(None, Counters("extract", 0, 0, None), 1.0)
    assert (first.moved_at, first.polled_at) == (1.0, 1.0)
    begun = advanced(first, Counters("extract", 0, 4, 1.5), 2.0)
    assert begun.moved_at == 2.0  # nothing was in flight until now
    assert begun.polled_at == 1.5
    stuck = advanced(begun, Counters("extract", 0, 4, 1.5), 40.0)
    assert (stuck.moved_at, stuck.polled_at) == (2.0, 1.5)
    assert advanced(stuck, Counters("extract", 1, 3, 1.5), 41.0).moved_at == 41.0
    assert advanced(stuck, Counters("extract", 0, 4, None), 41.0).polled_at == 41.0  # no fetch is due
    assert (
        advanced(stuck, Counters("extract", 0, 4, 0.0), 41.0).polled_at == 1.5
    )  # none answered since it was dealt anew


def test_a_stage_moves_when_it_reads_rows_of_its_table() -> None:
    begun = advanced(None, Counters("tabulate", 0, 0, None, 900), 1.0)
    reading = advanced(begun, Counters("tabulate", 0, 0, None, 800), 2.0)
    assert (reading.moved_at, reading.unread) == (2.0, 800)
    stuck = advanced(reading, Counters("tabulate", 0, 0, None, 800), 40.0)
    assert stuck.moved_at == 2.0
    assert advanced(stuck, Counters("tabulate", 0, 0, None), 41.0).moved_at == 41.0  # complete


def test_a_start_goes_on_for_as_long_as_rows_are_read(tmp_path: Path) -> None:
    now = 0.0
    watch = Watch(tmp_path / "a.json", "a", lambda: now)
    for now, left in ((100.0, 1), (200.0, 900), (300.0, 500), (310.0, 500), (320.0, 1), (330.0, 0)):
        said = watch.look([Counters("tabulate", 0, 0, None, left)])
        assert (verdict(said, now, LIMIT) is None) == (now != 100.0), "100 s of loading is too long, reading is not"
    now = 331.0 + LIMIT
    assert "it is not ready since 1970-01-01T00:05:30" in (
        verdict(watch.look([Counters("tabulate", 0, 0, None, 0)]), now, LIMIT) or ""
    )


def test_the_file_is_as_old_as_the_last_progress(tmp_path: Path) -> None:
    now = 5_000.0
    watch = Watch(health.path_of(tmp_path, "a", 1), "a", lambda: now)
    watch.ready()
    watch.write([Counters("extract", 0, 2, now)])
    now += 100
    watch.write([Counters("extract", 0, 2, now)])
    assert watch.path.stat().st_mtime == 5_000.0
    read = health.read(watch.path)
    assert read.pid == os.getpid()
    assert "stage extract finishes nothing" in (verdict(read, now, LIMIT) or "")
    assert health.read_all(tmp_path) == [read]
    watch.remove()
    assert not list(watch.path.parent.iterdir())


def test_a_worker_that_cannot_remove_its_file_still_ends_in_order(tmp_path: Path) -> None:
    (tmp_path / "health").touch()
    Watch(health.path_of(tmp_path, "a", 1), "a", lambda: NOW).remove()


def test_no_file_and_a_foreign_file_are_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(NoReport, match="no worker writes"):
        health.read_all(tmp_path)
    with pytest.raises(NoReport, match="no worker writes"):
        health.read(tmp_path / "a.json")
    path = health.path_of(tmp_path, "a", 0)
    path.parent.mkdir()
    for text in ("", "[]", '{"stages": []}', '{"stages": 1}'):
        path.write_text(text)
        with pytest.raises(NoReport, match="is no health file"):
            health.read(path)


def test_a_worker_that_is_gone_does_not_speak_for_one_that_lives(tmp_path: Path) -> None:
    gone = Report(pid=2**22 + 1, slot="", starting_at=0.0, written_at=0.0, ready_at=None, stages=())
    health.write(health.path_of(tmp_path, "", gone.pid), gone)
    assert health.read_all(tmp_path) == [gone]
    mine = Watch(health.path_of(tmp_path, "", os.getpid()), "", lambda: NOW)
    mine.write([])
    assert [each.pid for each in health.read_all(tmp_path)] == [os.getpid()]
    health.remove_leftovers(tmp_path)
    assert [path.stem for path in mine.path.parent.iterdir()] == [str(os.getpid())]
