"""Lines of a file of any size, plain or gzip, none of them held beyond what an article may have."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

from xxhash import xxh3_64_intdigest

from producers.items import Place
from streams.contracts.topics import MAX_RAW_BYTES

_LONGEST: Final = MAX_RAW_BYTES + 2  # with "\r\n"
_SKIPPED_BYTES: Final = 64 * 1_024  # held at a time while the rest of a line that is too long is passed over

DAMAGED: Final = (EOFError, zlib.error, gzip.BadGzipFile)


class Line(NamedTuple):
    """`number` counts from 1; `value` is without its line break, None when too long; `mark` hashes all so far."""

    number: int
    value: bytes | None
    mark: int


def opened(path: Path) -> IO[bytes]:
    """Open a file for reading, unpacked when it ends in .gz."""
    if path.suffix.lower() == ".gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    return path.open("rb")


def read_lines(stream: IO[bytes]) -> Iterator[Line]:
    """Yield the lines of a stream.

    Raises:
        one of DAMAGED, or OSError, where the stream cannot be read on; the lines before it were good.
    """
    number = mark = 0
    while piece := stream.readline(_LONGEST):
        number += 1
        value = _without_break(piece)
        mark = marked(value, mark)  # without the break: a last line may get one later, when the file grows
        if len(value) <= MAX_RAW_BYTES:
            yield Line(number, value, mark)
            continue
        while not piece.endswith(b"\n") and (piece := stream.readline(_SKIPPED_BYTES)):
            mark = marked(piece, mark)
        yield Line(number, None, mark)


def starts_the_same(path: Path, place: Place) -> bool:
    """Tell whether the first `place.number` lines are the ones that were read before."""
    try:
        with opened(path) as stream:
            lines = (line for line in read_lines(stream) if line.number == place.number)
            reached = next(lines, None)
    except (*DAMAGED, OSError):
        return False
    return reached is not None and reached.mark == place.mark


def marked(piece: bytes, mark: int = 0) -> int:
    """Return the hash of what `mark` stands for and this piece after it."""
    return xxh3_64_intdigest(piece, seed=mark)


def _without_break(piece: bytes) -> bytes:
    return piece.removesuffix(b"\n").removesuffix(b"\r") if piece.endswith(b"\n") else piece
