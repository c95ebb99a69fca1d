"""A Faust table whose rows say which record they are made of, so that no old row outlives a newer one.

A worker that Kafka has given up on (paused, cut off) may send one more row when it goes on, and it may come to lie
behind a newer one of its successor. Faust's recovery keeps whatever lies last. Here each row carries its position, the
place of its record on the table's source; the partitions of table and source are the same, so that of two rows of a key
the one with the higher offset is the newer, whoever wrote it. Recovery keeps that one, and writes it once more where it
does not lie last: readers of the topic, and compaction, go by what lies last (docs/adr/0014-rows.md).

Rows lie on local disk, for a table never forgets. In memory are their keys, places and positions.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import faust
import structlog

from streams.contracts.origin import Origin
from streams.contracts.position import counts, position_header
from streams.core.shelf import Shelf
from streams.delivery.origins import place
from streams.delivery.shelved import Shelved


class Rows(faust.Table):  # type: ignore[misc]  # Faust's types are not followed (pyproject.toml)
    """The table of a stage.

    Args:
        app: the Faust app of the stage.
        epochs: topic name -> id of the topic at the broker.
        shelf: keeps the rows.
        more: what a Faust table takes.
    """

    def __init__(self, app: Any, *, epochs: Mapping[str, str], shelf: Shelf, **more: Any) -> None:
        super().__init__(app, **more)
        self.data.data = Shelved(shelf)
        self._epochs = epochs
        self._positions: dict[bytes, Origin] = {}  # of the row of each key, or of what deleted it
        self._outlived: set[bytes] = set()  # keys whose newest row is not the one that lies last
        self._log = structlog.get_logger(topic=self.name)

    def send_changelog(self, partition: int | None, key: bytes, value: bytes | None, *_: Any, **__: Any) -> Any:
        """Send a row that is made of the current record. It is bytes: serializers are not needed."""
        position = place(faust.current_event().message, self._epochs)
        self._positions[key] = position
        if value is not None:  # Faust notes it of rows that were read only, and would keep ours for ever
            self.data._key_partition[key] = position.partition
        return self.changelog_topic.send_soon(
            key=key, value=value, partition=partition, headers=position_header(position), eager_partitioning=True,
            callback=self._on_changelog_sent,
        )  # fmt: skip

    def apply_changelog_batch(self, batch: Iterable[Any]) -> None:
        """Take rows from the changelog, but those that are older than what is known of their key."""
        super().apply_changelog_batch([event for event in batch if self._is_newest(event.message)])

    def _is_newest(self, message: Any) -> bool:
        if counts(message.key, message.headers, self._positions):
            self._outlived.discard(message.key)
            return True
        self._outlived.add(message.key)
        return False

    async def on_recovery_completed(self, active_tps: Any, standby_tps: Any) -> None:
        """Write the rows again that an older one lies behind, and forget the partitions that are no longer ours."""
        await super().on_recovery_completed(active_tps, standby_tps)
        ours = {tp.partition for tp in active_tps}
        self._positions = {key: each for key, each in self._positions.items() if each.partition in ours}
        outlived, self._outlived = sorted(self._outlived & self._positions.keys()), set()
        try:
            for key in outlived:
                await self._write_again(key)
        except Exception as error:  # Faust would not look at it, and go on
            await self.app.crash(error)

    async def _write_again(self, key: bytes) -> None:
        """Send the row of a key as it is, or what deletes it; no commit goes before it (fix 3)."""
        position = self._positions[key]
        self._log.warning("table.conflict", key=key.decode(errors="replace"), position=str(position))
        await self.changelog_topic.send(
            key=key, value=self.data.get(key), partition=position.partition, headers=position_header(position)
        )
