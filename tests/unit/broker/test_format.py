from pathlib import Path

import pytest

from streams.broker.errors import BrokerError
from streams.broker.format import ensure_formatted


def test_a_new_folder_gets_ids_and_checkpoint(tmp_path: Path) -> None:
    cluster = ensure_formatted(tmp_path / "data", b"checkpoint")
    meta = dict(line.split("=") for line in (tmp_path / "data" / "meta.properties").read_text().splitlines())
    assert meta["cluster.id"] == cluster
    assert len(cluster) == len(meta["directory.id"]) == 22
    assert meta["directory.id"] != cluster
    assert (meta["node.id"], meta["version"]) == ("1", "1")
    assert (tmp_path / "data" / "bootstrap.checkpoint").read_bytes() == b"checkpoint"


def test_a_formatted_folder_is_left_alone(tmp_path: Path) -> None:
    cluster = ensure_formatted(tmp_path / "data", b"one")
    assert ensure_formatted(tmp_path / "data", b"two") == cluster
    assert (tmp_path / "data" / "bootstrap.checkpoint").read_bytes() == b"one"


def test_what_a_killed_formatting_left_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "data.new").mkdir()
    (tmp_path / "data.new" / "meta.properties").write_text("cluster.id=half")
    assert ensure_formatted(tmp_path / "data", b"") != "half"
    assert not (tmp_path / "data.new").exists()


@pytest.mark.parametrize("meta", [None, "version=1\n"])
def test_a_folder_of_something_else_is_refused(tmp_path: Path, meta: str | None) -> None:
    (tmp_path / "data").mkdir()
    if meta is not None:
        (tmp_path / "data" / "meta.properties").write_text(meta)
    with pytest.raises(BrokerError, match=r"names no cluster\.id: move .* away"):
        ensure_formatted(tmp_path / "data", b"")
