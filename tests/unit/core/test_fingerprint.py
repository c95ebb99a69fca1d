"""Texts as fingerprints: equal, alike, contained."""

import numpy as np
import pytest

from streams.core.fingerprint import (
    MAX_NAMES,
    MAX_NUMBERS,
    MAX_SHINGLES,
    Fingerprint,
    exchanged,
    fingerprint,
    overlap,
    unpack,
)
from streams.core.tokens import placed
from streams.core.wording import read_article, substance
from tests.clean_articles import headline, report

GOLDEN = (
    "DQAAAAkAAAAAAAAAwAkMAQTInsIFsnilCQTchBeP4agY+wF5NbWjn6yqQnjPXZgY7cK0Lf6tfTQVWkaRGUofuBzMS3EgDUOXMJsPckb056pifIStcYco"
    "y5axoE2YOLiTqmLHg/MyDsXkv1cOgG+hTZj8Xd2y5V/dsg=="
)


def marks(text: str, title: str = "A council meets in Arvika") -> Fingerprint:
    return fingerprint(read_article(title, text))


def shingles_of(text: str) -> set[tuple[str, ...]]:
    words = placed(substance(text)).words
    return {words[at : at + 5] for at in range(len(words) - 4)}


def test_equal_words_have_equal_hashes_whatever_surrounds_them() -> None:
    text = report(1)
    printed = f"By Ana Petrov\n\nLONDON (AP) — {text.replace(' the ', '  THE ')}\n\nReporting by Tom Lee"
    assert marks(printed).text_hash == marks(text).text_hash
    assert marks(text + " More.").text_hash != marks(text).text_hash


def test_title_hash_is_of_the_title_alone() -> None:
    assert marks(report(1), "A “title”").title_hash == marks(report(2), "a title").title_hash


def test_packed_and_unpacked_is_the_same() -> None:
    for text in (report(3), report(3, sentences=90), "One word", "", "Correction: five.\n\n" + report(4)):
        before = marks(text)
        after = unpack(before.pack(), before.text_hash, before.title_hash)
        for name, value in before._asdict().items():
            assert np.array_equal(getattr(after, name), value), name


def test_it_is_small() -> None:
    assert len(marks(report(5, sentences=400)).pack()) <= 1_700


def test_bytes_are_those_of_every_run_and_machine() -> None:
    text = "Anna Berg said on Monday that 12 ships left the harbour of Arvika."
    assert marks(text).pack() == GOLDEN
    assert marks(text).text_hash == "59e5bac244574862b9e32ac1"


@pytest.mark.parametrize("keep", [0.3, 0.5, 0.6, 0.8, 1.0])
def test_overlap_estimates_jaccard_and_containment(keep: float) -> None:
    whole = report(6, sentences=80)
    parts = whole.split("\n\n")
    piece = "\n\n".join(parts[: round(len(parts) * keep)])
    a, b = shingles_of(piece), shingles_of(whole)
    found = overlap(marks(piece).shingles, marks(whole).shingles, MAX_SHINGLES)
    assert found.jaccard == pytest.approx(len(a & b) / len(a | b), abs=0.15)  # three standard errors
    assert found.a_in_b == pytest.approx(len(a & b) / len(a), abs=0.1)
    assert found.b_in_a == pytest.approx(len(a & b) / len(b), abs=0.15)


def test_small_texts_are_compared_exactly() -> None:
    one, other = report(7, sentences=3), report(7, sentences=5)
    a, b = shingles_of(one), shingles_of(other)
    found = overlap(marks(one).shingles, marks(other).shingles, MAX_SHINGLES)
    assert (found.shared, found.only_a, found.only_b) == (len(a & b), len(a - b), len(b - a))


def test_nothing_overlaps_with_an_empty_text() -> None:
    found = overlap(marks("").shingles, marks(report(1)).shingles, MAX_SHINGLES)
    assert (found.jaccard, found.a_in_b) == (0.0, 0.0)
    assert exchanged(marks("").names, marks(report(1)).names, MAX_NAMES) == (0, 0)


def test_exchanged_figures_are_seen_in_their_place() -> None:
    template = "Sales of {} rose {} percent to {} tons in March, the board of {} said in a statement."
    one, other = (
        marks(template.format(*given)) for given in (("Alcan", 3, 120, "Alcan"), ("Noranda", 4, 120, "Noranda"))
    )
    assert exchanged(one.numbers, other.numbers, MAX_NUMBERS) == (1, 1)
    same, differ = exchanged(one.names, other.names, MAX_NAMES)
    assert (same, differ) == (2, 2)  # Sales and March; twice the company


def test_added_and_cut_names_and_figures_are_not_exchanged() -> None:
    start, middle, end = report(8), report(9), report(10)
    cut_and_added = marks(f"{start}\n\nSubscribe now: 120,000 readers in Lisbon do, says Zoe Young.")
    whole = marks(f"{start}\n\n{middle}\n\n{end}")
    assert exchanged(cut_and_added.numbers, whole.numbers, MAX_NUMBERS)[1] <= 1
    assert exchanged(cut_and_added.names, whole.names, MAX_NAMES)[1] <= 1


def test_a_short_text_that_says_nothing_of_its_title_is_bare() -> None:
    notice = "Please enable cookies to read on. " * 8
    assert marks(notice, "Storm closes Fredrikstad ferry").bare
    assert not marks(notice + "The ferry waits.", "Storm closes Fredrikstad ferry").bare
    assert not marks(report(11, sentences=60), "Zzz").bare


def test_a_correction_note_is_remembered_by_its_words() -> None:
    first = marks("Correction: the day was wrong.\n\n" + report(12))
    assert first.note == marks("CORRECTION: The day was wrong\n\n" + report(13)).note != 0
    assert first.note != marks("Correction: the place was wrong.\n\n" + report(12)).note
    assert marks(report(12)).note == 0


def test_unspaced_scripts_are_compared_by_characters() -> None:
    text = (
        "東京で国際会議が開かれ、各国の代表が気候変動について議論した。会議は三日間続き、最終日に共同声明が発表された。"
    )
    edited = text.replace("三日間", "四日間")
    found = overlap(marks(edited).shingles, marks(text).shingles, MAX_SHINGLES)
    assert 0.6 < found.jaccard < 1


def test_one_shingle_repeated_is_one_shingle() -> None:
    assert marks("no no no no no " * 50_000).shingle_count == 1


def test_lone_surrogates_do_no_harm() -> None:
    assert marks("A \ud800 broken text \udfff here").words == 4


def test_headline_helper_is_told_by_its_report() -> None:
    assert not marks(report(14, sentences=4), headline(14)).bare
