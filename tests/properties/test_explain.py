"""What holds for explanations and alignments of anything."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.align import align, stretches
from streams.core.tokens import placed
from streams.core.wording import paragraphs, parted, read, substance
from tests.clean_articles import clean_article, edited, headline, report
from tests.explained import check_explained

TEXTS = [report(seed) for seed in range(3)]
FIGURES = " ".join(f"In group {n} some {n * 7} people of Town{n} voted." for n in range(60))
BODIES = (
    *TEXTS, *map(edited, TEXTS), "By Ana Petrov\n\n" + TEXTS[0] + "\n\nAll rights reserved.",
    TEXTS[0] + "\n\n" + TEXTS[1], "\n\n".join(TEXTS[1].split("\n\n")[:8]), "Correction: one word.\n\n" + TEXTS[2],
    "The ferry is late.", "", "By Ana Petrov", "東京で国際会議が開かれ、各国の代表が気候変動について議論した。" * 2,
    FIGURES, FIGURES.replace("7", "8"), FIGURES.replace("Town", "City"), TEXTS[0].replace("The", "A"),
)  # fmt: skip
articles = st.builds(
    lambda who, title, body: clean_article(f"https://site{who}.org/a", headline(title), BODIES[body]),
    st.integers(0, 2), st.integers(0, 1), st.integers(0, len(BODIES) - 1),
)  # fmt: skip
ODD = (
    "U.S.",
    "5%",
    "per cent",
    "½",
    "it's",
    "“A",
    "…",
    "—",
    "東京で",
    "नेता",
    "\n\n",
    "a\x1cb",
    "J.K.",
    "By A B",
    "© x",
)
texts = st.one_of(
    st.text(max_size=60),
    st.lists(st.sampled_from(ODD)).map(" ".join),
)  # fmt: skip
words = st.lists(st.sampled_from("abcdefg"), max_size=20)


@given(articles, articles)
@settings(max_examples=250, deadline=None)
@pytest.mark.slow
def test_an_explanation_is_what_the_fold_decides(earlier: Any, later: Any) -> None:
    check_explained(earlier, later)


@given(texts)
@settings(max_examples=400, deadline=None)
def test_words_are_placed_where_they_are_read(text: str) -> None:
    found = placed(text)
    assert len(found.words) == len(found.spans) == len(read(text).hashes)
    ends = [0, *(end for _, end in found.spans)]
    assert all(before <= start < end for before, (start, end) in zip(ends, found.spans, strict=False))


@given(texts)
@settings(max_examples=200, deadline=None)
def test_what_is_passed_over_and_what_is_not_are_the_text(text: str) -> None:
    found = parted(text)
    assert found.text == substance(text)
    if found.header or found.footer or found.dateline or found.credits:
        kept = found.dateline + found.text + found.credits
        assert [*found.header, *paragraphs(kept), *found.footer] == paragraphs(text)


@given(words, words)
@settings(max_examples=400, deadline=None)
def test_stretches_cover_both_sequences(a: list[str], b: list[str]) -> None:
    found = list(stretches(a, b))
    assert [i for _, in_a, _ in found for i in in_a] == list(range(len(a)))
    assert [j for _, _, in_b in found for j in in_b] == list(range(len(b)))
    assert all([a[i] for i in in_a] == [b[j] for j in in_b] for same, in_a, in_b in found if same)


@given(texts, texts)
@settings(max_examples=200, deadline=None)
def test_pieces_are_the_paragraph(one: str, other: str) -> None:
    for row in align(one, other).rows:
        if row.pieces:
            assert "".join(piece.earlier for piece in row.pieces) == placed(row.earlier).text
            assert "".join(piece.later for piece in row.pieces) == placed(row.later).text
