from pathlib import Path

import pytest

from producers.errors import DeliveryError, InputError
from producers.items import Place
from producers.journal import WRITE_EVERY, Journal

A = Place("/data/a.jsonl", 7, 2**63 + 5)


def test_comes_back_as_it_was_written(tmp_path: Path) -> None:
    journal = Journal.load(tmp_path, "big", "news.raw")
    journal.note(Place("/data/ä.txt", 1, 0))
    journal.note(A._replace(number=6))
    journal.note(A)
    journal.write()
    assert Journal.load(tmp_path, "big", "news.raw").places == {A.path: A, "/data/ä.txt": Place("/data/ä.txt", 1, 0)}
    assert [file.name for file in (tmp_path / "producers").iterdir()] == ["big.json"]


def test_is_written_now_and_then(tmp_path: Path) -> None:
    journal = Journal.load(tmp_path, "big", "news.raw")
    for number in range(1, WRITE_EVERY):
        journal.note(A._replace(number=number))
        journal.write_if_due()
    assert not journal.file.exists()
    journal.note(A._replace(number=WRITE_EVERY))
    journal.write_if_due()
    assert Journal.load(tmp_path, "big", "news.raw").places[A.path].number == WRITE_EVERY


def test_another_topic_is_another_journal(tmp_path: Path) -> None:
    Journal.load(tmp_path, "big", "news.raw").write()
    with pytest.raises(InputError, match=r"big\.json: the journal belongs to topic news\.raw"):
        Journal.load(tmp_path, "big", "other.news.raw")


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"topic": "news.raw"}', '{"topic": "news.raw", "inputs": {"a": {"number": "x"}}}',
             '{"topic": "news.raw", "inputs": []}', '{"topic": "news.raw", "inputs": {"a": {"number": 1, "mark": 7}}}'],
)  # fmt: skip
def test_a_damaged_one_is_said_and_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "producers" / "big.json"
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(InputError, match="damaged"):
        Journal.load(tmp_path, "big", "news.raw")
    assert file.read_text() == text


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", ".hidden", "x" * 101, "ä", "a\n"])
def test_a_name_is_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="--resume"):
        Journal.load(tmp_path, name, "news.raw")


def test_one_that_cannot_be_written_stops_the_run(tmp_path: Path) -> None:
    (tmp_path / "producers").write_text("a file where the folder should be")
    with pytest.raises(DeliveryError, match="cannot be written"):
        Journal(tmp_path / "producers" / "big.json", "news.raw", {}).write()
