"""The header `position`: which record a row of the table `articles` is made of (docs/adr/0014-rows.md).

Of two rows of a key, the one that is made of the later record counts, wherever the other one lies.
"""

import sys
from collections.abc import Iterable, MutableMapping
from typing import Final

from streams.contracts.codec import HeaderList
from streams.contracts.origin import Origin, parse_origin

POSITION: Final = "position"  # its value: topic/epoch/partition/offset


def position_header(position: Origin) -> HeaderList:
    """Return the headers of a row."""
    return [(POSITION, str(position).encode())]


def position_of(headers: Iterable[tuple[str, bytes]] | None) -> Origin | None:
    """Return what `position_header` says; None where a row has none, or none that can be read."""
    found = parse_origin(dict(headers or ()).get(POSITION, b"").decode(errors="replace"))
    # One topic and epoch for a million rows: kept once.
    return found and found._replace(topic=sys.intern(found.topic), epoch=sys.intern(found.epoch))


def is_older(one: Origin, than: Origin | None) -> bool:
    """Say whether a record lies before another one; of two partitions, or two lives of a topic, nobody knows."""
    return than is not None and one[:3] == than[:3] and one.offset < than.offset


def counts(key: bytes, headers: Iterable[tuple[str, bytes]] | None, positions: MutableMapping[bytes, Origin]) -> bool:
    """Say whether a row counts: not where a newer one of its key was read before. Notes its position if it does."""
    position = position_of(headers)
    if position is not None:
        if is_older(position, positions.get(key)):
            return False
        positions[key] = position
    return True
