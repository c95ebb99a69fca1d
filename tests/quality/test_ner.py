"""The shipped named entity model on articles that it has not seen."""

import json
import os
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Final

import pytest
from spacy.language import Language

from streams.contracts.events import EnrichedArticle
from streams.core.mentions import NAME_TYPES
from streams.models.ner import ARTEFACT, find_mentions, load_ner, load_pipeline
from tests.quality.figures import f1
from tests.quality.plugin import Recorder
from training.ner.corpus import ARCHIVE, read_articles, split
from training.ner.score import cleaned, main_sums, predict, published

PROJECT: Final = Path(__file__).parents[2]
DATA: Final = Path(os.environ.get("NEWSWIRE_DATA", PROJECT.parent / "shared" / "data"))
FOUNDING: Final = DATA / "seed" / "000_3dcc83b6feb79a6a.txt"
MAX_BYTES: Final = 15_000_000
MAX_FILE_BYTES: Final = 8_000_000

pytestmark = pytest.mark.quality


@pytest.fixture(scope="module")
def nlp() -> Language:
    return load_ner()


def test_the_artefact_is_small_and_names_no_machine() -> None:
    files = [p for p in ARTEFACT.rglob("*") if p.is_file()]
    assert sum(p.stat().st_size for p in files) <= MAX_BYTES
    assert max(p.stat().st_size for p in files) <= MAX_FILE_BYTES
    for path in files:
        assert not re.search(rb"/(?:home|root|work|tmp|Users)/", path.read_bytes()), path


def test_a_result_does_not_depend_on_the_other_texts(nlp: Language) -> None:
    texts = ["Mira Novak of the United Nations spoke in Oslo on Friday.", "Rain fell in Bergen.", ""]
    together = find_mentions(nlp, texts)
    assert together == [find_mentions(nlp, [t])[0] for t in texts]
    assert together == find_mentions(nlp, texts[::-1])[::-1]


@pytest.mark.skipif(not (DATA / ARCHIVE).exists(), reason=f"no {DATA / ARCHIVE}: set NEWSWIRE_DATA")
def test_our_walk_marks_what_spacys_does(nlp: Language) -> None:
    texts = [a.text for a in read_articles(DATA / ARCHIVE)[::40]]
    marked = find_mentions(nlp, texts)
    assert sum(map(len, marked)) > 500
    assert marked == find_mentions(load_pipeline(), texts)


def test_offsets_of_a_very_long_text(nlp: Language) -> None:
    text = "Mira Novak flew to Oslo.\n\n" * 6_000
    (mentions,) = find_mentions(nlp, [text])
    assert {text[m.start : m.end] for m in mentions} <= {"Mira Novak", "Oslo"}
    assert mentions[-1].end > len(text) - 30


@pytest.mark.skipif(not (DATA / ARCHIVE).exists(), reason=f"no {DATA / ARCHIVE}: set NEWSWIRE_DATA")
def test_f1_on_held_out_articles(nlp: Language, card: Recorder) -> None:
    _, held_out = split(read_articles(DATA / ARCHIVE))
    marked = [predict(nlp, a.text) for a in held_out]
    ways = {"as the model marks, trimmed": cleaned, "as events carry them": published}  # the stock model has 66.9, 70.9
    card.check("ner", {way: f1(main_sums(held_out, trim(held_out, marked))) for way, trim in ways.items()})


@lru_cache(maxsize=1)
def _founding() -> EnrichedArticle:
    """Return the founding article's event, by the command that a user would take."""
    command = [sys.executable, "-m", "streams", "enrich", str(FOUNDING), "-", "--source", "seed.example", "--quiet"]
    done = subprocess.run(command, check=True, capture_output=True, cwd=PROJECT)
    return EnrichedArticle.model_validate(json.loads(done.stdout))


@pytest.mark.skipif(not FOUNDING.exists(), reason=f"no {FOUNDING}: set NEWSWIRE_DATA")
class TestTheFoundingArticle:
    def test_people_and_their_roles(self) -> None:
        assert {e.name: e.roles for e in _founding().entities if e.type == "PERSON"} == {
            "Khan": ("prime minister",),
            "Lavrov": ("foreign minister",),
            "Shah Mahmoud Qureshi": ("foreign minister",),
            "Qamar Bajwa": ("army chief", "general"),
        }

    def test_every_other_name(self) -> None:
        assert sorted((e.type, e.name) for e in _founding().entities if e.type in NAME_TYPES - {"PERSON"}) == [
            ("FAC", "Pakistan Stream Gas Pipeline"),
            *(
                ("GPE", name)
                for name in ("Afghanistan", "Islamabad", "Moscow", "Pakistan", "Russia", "US", "Washington")
            ),
            ("LOC", "Kashmir"),
            ("LOC", "South Asia"),
            *(("NORP", name) for name in ("Afghan", "Indian", "Pakistani", "Russian")),
            ("ORG", "Prime Minister's Office"),
            ("ORG", "Taliban"),
            ("ORG", "Twitter"),
            ("PRODUCT", "Sputnik-V"),
        ]

    def test_capitals_that_stand_for_governments(self) -> None:
        metonyms = {e.name: link.metonym for e in _founding().entities for link in e.links if link.feature_class == "P"}
        assert metonyms == {"Islamabad": True, "Moscow": False, "Washington": True}

    def test_quotes_with_their_speakers(self) -> None:
        names = {e.entity_id: e.name for e in _founding().entities}
        told = [
            (q.kind, names.get(q.speaker_entity_id or "", q.speaker and q.speaker.text)) for q in _founding().quotes
        ]
        assert told == [
            ("reported", "a statement"),
            ("reported", "the participants"),
            ("direct", "Shah Mahmoud Qureshi"),
            ("reported", "Lavrov"),
            ("direct", "Lavrov"),
            ("reported", "Qamar Bajwa"),
            ("direct", "Qamar Bajwa"),
            ("direct", "Qamar Bajwa"),
        ]
