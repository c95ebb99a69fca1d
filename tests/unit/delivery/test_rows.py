"""Rows that say which record they are made of: the newest of a key stays, whoever wrote last."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock, Mock, patch

import faust
import pytest
from faust.types import TP

from streams.contracts.origin import Origin
from streams.contracts.position import POSITION
from streams.delivery.rows import Rows
from streams.delivery.shelf import DiskShelf
from streams.delivery.shelved import Shelved


def event(key: bytes, value: bytes | None, offset: int | None, *, partition: int = 0, topic: str = "source") -> Any:
    """Return a record of the changelog whose row is made of the source's record at this offset."""
    position = str(Origin(topic, "life", partition, offset or 0)).encode()
    headers = None if offset is None else [(POSITION, position)]
    message = SimpleNamespace(key=key, value=value, partition=partition, offset=0, headers=headers)
    return SimpleNamespace(key=key, value=value, message=message)


class Rig:
    """A table without a broker; what it sends is kept."""

    def __init__(self, shelf: DiskShelf) -> None:
        self.app: Any = faust.App("t", broker="kafka://127.0.0.1:1", store="memory://", topic_disable_leader=True)
        self.app.crash = AsyncMock()
        topic = self.app.topic("t", key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
        self.table: Any = Rows(
            self.app, epochs={"source": "life"}, shelf=shelf, name="t", changelog_topic=topic, partitions=2
        )
        self.table.changelog_topic.send = self.send = AsyncMock()
        self.table.changelog_topic.send_soon = self.send_soon = Mock()

    def read(self, *events: Any) -> None:
        self.table.apply_changelog_batch(events)

    def recovered(self, partitions: Iterable[int] = (0, 1)) -> list[tuple[bytes, bytes | None, int, bytes]]:
        """Complete a recovery; return what was written again."""
        self.send.reset_mock()
        asyncio.run(self.table.on_recovery_completed({TP("t", each) for each in partitions}, set()))
        return [
            (each.kwargs["key"], each.kwargs["value"], each.kwargs["partition"], dict(each.kwargs["headers"])[POSITION])
            for each in self.send.await_args_list
        ]

    def write(self, key: bytes, value: bytes | None, offset: int) -> None:
        """Write a row as the pump does, while the record at this offset is current."""
        message = SimpleNamespace(topic="source", partition=0, offset=offset)
        self.table._verify_source_topic_partitions = Mock()
        with (
            patch("faust.current_event", lambda: SimpleNamespace(message=message)),
            patch("faust.tables.base.current_event", lambda: SimpleNamespace(message=message)),
        ):
            if value is None:
                self.table.pop(key, None)
            else:
                self.table[key] = value


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(DiskShelf(tmp_path))


def test_an_older_row_that_lies_behind_is_passed_over_and_the_newer_written_again(rig: Rig) -> None:
    rig.read(event(b"a", b"new", 7, partition=1), event(b"b", b"other", 9), event(b"a", b"old", 6, partition=1))
    assert dict(rig.table.data) == {b"a": b"new", b"b": b"other"}
    assert rig.recovered() == [(b"a", b"new", 1, b"source/life/1/7")]
    assert rig.recovered() == [], "once is enough"


def test_across_batches_and_rebalances_as_well(rig: Rig) -> None:
    rig.read(event(b"a", b"new", 7))
    assert rig.recovered() == []
    rig.read(event(b"a", b"old", 6))
    assert rig.recovered() == [(b"a", b"new", 0, b"source/life/0/7")]


def test_what_deleted_a_row_is_not_undone_by_an_older_row(rig: Rig) -> None:
    rig.read(event(b"a", b"row", 6), event(b"a", None, 7), event(b"a", b"row", 6))
    assert dict(rig.table.data) == {}
    assert rig.recovered() == [(b"a", None, 0, b"source/life/0/7")]


def test_a_row_of_our_own_is_known_when_the_changelog_is_read_further(rig: Rig) -> None:
    rig.write(b"a", b"new", 7)
    assert dict(rig.send_soon.call_args.kwargs["headers"]) == {POSITION: b"source/life/0/7"}
    rig.read(event(b"a", b"new", 7), event(b"a", b"old", 6))
    assert rig.recovered() == [(b"a", b"new", 0, b"source/life/0/7")]
    rig.write(b"a", None, 8)
    assert rig.send_soon.call_args.kwargs["value"] is None
    rig.read(event(b"a", None, 8), event(b"a", b"new", 7))
    assert rig.recovered() == [(b"a", None, 0, b"source/life/0/8")]


@pytest.mark.parametrize(
    "last", [event(b"a", b"last", None), event(b"a", b"last", 7), event(b"a", b"last", 1, topic="other")]
)
def test_a_row_that_is_not_known_to_be_older_is_taken(rig: Rig, last: Any) -> None:
    """Of another life of the source, of a release that wrote no positions, or of the same record once more."""
    rig.read(event(b"a", b"first", 7), last)
    assert dict(rig.table.data) == {b"a": b"last"}
    assert rig.recovered() == []


def test_a_newer_row_behind_the_older_one_settles_it(rig: Rig) -> None:
    rig.read(event(b"a", b"new", 7), event(b"a", b"old", 6), event(b"a", b"new", 7))
    assert rig.recovered() == []


def test_of_partitions_that_are_no_longer_ours_nothing_is_kept_or_written(rig: Rig) -> None:
    rig.read(event(b"a", b"new", 7, partition=1), event(b"a", b"old", 6, partition=1), event(b"b", b"row", 3))
    assert rig.recovered({0}) == []
    assert dict(rig.table.data) == {b"b": b"row"}
    # Given back, the partition is read from its beginning, and nothing of it is taken for older than what was dropped.
    rig.read(event(b"a", b"old", 6, partition=1))
    assert dict(rig.table.data) == {b"a": b"old", b"b": b"row"}
    assert rig.recovered() == []


def test_a_row_of_our_own_goes_with_its_partition(rig: Rig) -> None:
    rig.write(b"a", b"row", 7)
    rig.recovered({0})
    assert dict(rig.table.data) == {b"a": b"row"}
    rig.recovered({1})
    assert dict(rig.table.data) == {}


def test_rows_lie_on_the_shelf(tmp_path: Path) -> None:
    shelf = DiskShelf(tmp_path)
    rig = Rig(shelf)
    rig.read(event(b"a", b"row", 7), event(b"b", b"gone", 8), event(b"b", None, 9))
    assert shelf.get(0) == b"row"
    assert isinstance(rig.table.data.data, Shelved)
    assert rig.table.data.data._places == {b"a": 0}


def test_a_row_that_cannot_be_written_again_stops_the_worker(rig: Rig) -> None:
    rig.read(event(b"a", b"new", 7), event(b"a", b"old", 6))
    rig.send.side_effect = error = RuntimeError("no broker")
    asyncio.run(rig.table.on_recovery_completed({TP("t", 0)}, set()))
    rig.app.crash.assert_awaited_once_with(error)
