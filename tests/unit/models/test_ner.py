import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import spacy
from spacy.language import Language

from streams.models import ner
from streams.models.ner import find_mentions
from streams.models.pool import CHILD_ENVIRONMENT
from streams.models.vectors import WordVectors
from tests.unit.models.test_decode import small_ner


@pytest.fixture(scope="module")
def nlp() -> Language:
    """A model without a network: it knows one place."""
    blank = spacy.blank("en")
    ruler = blank.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "GPE", "pattern": "Oslo"}])  # type: ignore[attr-defined]
    return blank


def test_mentions_are_offsets_into_their_own_text(nlp: Language) -> None:
    first, second, empty = find_mentions(nlp, ["Oslo votes", "In 𝔘 and Oslo.", ""])
    assert [tuple(m) for m in first] == [(0, 4, "GPE")]
    assert [tuple(m) for m in second] == [(9, 13, "GPE")]
    assert empty == []


@pytest.mark.parametrize("separator", ["\n\n", " ", "."])
def test_a_long_text_is_cut_without_losing_offsets(
    nlp: Language, monkeypatch: pytest.MonkeyPatch, separator: str
) -> None:
    monkeypatch.setattr(ner, "PIECE_CHARS", 50)
    text = ("Oslo" + separator) * 40
    (mentions,) = find_mentions(nlp, [text])
    assert all(text[m.start : m.end] == "Oslo" for m in mentions)
    if separator != ".":  # without a space the pieces, and the tokens, end anywhere
        assert len(mentions) == 40


def test_a_model_of_a_folder_marks_what_spacys_walk_marks(tmp_path: Path) -> None:
    small_ner().to_disk(tmp_path)
    vectors = WordVectors.made({1: 0}, np.zeros((1, 4), dtype=np.float32))
    vectors.write(tmp_path / "vectors.npz")
    text = "Mira Novak flew to Oslo.\n\nThe Bank of Oslo fell."
    plain, ours = ner.load_pipeline(tmp_path), ner.load_ner(tmp_path)
    assert ours.pipe_names == ["newswire_walk"]
    assert isinstance(ours.vocab.vectors, WordVectors)
    assert find_mentions(ours, [text]) == find_mentions(plain, [text]) != [[]]


def test_a_folder_without_a_model_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"meta\.json"):
        ner.load_ner(tmp_path)


@pytest.mark.slow
def test_the_words_of_articles_do_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    returned: list[None] = []
    monkeypatch.setattr(ner, "_return_free_memory", lambda: returned.append(None))
    monkeypatch.setattr(ner, "LEARNED_WORDS", 300)
    recogniser = ner.Recogniser()
    loaded = len(ner.load_ner().vocab.strings)
    sizes, answers = [], []
    for number in range(40):
        words = " ".join(f"wa{number}x{at}" for at in range(50))
        answers.append(recogniser.mentions([f"Anna Berg met Sergei Lavrov in Moscow on Monday. {words}"])[0][:3])
        assert recogniser._nlp is not None
        sizes.append(len(recogniser._nlp.vocab.strings) - loaded)
    assert max(sizes) < 300 + 1_000  # an article brings some 160
    forgotten = sum(later < before for before, later in pairwise(sizes))
    assert forgotten >= 5
    assert len(returned) == 1 + 2 * forgotten  # behind each loading, and before each but the first
    assert all(answer == answers[0] for answer in answers)


def test_the_words_of_articles_leave_spacys_hash_tables_as_large_as_they_are() -> None:
    own = len(ner.load_ner().vocab.strings)
    assert own + ner.LEARNED_WORDS + 3_000 < 32_768 * 3 / 5  # so many may come with the last article


HELD = """
from pathlib import Path
from streams.models import ner

def held():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096 / 2**20
"""

HOLES = (
    HELD
    + """
blocks = [bytearray(2**20) for _ in range(40)]
last = blocks.pop()  # keeps the others from being the end of the heap
before = held()
del blocks
kept = held()
ner._return_free_memory()
print(before, kept, held())
"""
)


@pytest.mark.slow
def test_what_an_old_model_held_is_handed_back() -> None:
    environment = {**os.environ, **CHILD_ENVIRONMENT}
    done = subprocess.run([sys.executable, "-c", HOLES], env=environment, capture_output=True, text=True, check=True)
    before, kept, after = map(float, done.stdout.split())
    assert kept > before - 5  # as a child's C library does it, for speed
    assert after < before - 30


LOADED = (
    HELD
    + """
recogniser = ner.Recogniser()
before = held()
ner._return_free_memory()
print(before, held())
"""
)


@pytest.mark.slow
def test_loading_a_model_leaves_nothing_to_hand_back() -> None:
    environment = {**os.environ, **CHILD_ENVIRONMENT}
    done = subprocess.run([sys.executable, "-c", LOADED], env=environment, capture_output=True, text=True, check=True)
    before, after = map(float, done.stdout.split())
    assert after > before - 1


def test_a_model_that_could_not_be_loaded_anew_is_tried_again(monkeypatch: pytest.MonkeyPatch, nlp: Language) -> None:
    monkeypatch.setattr(ner, "LEARNED_WORDS", -1)
    monkeypatch.setattr(ner, "load_ner", lambda path: nlp)
    recogniser = ner.Recogniser()

    def fail(path: Path | None) -> Language:
        raise OSError("Too many open files")

    monkeypatch.setattr(ner, "load_ner", fail)
    with pytest.raises(OSError, match="Too many"):
        recogniser.mentions(["Oslo votes"])
    monkeypatch.setattr(ner, "load_ner", lambda path: nlp)
    assert [tuple(m) for m in recogniser.mentions(["Oslo votes"])[0]] == [(0, 4, "GPE")]
