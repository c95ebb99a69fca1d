"""The words that one pass over a text finds are those that are read one by one."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.core.scan import CAPITAL, FIGURE, TELLS, scan, word_hashes
from streams.core.tokens import Kind, pattern_of, plain, word_of

PIECES = (
    "U.S.", "U.S", "U.S.A.", "J.K. ", "a.b.cd", "A.B", "5U.S.", "U.5", "_U.S_", "1,250.50", "12", "3.", ".5", "1,2,3",
    "4th", "10k", "B2.5", "2.5m", "3_4", "x_1", "_", "__7a", "percent", "Per cent", "pct", "Twelve", "one", "It",
    "the", "The", "US", "us", "é", "Éa", "ß", "naïve", "don\u2019t", "\u2018", "\u2014", "\u2026", "\u00b2", "\u00bd",
    "\ufb01", "\u0130", "a\u0301", "\u6771\u4eac", "\u0645\u0635\u0631", "\U0001f600", "\ud800", "\uffff", "\x00",
    "-", ",", ".", " ", " ", " ", "\n", "\n\n", "\u00a0", "\u2028",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=25).map("".join)


@given(texts)
@settings(max_examples=2_000, deadline=None)
@example("")
@example("".join(PIECES))
@example(" ".join(PIECES))
def test_they_are_those_that_are_read_one_by_one(text: str) -> None:
    chunks = plain(text).split()
    words = [word for chunk in chunks for word in map(word_of, pattern_of(chunk).findall(chunk)) if word.text]
    found = scan(text)
    assert found.hashes.tolist() == word_hashes([word.text for word in words]).tolist()
    assert (found.facts & FIGURE > 0).tolist() == [word.kind == Kind.FIGURE for word in words]
    assert (found.facts & CAPITAL > 0).tolist() == [word.kind == Kind.CAPITAL for word in words]
    assert (found.facts & TELLS > 0).tolist() == [word.tells for word in words]
    lines = text.split("\n")
    assert found.lines.tolist() == [len(scan("\n".join(lines[: at + 1])).hashes) for at in range(len(lines))]


@given(st.lists(st.text(min_size=1, max_size=9), max_size=30))
@settings(max_examples=300, deadline=None)
def test_a_hash_depends_on_the_word_alone(words: list[str]) -> None:
    together = word_hashes(words).tolist()
    assert together == [word_hashes([word])[0] for word in words]
    assert len(set(together)) == len(set(words))
