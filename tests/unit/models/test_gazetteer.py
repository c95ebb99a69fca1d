"""The packaged gazetteer: what the build printed, small enough, and readable."""

import hashlib
import math
import re
from pathlib import Path

import numpy as np

from streams.core.gazetteer import Kind
from streams.models.gazetteer import ARTEFACT, load_gazetteer
from streams.models.pipeline import ARTEFACTS

MIB = 1 << 20


def test_the_file_is_the_one_that_the_card_names() -> None:
    card = (ARTEFACT.parent / "card.md").read_text(encoding="utf-8")
    assert re.findall(r"\b[0-9a-f]{64}\b", card) == [hashlib.sha256(ARTEFACT.read_bytes()).hexdigest()]


def test_all_models_together_are_small() -> None:
    def size(folder: Path) -> int:
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    assert size(ARTEFACT.parent) <= 12 * MIB
    assert size(ARTEFACTS) <= 40 * MIB


def test_rows_belong_together() -> None:
    gazetteer = load_gazetteer()
    rows = len(gazetteer.ids)
    columns = (gazetteer.kinds, gazetteer.countries, gazetteer.admin1, gazetteer.admin2, gazetteer.population,
               gazetteer.lat, gazetteer.lon, gazetteer.capitals)  # fmt: skip
    assert {len(column) for column in columns} == {rows}
    assert len(gazetteer.name_starts) == rows + 1
    assert len(gazetteer.key_starts) == len(gazetteer.posting_starts)
    assert int(gazetteer.postings.max()) >> 1 < rows
    assert len(set(gazetteer.ids.tolist())) > 0.99 * rows
    cities = gazetteer.kinds == Kind.CITY
    assert cities.sum() > 230_000
    assert not np.isnan(gazetteer.lat[cities]).any()
    assert 190 <= gazetteer.capitals.sum() <= 250


def test_every_key_is_found_and_nothing_else() -> None:
    gazetteer = load_gazetteer()
    last = len(gazetteer.key_starts) - 2
    for at in (0, 1, last // 2, last - 1, last):
        key = gazetteer.keys[gazetteer.key_starts[at] : gazetteer.key_starts[at + 1]].decode()
        found = gazetteer.find(key)
        assert found is not None
        assert len(found.rows) == gazetteer.posting_starts[at + 1] - gazetteer.posting_starts[at]
        assert gazetteer.find(key + "\x00") is None
    assert gazetteer.find("") is None
    assert gazetteer.find("zzzzzzzz") is None


def test_a_division_lies_among_its_places() -> None:
    gazetteer = load_gazetteer()
    texas = gazetteer.regions["texas"][0]
    assert math.dist((gazetteer.lat[texas], gazetteer.lon[texas]), (31.25, -99.25)) < 1.5  # degrees
    assert gazetteer.codes[texas] == "US-TX"
    assert gazetteer.codes[int(gazetteer.countries[texas])] == "US"
