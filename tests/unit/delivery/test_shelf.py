"""Values on disk: they come back as they were put, and their room is given back."""

import errno
import os
import random
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from streams.core.shelf import MemoryShelf, Shelf
from streams.delivery import shelf as module
from streams.delivery.shelf import DiskShelf


def shelves(folder: Path) -> list[Shelf]:
    return [MemoryShelf(), DiskShelf(folder)]


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize("seed", range(8))
def test_values_come_back(kind: int, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FILE_BYTES", 40_000)
    monkeypatch.setattr(module, "BUFFER_BYTES", 9_000)
    rng, shelf, kept = random.Random(seed), shelves(tmp_path)[kind], dict[int, bytes]()
    for _ in range(400):
        value = rng.randbytes(rng.choice((0, 1, 300, 4_092, 4_093, 9_999)))
        kept[shelf.put(value)] = value
        if rng.random() < 0.6:
            place = rng.choice(list(kept))
            assert shelf.get(place) == kept[place]
        if rng.random() < 0.5:
            place = rng.choice(list(kept))
            shelf.drop(place)
            del kept[place]
    assert all(shelf.get(place) == value for place, value in kept.items())


def test_a_file_whose_values_are_dropped_is_closed_and_none_has_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FILE_BYTES", 1_000)
    monkeypatch.setattr(module, "BUFFER_BYTES", 100)
    shelf = DiskShelf(tmp_path / "new")
    before = open_files()
    for _ in range(200):
        shelf.drop(shelf.put(b"x" * 300))
    assert open_files() <= before + 1
    assert list((tmp_path / "new").iterdir()) == []


def test_what_a_full_disk_does_not_take_waits_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUFFER_BYTES", 1_000)
    shelf, room = DiskShelf(tmp_path), [1_500]
    write = os.pwrite

    def pwrite(file: int, data: bytes, offset: int) -> int:
        taken = min(len(data), room[0])
        if not taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        room[0] -= taken
        return write(file, data[:taken], offset)

    monkeypatch.setattr(os, "pwrite", pwrite)
    values = [bytes([number]) * 700 for number in range(12)]
    with capture_logs() as lines:
        places = [shelf.put(value) for value in values]
        assert [shelf.get(place) for place in places] == values
        room[0] = 10**6
        more = [shelf.put(value) for value in values]
    assert [shelf.get(place) for place in places + more] == values * 2
    assert [line["event"] for line in lines] == ["state.disk_full", "state.disk_free"]


def test_another_error_of_the_disk_is_raised(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pwrite(file: int, data: bytes, offset: int) -> int:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "pwrite", pwrite)
    with pytest.raises(OSError, match="Input/output"):
        DiskShelf(tmp_path).put(b"x" * module.BUFFER_BYTES)
